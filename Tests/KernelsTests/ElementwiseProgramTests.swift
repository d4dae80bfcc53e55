import CKernels
import Foundation
import Kernels
import Testing

/// Instructions of register programs: right, and bit-equal at every instruction-set level.
@Suite struct ElementwiseProgramTests {
  /// Kernels of the table that this suite and ``ValueProgramLevelTests`` compare.
  static let compared = ["apply", "run_program", "apply64", "run_values"]

  static func run(
    _ table: Table, _ operation: ElementwiseOperation, _ a: [Float], _ b: [Float], _ c: [Float], step: Int = 16
  ) -> [Float] {
    var to = [Float](repeating: -77, count: a.count)
    table.pointee.apply(operation.rawValue, &to, a, 16, b, step, c, step, a.count)
    return to
  }

  @Test("operations are numbered as the kernels' are")
  func numbers() {
    #expect(ElementwiseOperation.allCases.count == Int(CK_OP_COUNT.rawValue))
    #expect(ElementwiseOperation.select.rawValue == CK_OP_SELECT.rawValue)
    #expect(ElementwiseOperation.erf.rawValue == CK_OP_ERF.rawValue)
    #expect(ElementwiseOperation.power.rawValue == CK_OP_POWER.rawValue)
  }

  @Test("bit-equal at all levels", arguments: ElementwiseOperation.allCases)
  func levels(_ operation: ElementwiseOperation) {
    let a = specialAndRandomFloats(count: 4096, seed: 1)
    let b = specialAndRandomFloats(count: 4096, seed: 2).reversed() as [Float]
    // Every special value with every other.
    let specials = Array(a.prefix(30))
    let left = specials.flatMap { x in specials.map { _ in x } } + a
    let right = specials.flatMap { _ in specials } + b
    let count = left.count / 16 * 16
    let third = (left.reversed() as [Float]).prefix(count).map { $0 }
    let (x, y) = (Array(left.prefix(count)), Array(right.prefix(count)))
    Denormals.flushing {
      let expected = Self.run(ck_table(0), operation, x, y, third)
      for level in LevelTests.levels {
        let table: Table = ck_table(Int32(level.rawValue))
        #expect(
          firstDifference(expected, Self.run(table, operation, x, y, third)) == nil, "\(operation) at \(level.name)")
        let constant = [Float](repeating: y[7], count: 16)
        #expect(
          firstDifference(
            Self.run(ck_table(0), operation, x, constant, constant, step: 0),
            Self.run(table, operation, x, constant, constant, step: 0)) == nil, "\(operation) at \(level.name)")
      }
    }
  }

  @Test("powers are within one unit in the last place")
  func powers() {
    var greatest = 0.0
    for exponent in [0.1, 0.3, -0.7, 2.5, 3, -3, 7.25, 20, -31, 100] as [Float] {
      let x = (0..<4000).map { Float(exp(Double($0 - 2000) * 0.02)) }
      let y = Self.run(ck_active(), .power, x, [Float](repeating: exponent, count: 16), x, step: 0)
      for (x, y) in zip(x, y) {
        let exact = pow(Double(x), Double(exponent))
        guard Float(exact).isNormal else { continue }
        greatest = max(greatest, abs(Double(y) - exact) / scalbn(1, Int(Float(exact).exponent) - 23))
      }
    }
    #expect(greatest > 0.4 && greatest < 0.51, "greatest error \(greatest)")
  }

  @Test("special powers are C's")
  func specialPowers() {
    let values: [Float] = [
      0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e10, -1e10, .infinity, -.infinity, .nan, 16_777_218, 2.5,
    ]
    for a in values {
      for b in values {
        let found = ElementwiseOperation.power(a, b), expected = powf(a, b)
        if a == -.infinity, b != b.rounded() { continue }
        #expect(
          found == expected && found.sign == expected.sign || found.isNaN && expected.isNaN
            || abs(found - expected) <= abs(expected) * 1e-6, "\(a)^\(b) = \(found), expected \(expected)")
      }
    }
  }

  @Test("single numbers")
  func numbersOne() {
    #expect(ElementwiseOperation.multiplyAdd(2, 3, 4) == 10)
    #expect(
      ElementwiseOperation.sign(-0.0) == 0 && ElementwiseOperation.sign(-3) == -1
        && ElementwiseOperation.sign(.nan).isNaN)
    #expect(ElementwiseOperation.maximum(.nan, 1).isNaN && ElementwiseOperation.maximum(1, .nan).isNaN)
    #expect(ElementwiseOperation.less(1, 2).bitPattern == .max && ElementwiseOperation.less(2, 1).bitPattern == 0)
    #expect(ElementwiseOperation.select(ElementwiseOperation.not(0), 5, 6) == 5)
  }

  /// (p − y)² and 2 (p − y) w over rows of every width, at every level.
  @Test("programs are bit-equal at all levels", arguments: [1, 2, 5, 10, 16, 17, 31, 100, 600, 1040])
  func programs(_ width: Int) {
    let stride = Matrix.stride(for: width), rows = 50
    var p = [Float](repeating: 0, count: rows * stride), y = p
    for row in 0..<rows {
      for column in 0..<width {
        p[row * stride + column] = Float((row * 31 + column * 17) % 101) - 50
        y[row * stride + column] = Float((row * 13 + column * 7) % 89) - 44
      }
    }
    let unwritten = p.indices.map { $0 % stride < width ? Float(7) : 0 }
    let w = (0..<rows).map { Float($0) * 0.25 }
    let instructions = [
      ck_instruction(
        operation: CK_OP_SUBTRACT.rawValue, to: 3, a: .init(index: 0, is_constant: 0),
        b: .init(index: 1, is_constant: 0), c: .init()),
      ck_instruction(
        operation: CK_OP_MULTIPLY.rawValue, to: 4, a: .init(index: 3, is_constant: 0),
        b: .init(index: 3, is_constant: 0), c: .init()),
      ck_instruction(
        operation: CK_OP_MULTIPLY.rawValue, to: 3, a: .init(index: 0, is_constant: 1),
        b: .init(index: 3, is_constant: 0), c: .init()),
      ck_instruction(
        operation: CK_OP_MULTIPLY.rawValue, to: 3, a: .init(index: 3, is_constant: 0),
        b: .init(index: 2, is_constant: 0), c: .init()),
    ]
    let constants = [Float](repeating: 2, count: 16)
    func run(_ table: Table, registers: UInt32) -> (losses: [Double], slope: [Float]) {
      var losses = [Double](repeating: 0, count: rows), slope = unwritten
      instructions.withUnsafeBufferPointer { code in
        guard let code = code.baseAddress else { return }
        p.withUnsafeBufferPointer { p in
          y.withUnsafeBufferPointer { y in
            slope.withUnsafeMutableBufferPointer { slope in
              losses.withUnsafeMutableBufferPointer { losses in
                constants.withUnsafeBufferPointer { constants in
                  w.withUnsafeBufferPointer { w in
                    guard let p = p.baseAddress, let y = y.baseAddress, let w = w.baseAddress,
                      let slope = slope.baseAddress, let losses = losses.baseAddress,
                      let constants = constants.baseAddress
                    else { return }
                    var program = ck_program(
                      instructions: code, count: 4, constants: constants, registers: registers, value: 4, slope: 3,
                      uses_weight: 1)
                    var batch = ck_program_rows(
                      p: p, y: y, w: w, slope: slope, losses: losses, ld_p: stride, ld_y: stride, ld_slope: stride,
                      rows: rows, width: width, divisor: 2)
                    table.pointee.run_program(&program, &batch)
                  }
                }
              }
            }
          }
        }
      }
      return (losses, slope)
    }
    let (losses, slope) = run(ck_table(0), registers: 5)
    for row in 0..<rows {
      var sum = 0.0
      for column in 0..<width {
        let difference = p[row * stride + column] - y[row * stride + column]
        sum += Double(difference * difference)
      }
      #expect(losses[row] == Double(w[row]) * (sum / 2), "whole numbers are added exactly")
      for column in 0..<stride {
        let place = row * stride + column
        #expect(slope[place] == (column < width ? w[row] * w[row] * 2 * (p[place] - y[place]) : 0))
      }
    }
    for level in InstructionSet.allCases where level <= .detected {
      for registers in [5, 40, 512] as [UInt32] {
        let found = run(ck_table(Int32(level.rawValue)), registers: registers)
        #expect(firstDifference(slope, found.slope) == nil, "\(level.name), \(registers) registers")
        #expect(losses.map(\.bitPattern) == found.losses.map(\.bitPattern), "\(level.name), \(registers) registers")
      }
    }
  }
}
