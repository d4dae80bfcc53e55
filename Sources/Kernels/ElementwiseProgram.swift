internal import CKernels

/// What one instruction of an ``ElementwiseProgram`` does with its operands a, b, c.
///
/// Truth values are floats of all ones or all zeros bits.
package enum ElementwiseOperation: UInt32, CaseIterable, Sendable {
  case copy, add, subtract, multiply, divide
  /// `a · b + c` with one rounding.
  case multiplyAdd
  /// a to the power b, special values as C's `pow`.
  case power
  /// The lesser or the greater; NaN where either is NaN.
  case minimum, maximum
  case negate, absolute, sign, squareRoot, exp, expm1, log, log1p, tanh, sigmoid, softplus, erf
  case less, lessOrEqual, equal, notEqual
  case and, or, not
  /// `a ? b : c`.
  case select

  /// The operation on single numbers, with the bits it has in a program.
  package func callAsFunction(_ a: Float, _ b: Float = 0, _ c: Float = 0) -> Float {
    var result: Float = 0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 64) { memory in
      guard let to = memory.baseAddress else { return }
      for index in 0..<16 {
        to[16 + index] = a
        to[32 + index] = b
        to[48 + index] = c
      }
      ck_active().pointee.apply(rawValue, to, to + 16, 0, to + 32, 0, to + 48, 0, 16)
      result = to[0]
    }
    return result
  }
}

/// A straight-line program that computes a value and its slope for every element of a matrix of outputs p and targets
/// y.
///
/// Instructions run over blocks of up to 512 elements whose registers stay in the first-level cache. An element's
/// results do not depend on its place, on the cut of rows, or on the instruction set.
package struct ElementwiseProgram: Sendable {
  /// Where an operand lies.
  package enum Operand: Sendable, Hashable {
    case register(Int)
    /// An index into the constants.
    case constant(Int)
  }

  /// One instruction; operands that the operation does not read are left out.
  package struct Instruction: Sendable {
    package var operation: ElementwiseOperation
    package var to: Int
    package var operands: [Operand]

    package init(_ operation: ElementwiseOperation, to: Int, _ operands: [Operand]) {
      self.operation = operation
      self.to = to
      self.operands = operands
    }
  }

  /// Registers that hold p, y and w (each row's weight) when a block begins; instructions may overwrite them.
  package static let inputs = 0..<3
  /// Registers a program may use.
  package static let registerLimit = Int(CK_PROGRAM_REGISTERS)

  private let code: [ck_instruction]
  private let constants: [Float]
  private let registers: Int
  private let value: Int
  private let slope: Int
  /// Whether register 2 is read.
  package let usesWeight: Bool

  /// A program; `value` and `slope` are the registers that hold the results at its end.
  ///
  /// - Precondition: Every register is below `registers`, which is at most `registerLimit`.
  package init(
    _ instructions: [Instruction], constants: [Float], registers: Int, value: Int, slope: Int, usesWeight: Bool
  ) {
    precondition(registers >= Self.inputs.count && registers <= Self.registerLimit, "too many registers")
    precondition(!instructions.isEmpty, "a program without instructions")
    precondition(value < registers && slope < registers, "a result outside the registers")
    code = Self.encode(instructions, constants: constants.count, registers: registers)
    self.constants = constants.flatMap { [Float](repeating: $0, count: 16) }
    self.registers = registers
    self.value = value
    self.slope = slope
    self.usesWeight = usesWeight
  }

  /// Instructions as the kernels read them.
  static func encode(_ instructions: [Instruction], constants: Int, registers: Int) -> [ck_instruction] {
    func place(_ operands: [Operand], _ index: Int) -> ck_operand {
      guard index < operands.count else { return ck_operand(index: 0, is_constant: 0) }
      switch operands[index] {
      case .register(let register):
        precondition(register < registers, "an operand outside the registers")
        return ck_operand(index: UInt32(register), is_constant: 0)
      case .constant(let constant):
        precondition(constant < constants, "an operand outside the constants")
        return ck_operand(index: UInt32(constant), is_constant: 1)
      }
    }
    return instructions.map { instruction in
      precondition(instruction.to < registers, "a result outside the registers")
      return ck_instruction(
        operation: instruction.operation.rawValue, to: UInt32(instruction.to), a: place(instruction.operands, 0),
        b: place(instruction.operands, 1), c: place(instruction.operands, 2))
    }
  }

  /// Instructions per block.
  package var instructionCount: Int { code.count }

  /// `losses[row] = w · (Σⱼ value / divisor)`, the sum in double in a fixed order, and `slope[row][j] = w · slope`;
  /// allocates nothing.
  /// - Parameters:
  ///   - p: Outputs, `width` in a row.
  ///   - y: Targets, `width` in a row.
  ///   - weights: One per row.
  ///   - rows: The rows to compute.
  package func run(
    p: Matrix, y: Matrix, weights: UnsafePointer<Float>, rows: Range<Int>, width: Int, divisor: Double,
    losses: UnsafeMutablePointer<Double>, slope slopes: Matrix
  ) {
    guard !rows.isEmpty, width > 0 else { return }
    let first = rows.lowerBound
    code.withUnsafeBufferPointer { code in
      constants.withUnsafeBufferPointer { constants in
        let weights = weights + first
        // A program without constants reads none; any address will do.
        let constantAddress = constants.baseAddress ?? weights
        guard let codeAddress = code.baseAddress else { return }
        var program = ck_program(
          instructions: codeAddress, count: code.count, constants: constantAddress, registers: UInt32(registers),
          value: UInt32(value), slope: UInt32(slope), uses_weight: usesWeight ? 1 : 0)
        var batch = ck_program_rows(
          p: UnsafePointer(p[first]), y: UnsafePointer(y[first]), w: weights, slope: slopes[first],
          losses: losses + first, ld_p: p.stride, ld_y: y.stride, ld_slope: slopes.stride, rows: rows.count,
          width: width, divisor: divisor)
        ck_active().pointee.run_program(&program, &batch)
      }
    }
  }
}
