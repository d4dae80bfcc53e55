/// Numbers as text in data files.
///
/// `-12`, `.5`, `3.` and `6.02e23` are numbers; hexadecimal ones, `nan` and `inf` are not.
enum DecimalNumber {
  /// The double nearest to the number, infinite where it is too large; nil where the text is not a number.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let start = text.baseAddress else { return nil }
    var place = start
    guard let number = read(&place, upTo: start + text.count), place == start + text.count else { return nil }
    return number
  }

  /// Reads as much as is a number, and goes on behind it.
  ///
  /// - Returns: nil where there is none, or one that ends with half an exponent; the place is anywhere then.
  @inline(__always)
  static func read(_ place: inout UnsafePointer<UInt8>, upTo end: UnsafePointer<UInt8>) -> Double? {
    let start = place
    var next = place, isNegative = false
    if next < end, next.pointee == UInt8(ascii: "-") || next.pointee == UInt8(ascii: "+") {
      isNegative = next.pointee == UInt8(ascii: "-")
      next += 1
    }
    if let magnitude = readShort(&next, end) {
      place = next
      return isNegative ? -magnitude : magnitude
    }
    let first = next
    var mantissa: UInt64 = 0, exponent = 0
    readDigits(&next, end, &mantissa)
    var digits = next - first
    if next < end, next.pointee == UInt8(ascii: ".") {
      next += 1
      let fraction = next
      readDigits(&next, end, &mantissa)
      exponent = fraction - next
      digits -= exponent
    }
    guard digits > 0 else { return nil }
    if next < end, next.pointee | 0x20 == UInt8(ascii: "e") {
      guard let stated = readExponent(&next, end) else { return nil }
      exponent += stated
    }
    place = next
    // Up to 19 digits are below 2^64.
    guard digits <= 19, let magnitude = NearestDouble.of(mantissa, exponent: exponent) else {
      return readLong(start, next)
    }
    return isNegative ? -magnitude : magnitude
  }

  /// Reads a number of up to six digits without a sign and an exponent, with a point among them or without, which is
  /// what most are: all of it at once.
  ///
  /// - Returns: nil where it is something else, and nothing is read.
  @inline(__always)
  private static func readShort(
    _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Double? {
    guard end - next >= 8 else { return nil }
    let word = UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
    let whole = digitCount(word)
    guard whole < 7 else { return nil }
    let shift = UInt64(truncatingIfNeeded: 8 &* whole)
    guard (word &>> shift) & 0xff == UInt64(UInt8(ascii: ".")) else {
      guard whole > 0, (word &>> shift) & 0xdf != UInt64(UInt8(ascii: "E")) else { return nil }
      next += whole
      return Double(Int64(bitPattern: number(word, whole)))
    }
    // The digits without the point between them.
    let before = (1 &<< shift) &- 1, joined = word & before | (word &>> 8) & ~before
    let count = digitCount(joined)
    guard count > 0, count < 7 else { return nil }
    guard (joined &>> UInt64(truncatingIfNeeded: 8 &* count)) & 0xdf != UInt64(UInt8(ascii: "E")) else { return nil }
    guard let magnitude = NearestDouble.of(number(joined, count), exponent: whole &- count) else { return nil }
    next += count + 1
    return magnitude
  }

  /// How many of the first of eight bytes are digits.
  @inline(__always)
  private static func digitCount(_ word: UInt64) -> Int {
    // The highest bit of each byte that is no digit: of 0x3a and more by adding, below 0x30 by a borrow, from 0x80 on
    // by itself. What runs over into the next byte comes from one that is none.
    let others = ((word &+ 0x4646_4646_4646_4646) | (word &- 0x3030_3030_3030_3030) | word) & 0x8080_8080_8080_8080
    return others.trailingZeroBitCount >> 3
  }

  /// The number that the first 1 to 8 of eight bytes are.
  @inline(__always)
  private static func number(_ word: UInt64, _ count: Int) -> UInt64 {
    // Zeros before them make eight; pairs, fours and all eight of them, each in one multiplication.
    var value = (word & 0x0f0f_0f0f_0f0f_0f0f) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    value = (value &* (10 << 8 + 1)) >> 8 & 0x00ff_00ff_00ff_00ff
    value = (value &* (100 << 16 + 1)) >> 16 & 0x0000_ffff_0000_ffff
    return (value &* (10_000 << 32 + 1)) >> 32
  }

  /// Appends digits to a mantissa, which overflows where they are many.
  ///
  /// As many as are among the next eight bytes at once: how many they are is a count, and no branch that is guessed for
  /// each byte.
  @inline(__always)
  private static func readDigits(
    _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ mantissa: inout UInt64
  ) {
    while end - next >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
      let count = digitCount(word)
      guard count > 0 else { return }
      mantissa = mantissa &* powerOfTen(count) &+ number(word, count)
      next += count
      guard count == 8 else { return }
    }
    while next < end {
      let digit = next.pointee &- UInt8(ascii: "0")
      guard digit <= 9 else { return }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      next += 1
    }
  }

  /// 10 to a power of 1 to 8.
  @inline(__always)
  private static func powerOfTen(_ exponent: Int) -> UInt64 {
    switch exponent {
    case 1: 10
    case 2: 100
    case 3: 1000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    default: 100_000_000
    }
  }

  /// A number with more digits than fit, or at the ends of what doubles are.
  ///
  /// The first 19 digits and the next number with as many: where both round alike, so does what is between them.
  private static func readLong(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
    var mantissa: UInt64 = 0, digits = 0, exponent = 0, pointSeen = false, isCut = false, next = start, stated = 0
    while next < end {
      let byte = next.pointee
      if byte | 0x20 == UInt8(ascii: "e") {
        stated = readExponent(&next, end) ?? 0
        break
      }
      next += 1
      if byte == UInt8(ascii: ".") { pointSeen = true }
      guard byte &- UInt8(ascii: "0") <= 9 else { continue }
      if digits < 19 {
        mantissa = mantissa * 10 + UInt64(byte &- UInt8(ascii: "0"))
        if mantissa > 0 { digits += 1 }
        if pointSeen { exponent -= 1 }
      } else {
        isCut = isCut || byte != UInt8(ascii: "0")
        if !pointSeen { exponent += 1 }
      }
    }
    exponent += stated
    if let magnitude = NearestDouble.of(mantissa, exponent: exponent),
      !isCut || NearestDouble.of(mantissa + 1, exponent: exponent) == magnitude
    {
      return start.pointee == UInt8(ascii: "-") ? -magnitude : magnitude
    }
    // The grammar above leaves nothing that the standard library would read in another way.
    return Double(String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self))
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

  /// Reads from the letter on; nil where no digits follow.
  private static func readExponent(_ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
    next += 1
    var isNegative = false
    if next < end, next.pointee == UInt8(ascii: "-") || next.pointee == UInt8(ascii: "+") {
      isNegative = next.pointee == UInt8(ascii: "-")
      next += 1
    }
    let first = next
    var exponent = 0
    while next < end {
      let digit = next.pointee &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      // Far beyond any double; kept from overflowing.
      if exponent < 1_000_000 { exponent = exponent * 10 + Int(digit) }
      next += 1
    }
    guard next > first else { return nil }
    return isNegative ? -exponent : exponent
  }
}
