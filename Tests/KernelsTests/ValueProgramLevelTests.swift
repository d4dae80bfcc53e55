import CKernels
import Foundation
import Kernels
import Testing

/// Programs in double give the same bits at every instruction-set level, instruction by instruction and whole.
@Suite struct ValueProgramLevelTests {
  /// Zeros, infinities, NaN, truth values and numbers of all sizes.
  private static func values(_ seed: UInt64) -> [Double] {
    let special = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, 1e-300, 1e300, 0.5, -0.5, 2, -3, 709, -709, 32]
    let truths = [Double(bitPattern: ~0), 0, Double(bitPattern: ~0), 0]
    let random = specialAndRandomFloats(count: 1004, seed: seed).map { Double($0) }
    return special + truths + random
  }

  @Test("instructions", arguments: ElementwiseOperation.allCases)
  func instructions(_ operation: ElementwiseOperation) {
    let a = Self.values(1), b = Array(Self.values(2).reversed()), c = Array(Self.values(3))
    func run(_ table: Table) -> [UInt64] {
      var to = [Double](repeating: -77, count: a.count)
      table.pointee.apply64(operation.rawValue, &to, a, 16, b, 16, c, 16, a.count)
      return to.map { $0.isNaN ? 1 : $0.bitPattern }
    }
    Denormals.flushing {
      let expected = run(ck_table(0))
      for level in LevelTests.levels {
        #expect(run(ck_table(Int32(level.rawValue))) == expected, "\(operation) at \(level.name)")
      }
    }
  }

  @Test("a program over rows of every width", arguments: [1, 5, 16, 35])
  func program(width: Int) {
    // w · softplus(p) · exp(0.3 − y): rounded in every step.
    let program = ValueProgram(
      [
        .init(.softplus, to: 3, [.register(0)]), .init(.subtract, to: 4, [.constant(0), .register(1)]),
        .init(.exp, to: 4, [.register(4)]), .init(.multiply, to: 3, [.register(3), .register(4)]),
        .init(.multiply, to: 3, [.register(3), .register(2)]),
      ], constants: [0.3], registers: 5, value: 3, usesWeight: true)
    let rows = 37, stride = Matrix.stride(for: width)
    var p = randomFloats(count: rows * stride, seed: 4), y = randomFloats(count: rows * stride, seed: 5)
    let w = randomFloats(count: rows, seed: 6)
    func run(_ level: InstructionSet) -> [UInt64] {
      var losses = [Double](repeating: 0, count: rows)
      p.withUnsafeMutableBufferPointer { p in
        y.withUnsafeMutableBufferPointer { y in
          guard let p = p.baseAddress, let y = y.baseAddress else { return }
          InstructionSet.lowering(to: level) {
            program.run(
              p: Matrix(p, stride: stride), y: Matrix(y, stride: stride), weights: w, rows: 0..<rows, width: width,
              divisor: 3, losses: &losses)
          }
        }
      }
      return losses.map(\.bitPattern)
    }
    let expected = run(.portable)
    #expect(Set(expected).count == rows)
    for level in LevelTests.levels { #expect(run(level) == expected, "\(level.name)") }
  }
}
