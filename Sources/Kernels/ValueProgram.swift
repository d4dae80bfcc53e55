internal import CKernels

/// A straight-line program as ``ElementwiseProgram``, for values alone and in double: sums of large values keep their
/// small differences.
package struct ValueProgram: Sendable {
  private let code: [ck_instruction]
  private let constants: [Double]
  private let registers: Int
  private let value: Int
  /// Whether register 2 is read.
  package let usesWeight: Bool

  /// A program; `value` is the register that holds the result at its end. Constants are float32 numbers or truth
  /// values.
  ///
  /// - Precondition: Every register is below `registers`, which is at most ``ElementwiseProgram/registerLimit``.
  package init(
    _ instructions: [ElementwiseProgram.Instruction], constants: [Float], registers: Int, value: Int, usesWeight: Bool
  ) {
    precondition(registers >= ElementwiseProgram.inputs.count && registers <= ElementwiseProgram.registerLimit)
    precondition(value < registers, "a result outside the registers")
    code = ElementwiseProgram.encode(instructions, constants: constants.count, registers: registers)
    self.constants = constants.flatMap { constant in
      // A truth value is all ones in every width.
      let wide = constant.bitPattern == ~0 ? Double(bitPattern: ~0) : Double(constant)
      return [Double](repeating: wide, count: 16)
    }
    self.registers = registers
    self.value = value
    self.usesWeight = usesWeight
  }

  /// `losses[row] = w · (Σⱼ value / divisor)`, the sum in a fixed order; allocates nothing.
  package func run(
    p: Matrix, y: Matrix, weights: UnsafePointer<Float>, rows: Range<Int>, width: Int, divisor: Double,
    losses: UnsafeMutablePointer<Double>
  ) {
    guard !rows.isEmpty, width > 0 else { return }
    let first = rows.lowerBound
    code.withUnsafeBufferPointer { code in
      constants.withUnsafeBufferPointer { constants in
        let weights = weights + first, losses = losses + first
        // A program without instructions or constants reads none; any address will do.
        var nothing = ck_instruction()
        withUnsafePointer(to: &nothing) { nothing in
          var program = ck_value_program(
            instructions: code.baseAddress ?? nothing, count: code.count,
            constants: constants.baseAddress ?? UnsafePointer(losses), registers: UInt32(registers),
            value: UInt32(value), uses_weight: usesWeight ? 1 : 0)
          var batch = ck_program_rows(
            p: UnsafePointer(p[first]), y: UnsafePointer(y[first]), w: weights, slope: p[first], losses: losses,
            ld_p: p.stride, ld_y: y.stride, ld_slope: p.stride, rows: rows.count, width: width, divisor: divisor)
          ck_active().pointee.run_values(&program, &batch)
        }
      }
    }
  }
}
