/// The powers 5⁻³⁴² … 5³⁰⁸, each as 128 bits and a power of two: what is between a decimal number and the nearest
/// double.
///
/// T · 2^exponent ≤ 5ⁿ < (T + 1) · 2^exponent with 2¹²⁷ ≤ T < 2¹²⁸. They are made by long multiplication, and by long
/// division of a power of two: ⌊⌊a / 5⌋ / 5⌋ is ⌊a / 25⌋, so that no step loses anything that counts.
enum PowersOfFive {
  struct Power {
    var high: UInt64
    var low: UInt64
    /// Of the power of two.
    var exponent: Int
  }

  static let exponents = -342...308
  /// Up to this one T · 2^exponent is the power itself: 5⁵⁵ < 2¹²⁸.
  static let exact = 0...55

  /// By their exponents, from −342 on; never freed.
  static let table = ConstantTable<Power> {
    let table = UnsafeMutablePointer<Power>.allocate(capacity: exponents.count)
    // 5³⁰⁸ < 2⁷¹⁶.
    var words = [UInt64](repeating: 0, count: 12)
    words[0] = 1
    for exponent in 0...exponents.upperBound {
      (table + exponent - exponents.lowerBound).initialize(to: leading(words, scale: 0))
      var carry: UInt64 = 0
      for index in words.indices {
        let product = words[index].multipliedFullWidth(by: 5),
          (sum, overflow) = product.low.addingReportingOverflow(carry)
        words[index] = sum
        carry = product.high + (overflow ? 1 : 0)
      }
    }
    // 2¹⁰⁸⁸ / 5³⁴² > 2²⁹³.
    let scale = 64 * 17
    words = [UInt64](repeating: 0, count: 18)
    words[17] = 1
    for exponent in 1 ... -exponents.lowerBound {
      var remainder: UInt64 = 0
      for index in words.indices.reversed() {
        let step = UInt64(5).dividingFullWidth((remainder, words[index]))
        (words[index], remainder) = (step.quotient, step.remainder)
      }
      (table - exponent - exponents.lowerBound).initialize(to: leading(words, scale: scale))
    }
    return UnsafePointer(table)
  }

  /// The first 128 bits of a number that is divided by 2^scale.
  private static func leading(_ words: [UInt64], scale: Int) -> Power {
    let top = words.lastIndex { $0 != 0 } ?? 0, shift = words[top].leadingZeroBitCount
    func word(_ index: Int) -> UInt64 { index >= 0 ? words[index] : 0 }
    func bits(_ index: Int) -> UInt64 {
      shift == 0 ? word(index) : word(index) << UInt64(shift) | word(index - 1) >> UInt64(64 - shift)
    }
    return Power(high: bits(top), low: bits(top - 1), exponent: 64 * (top - 1) - shift - scale)
  }
}
