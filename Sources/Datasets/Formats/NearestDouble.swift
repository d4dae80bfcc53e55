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
      return exponent < 0 ? magnitude / powerOfTen(-exponent) : magnitude * powerOfTen(exponent)
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

  /// 10⁰ … 10²², which doubles hold exactly.
  ///
  /// The compiler makes a table of it, which is there from the start; whether a static property is there is asked each
  /// time.
  @inline(__always)
  private static func powerOfTen(_ exponent: Int) -> Double {
    switch exponent {
    case 0: 1e0
    case 1: 1e1
    case 2: 1e2
    case 3: 1e3
    case 4: 1e4
    case 5: 1e5
    case 6: 1e6
    case 7: 1e7
    case 8: 1e8
    case 9: 1e9
    case 10: 1e10
    case 11: 1e11
    case 12: 1e12
    case 13: 1e13
    case 14: 1e14
    case 15: 1e15
    case 16: 1e16
    case 17: 1e17
    case 18: 1e18
    case 19: 1e19
    case 20: 1e20
    case 21: 1e21
    default: 1e22
    }
  }
}
