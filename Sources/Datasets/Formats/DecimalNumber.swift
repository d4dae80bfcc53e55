/// Numbers as text in data files.
///
/// `-12`, `.5`, `3.` and `6.02e23` are numbers; hexadecimal ones, `nan` and `inf` are not.
enum DecimalNumber {
  /// The double nearest to the number, infinite where it is too large; nil where the text is not a number.
  ///
  /// Up to 2⁵³ · 10^±22 a whole number times or divided by an exact power of ten is one correctly rounded operation
  /// (W. D. Clinger, How to Read Floating Point Numbers Accurately, 1990); what is beyond goes to the standard library.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var position = 0
    let end = text.count
    var isNegative = false
    if position < end, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
      isNegative = text[position] == UInt8(ascii: "-")
      position += 1
    }
    var mantissa: UInt64 = 0, digits = 0, exponent = 0, isExact = true
    var pointSeen = false
    while position < end {
      let digit = text[position] &- UInt8(ascii: "0")
      if digit <= 9 {
        if mantissa < 100_000_000_000_000_000 {
          mantissa = mantissa * 10 + UInt64(digit)
          if pointSeen { exponent -= 1 }
        } else {
          isExact = false
        }
        digits += 1
      } else if text[position] == UInt8(ascii: "."), !pointSeen {
        pointSeen = true
      } else {
        break
      }
      position += 1
    }
    guard digits > 0 else { return nil }
    if position < end, text[position] | 0x20 == UInt8(ascii: "e") {
      guard let stated = parseExponent(text, from: position + 1) else { return nil }
      exponent += stated
    } else if position < end {
      return nil
    }
    guard isExact, mantissa <= 1 << 53, abs(exponent) < powersOfTen.count else {
      // The grammar above leaves nothing that the standard library would read in another way.
      return Double(String(decoding: text, as: UTF8.self))
    }
    let magnitude = Double(mantissa)
    let value = exponent < 0 ? magnitude / powersOfTen[-exponent] : magnitude * powersOfTen[exponent]
    return isNegative ? -value : value
  }

  /// Whether a number was read as 0 though its text is another one, too small for a double.
  static func isLost(_ number: Double, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    let digits = UInt8(ascii: "1")...UInt8(ascii: "9")
    return number.isZero && text.prefix { $0 | 0x20 != UInt8(ascii: "e") }.contains { digits.contains($0) }
  }

  /// Whether a text of digits alone is another whole number than double has made of it.
  static func isRounded(_ number: Double, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    let digits = text.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
    guard let whole = Int(String(decoding: text, as: UTF8.self)) else { return true }
    return Int(exactly: number) != whole
  }

  private static func parseExponent(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = start
    var isNegative = false
    if position < text.count, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
      isNegative = text[position] == UInt8(ascii: "-")
      position += 1
    }
    guard position < text.count else { return nil }
    var exponent = 0
    while position < text.count {
      let digit = text[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      // Far beyond any double; kept from overflowing.
      if exponent < 1_000_000 { exponent = exponent * 10 + Int(digit) }
      position += 1
    }
    return isNegative ? -exponent : exponent
  }

  /// 10⁰ … 10²², which doubles hold exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]
}
