import CKernels
import Kernels
import Testing

/// 16-bit floats against the language's own and against the definition, at every instruction-set level.
@Suite struct HalfPrecisionTests {
  static let values: [Float] =
    specialAndRandomFloats(count: 20_000, seed: 11)
    + [
      65504, 65519.99, 65520, 1e-8, 5.9604645e-8, 2.9802322e-8, 2.9802326e-8, 6.1e-5, 0.1, -0.0, .infinity, .nan,
      3.4e38,
    ]
    + (0..<5000).map { Float($0) * 1.37e-7 }

  private static func halves(_ level: InstructionSet, bfloat: Bool) -> [UInt16] {
    var halves = [UInt16](repeating: 0, count: values.count)
    ck_table(Int32(level.rawValue)).pointee.narrow(values, &halves, values.count, bfloat ? 1 : 0, 1)
    return halves
  }

  /// Of a float that is not NaN: the nearest bfloat16, ties to even.
  private static func bfloat(_ value: Float) -> UInt16 {
    let bits = value.bitPattern, low = bits & 0xFFFF
    let up = low > 0x8000 || (low == 0x8000 && bits >> 16 & 1 == 1)
    return UInt16(truncatingIfNeeded: bits >> 16 &+ (up ? 1 : 0))
  }

  /// The nearest half; the language's own conversion, but for small ones: it flushes them where denormals are flushed.
  private static func half(_ value: Float) -> UInt16 {
    guard abs(value) < 0x1p-14 else { return Float16(value).bitPattern }
    let steps = (Double(abs(value)) * 0x1p24).rounded(.toNearestOrEven)
    return UInt16(steps) | (value.sign == .minus ? 0x8000 : 0)
  }

  private static func float(_ half: UInt16) -> Float {
    guard half & 0x7C00 == 0 else { return Float(Float16(bitPattern: half)) }
    return Float(half & 0x3FF) * 0x1p-24 * (half & 0x8000 == 0 ? 1 : -1)
  }

  @Test(arguments: InstructionSet.allCases.filter { $0 <= .detected })
  func rounding(_ level: InstructionSet) {
    Denormals.flushing {
      for (value, half) in zip(Self.values, Self.halves(level, bfloat: true)) {
        let back = Float(bitPattern: UInt32(half) << 16)
        #expect(value.isNaN ? back.isNaN : value.isSubnormal || half == Self.bfloat(value), "\(value)")
      }
      let halves = Self.halves(level, bfloat: false)
      for (index, value) in Self.values.enumerated() where !value.isSubnormal {
        let half = halves[index], expected = Self.half(value)
        #expect(
          value.isNaN ? Float16(bitPattern: half).isNaN : half == expected,
          "\(value) \(half) \(expected)")
      }
    }
  }

  @Test(arguments: InstructionSet.allCases.filter { $0 <= .detected })
  func everyHalfComesBack(_ level: InstructionSet) {
    let halves = (0...UInt16.max).map { $0 }
    for bfloat in [false, true] {
      var floats = [Float](repeating: 0, count: halves.count)
      ck_table(Int32(level.rawValue)).pointee.widen(halves, &floats, halves.count, bfloat ? 1 : 0, 1)
      for (half, found) in zip(halves, floats) {
        let expected = bfloat ? Float(bitPattern: UInt32(half) << 16) : Self.float(half)
        #expect(expected.isNaN ? found.isNaN : expected.isSubnormal || found == expected, "\(half)")
      }
    }
  }
}
