import Kernels
import TestSupport
import Testing

@testable import Datasets

@Suite struct SplitTests {
  @Test func everyRowIsInOnePartAndClassesKeepTheirShare() {
    var generator = TestGenerator(state: 3)
    for count in [3, 4, 5, 7, 10, 31, 100, 333, 1000] {
      for (validation, test) in [(0.1, 0.0), (0.2, 0.2), (0.5, 0.4), (0.0, 0.3), (0.33, 0.33)] {
        for classCount in [0, 1, 2, 10] {
          let classes =
            classCount == 0 ? nil : (0..<count).map { _ in Int32(generator.next() % UInt64(classCount)) }
          let split = RowSplit(count: count, classes: classes, validation: validation, test: test, seed: 42)
          #expect((split.train + split.validation + split.test).sorted() == Array(0..<count))
          for part in [split.train, split.validation, split.test] { #expect(part == part.sorted()) }
          #expect(!split.train.isEmpty)
          let wanted = (validation * Double(count)).rounded()
          #expect(Double(split.validation.count) <= wanted)
          guard let classes, count >= 100 else { continue }
          #expect(Double(split.validation.count) == wanted)
          for index in Set(classes) {
            let size = classes.count { $0 == index }, held = split.validation.count { classes[$0] == index }
            #expect(abs(Double(held) - validation * Double(size)) <= 1.0 + 1e-9, "class \(index) of \(size): \(held)")
          }
        }
      }
    }
  }

  @Test func seedChoosesTheRows() {
    func held(_ seed: UInt64) -> [Int] {
      RowSplit(count: 100, classes: nil, validation: 0.2, test: 0, seed: seed).validation
    }
    #expect(held(1) == held(1))
    #expect(held(1) != held(2))
    // Not the first or last rows, which sorted files would make one class.
    #expect(held(1) != Array(0..<20) && held(1) != Array(80..<100))
  }

  @Test func aClassOfOneRowStaysInTraining() {
    let classes: [Int32] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    for seed in 0..<50 as Range<UInt64> {
      let split = RowSplit(count: 10, classes: classes, validation: 0.4, test: 0.4, seed: seed)
      #expect(split.train.contains(9))
    }
  }

  @Test func permutationsAreBijections() {
    for count in Array(0...70) + [127, 128, 129, 255, 256, 257, 1000, 4096, 10_007] {
      for seed in [0, 1, UInt64.max] {
        let order = Permutation(count: count, seed: seed, purpose: .shuffle, epoch: 3)
        #expect((0..<count).map { order[$0] }.sorted() == Array(0..<count))
      }
    }
    // Huge counts need no memory.
    let huge = Permutation(count: 1 << 40, seed: 5, purpose: .shuffle, epoch: 0)
    #expect(huge[1 << 39] < 1 << 40)
  }

  @Test func sampleOrderDependsOnSeedAndEpochOnly() {
    func order(_ seed: UInt64, _ epoch: Int, shuffle: Bool = true) -> [Int] {
      let order = SampleOrder(count: 500, seed: seed, shuffle: shuffle)
      return (0..<500).map { order.sample(epoch: epoch, position: $0) }
    }
    #expect(order(1, 0) == order(1, 0))
    #expect(order(1, 0) != order(1, 1))
    #expect(order(1, 0) != order(2, 0))
    #expect(order(1, 0).sorted() == Array(0..<500))
    #expect(order(1, 4, shuffle: false) == Array(0..<500))
  }

  @Test("an order is the same whether it is listed at once or found piece by piece", arguments: [1, 17, 397, 5000])
  func listedOrder(count: Int) {
    for shuffle in [false, true] {
      let order = SampleOrder(count: count, seed: 3, shuffle: shuffle)
      let listed = order.epoch(2, isListed: true), found = order.epoch(2)
      #expect(listed.index == 2)
      for range in [0..<0, 0..<count, count / 3..<count / 2, count - 1..<count] {
        var pieces = [[Int]](repeating: [Int](repeating: -1, count: range.count), count: 2)
        listed.fill(range, into: &pieces[0])
        found.fill(range, into: &pieces[1])
        #expect(pieces[0] == pieces[1] && pieces[0] == range.map { found[$0] })
      }
    }
  }

  /// Where a sample lands is uniform: chi-squared over 16 × 16 cells of (sample, position), 225 degrees of freedom.
  @Test func shuffleIsUniform() {
    let count = 64, epochs = 4000
    var cells = [Int](repeating: 0, count: 256)
    let order = SampleOrder(count: count, seed: 9, shuffle: true)
    for epoch in 0..<epochs {
      let epochOrder = order.epoch(epoch)
      for position in 0..<count { cells[epochOrder[position] / 4 * 16 + position / 4] += 1 }
    }
    let expected = Double(count * epochs) / 256
    let chiSquared = cells.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // Mean about 225, deviation about 21; a shuffle that ignores the epoch would give thousands.
    #expect(chiSquared < 330, "\(chiSquared)")
  }
}
