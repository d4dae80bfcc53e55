import CKernels
import Kernels
import Testing

/// Losses of one output and one target give the same bits at every instruction-set level, in rows of every width.
@Suite struct ElementLossLevelTests {
  @Test("all instruction sets give the same bits", arguments: ElementLoss.names)
  func levels(_ name: String) throws {
    let number = Int32(try #require(ElementLoss.names.firstIndex(of: name)))
    for width in [1, 5, 16, 35] {
      let rows = 37, stride = 48
      let p = DenseTests.random(rows * stride, 200), y = DenseTests.random(rows * stride, 201).map { abs($0) }
      let w = DenseTests.random(rows, 202).map { abs($0) }
      func run(_ level: Int32) -> [UInt64] {
        var losses = [Double](repeating: 0, count: rows), d = [Float](repeating: 0, count: rows * stride)
        p.withUnsafeBufferPointer { p in
          y.withUnsafeBufferPointer { y in
            w.withUnsafeBufferPointer { w in
              losses.withUnsafeMutableBufferPointer { losses in
                d.withUnsafeMutableBufferPointer { d in
                  guard let p = p.baseAddress, let y = y.baseAddress, let w = w.baseAddress,
                    let losses = losses.baseAddress, let d = d.baseAddress
                  else { return }
                  var call = ck_loss_rows(
                    p: p, p_stride: stride, y: y, y_stride: stride, weights: w, rows: rows, width: width,
                    factor: 0.3, scale: 0.3, a: -0.25, b: 0.75, adds: 0, losses: losses, gradient: d,
                    gradient_stride: stride)
                  Denormals.flushing { ck_element_loss_kernel(ck_table(level), number)(&call) }
                }
              }
            }
          }
        }
        return losses.map { $0.isNaN ? 1 : $0.bitPattern } + d.map { $0.isNaN ? 1 : UInt64($0.bitPattern) }
      }
      let expected = run(0)
      for level in InstructionSet.allCases where level <= .detected {
        #expect(run(Int32(level.rawValue)) == expected, "width \(width), \(level.name)")
      }
    }
  }
}
