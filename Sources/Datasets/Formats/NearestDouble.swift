/// Decimal numbers to the nearest doubles.
enum NearestDouble {
  /// The double nearest to mantissa · 10^exponent, ties to the even one; nil where these 128 bits of the power do not
  /// tell, or the number is beyond normal doubles.
  ///
  /// Up to 2⁵³ · 10^±22 it is one correctly rounded operation on exact numbers (W. D. Clinger, How to Read Floating
  /// Point Numbers Accurately, 1990). Else the mantissa is multiplied with the first 128 bits of the power of five: the
  /// true product lies between that and the next one, and where both round alike that is the result (after D. Lemire,
  /// Number Parsing at a Gigabyte per Second, 2021).
  @inline(__always)
  static func of(_ mantissa: UInt64, exponent: Int) -> Double? {
    if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      let magnitude = Double(Int64(bitPattern: mantissa))
      return exponent < 0 ? magnitude / powersOfTen[-exponent] : magnitude * powersOfTen[exponent]
    }
    return product(mantissa, exponent)
  }

  private static func product(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    guard mantissa != 0 else { return 0 }
    guard PowersOfFive.exponents.contains(exponent) else { return nil }
    let power = PowersOfFive.table[exponent - PowersOfFive.exponents.lowerBound]
    let zeros = mantissa.leadingZeroBitCount, whole = mantissa << UInt64(zeros)
    let first = whole.multipliedFullWidth(by: power.high), second = whole.multipliedFullWidth(by: power.low)
    var (middle, carries) = first.low.addingReportingOverflow(second.high)
    var high = first.high &+ (carries ? 1 : 0), low = second.low
    var leading = 191
    if high >> 63 == 0 {
      high = high << 1 | middle >> 63
      middle = middle << 1 | low >> 63
      low <<= 1
      leading = 190
    }
    leading += power.exponent + exponent - zeros
    guard leading >= -1022, leading <= 1022 else { return nil }
    // 53 bits, and behind them 11 and 64, of which half of the last place is 0x400:0.
    var significand = high >> 11
    let rest = high & 0x7ff, half: UInt64 = 0x400
    if PowersOfFive.exact.contains(exponent) {
      let isHalf = rest == half && middle == 0 && low == 0
      if rest >= half, !isHalf || significand & 1 == 1 { significand += 1 }
    } else {
      // The true product is less than 4 units of the last of these bits above this one.
      if rest == half, middle == 0 { return nil }
      if rest == half - 1, middle > UInt64.max - 4 { return nil }
      if rest >= half { significand += 1 }
    }
    // A significand of 2⁵³ carries into the exponent, and is 0 then.
    return Double(bitPattern: UInt64(leading + 1022) << 52 &+ significand)
  }

  /// 10⁰ … 10²², which doubles hold exactly; never freed.
  private static let powersOfTen = ConstantTable<Double> {
    let powers: [Double] = [
      1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
      1e20, 1e21, 1e22,
    ]
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: powers.count)
    memory.initialize(from: powers, count: powers.count)
    return UnsafePointer(memory)
  }
}
