import CKernels
import Foundation
import Kernels
import Platform
import Testing

@Suite struct SoftmaxAndSumTests {
  @Test(arguments: [1, 2, 3, 10, 15, 16, 17, 33, 1000, 20_000], [Float(0.001), 1, 30, 1000])
  func lossIsAccurate(columns: Int, scale: Float) {
    let rows = 4
    let x = randomFloats(count: rows * columns, seed: 11).map { $0 * scale }
    let (probs, lse) = softmax(ck_active(), x, rows: rows, columns: columns, stride: columns)
    for row in 0..<rows {
      let logits = x[(row * columns)..<((row + 1) * columns)].map(Double.init)
      let most = logits.max() ?? 0
      let exact = most + log(logits.reduce(0) { $0 + exp($1 - most) })
      let size = logits.map(abs).max() ?? 0
      let loss = exact - logits[columns / 2]
      #expect(abs((lse[row] - logits[columns / 2]) - loss) <= 4 * 0x1p-24 * max(1, loss, size))
      for column in stride(from: 0, to: columns, by: 1 + columns / 50) {
        let p = exp(logits[column] - exact)
        let found = Double(probs[row * columns + column])
        #expect(abs(found - p) <= 0x1p-22 * max(1, size) * p + 0x1p-126)
      }
    }
  }

  @Test func softmaxTouchesOnlyItsColumnsAndMayBeInPlace() {
    let x = randomFloats(count: 30, seed: 12)
    let y = AlignedBuffer<Float>(count: 30)
    y.pointer.update(from: x, count: 30)
    softmaxRows(y.pointer, stride: 10, into: y.pointer, stride: 10, rows: 3, columns: 7, logSumExp: nil)
    let expected = softmax(ck_active(), x, rows: 3, columns: 7, stride: 10).probs
    for index in 0..<30 { #expect(y[index] == (index % 10 < 7 ? expected[index] : x[index])) }
  }

  @Test func notANumberSpoilsItsWholeRow() {
    #expect(softmax(ck_active(), [1, .nan, 2], rows: 1, columns: 3, stride: 3).probs.allSatisfy { $0.isNaN })
  }

  @Test(arguments: [0, 1, 16, 100, 1024, 1025, 4096, 10_000])
  func sumsFollowTheStatedOrder(count: Int) {
    let x = randomFloats(count: count, seed: 13)
    func block(_ start: Int, _ f: (Float) -> Double) -> Double {
      var lanes = [Double](repeating: 0, count: 16)
      for index in start..<min(start + 1024, count) { lanes[(index - start) % 16] += f(x[index]) }
      for half in [8, 4, 2, 1] { for lane in 0..<half { lanes[lane] += lanes[lane + half] } }
      return lanes[0]
    }
    let starts = Array(stride(from: 0, to: count, by: 1024))
    var blocks = [Double](repeating: 0, count: max(1, Sums.blockCount(count)))
    let sums = starts.map { block($0) { Double($0) } }
    Sums.blockSums(x, count: count, into: &blocks)
    #expect(Array(blocks.prefix(starts.count)) == sums)
    #expect(Sums.sum(x, count: count) == Sums.tree(sums, count: sums.count))
    let squares = starts.map { block($0) { Double($0) * Double($0) } }
    Sums.blockSquares(x, count: count, into: &blocks)
    #expect(Array(blocks.prefix(starts.count)) == squares)
    #expect(Sums.squares(x, count: count) == Sums.tree(squares, count: squares.count))
  }
}
