internal import Specs

/// How the numbers of a column are written, where that is not the way of programs.
///
/// With decimal `,`, thousands `.` and the sign `€`, the cell `-1.234,50 €` is −1234.5. Separators are taken only
/// between groups of three digits, so that a decimal point is never taken for one. Signs are taken away and change
/// nothing: 5 % stays 5. The minus may be that of typography, U+2212.
package struct NumberStyle: Sendable, Equatable {
  /// Between the whole and the fraction.
  package var decimal = "."
  /// Between groups of three digits; nil: none. A blank stands for no-break spaces too.
  package var thousands: String?
  /// What may stand before or behind the number.
  package var strip: [String] = []

  package static let plain = NumberStyle()

  package init(decimal: String = ".", thousands: String? = nil, strip: [String] = []) {
    self.decimal = decimal
    self.thousands = thousands
    self.strip = strip
  }

  /// The number in a cell; nil where it is none in this style.
  func number(_ cell: UnsafeBufferPointer<UInt8>) -> Double? {
    // No number is longer, and a text may be.
    guard cell.count <= 1024 else { return nil }
    return number(String(decoding: cell, as: UTF8.self))
  }

  func number(_ text: String) -> Double? {
    guard var plain = plainText(text) else { return nil }
    return plain.withUTF8 { DecimalNumber.parse($0) }
  }

  /// Whether double has rounded the whole number in a cell.
  func isRounded(_ number: Double, in text: String) -> Bool {
    guard var plain = plainText(text) else { return false }
    return plain.withUTF8 { DecimalNumber.isRounded(number, in: $0) }
  }

  /// A cell as programs write its number; nil where it is none in this style.
  private func plainText(_ text: String) -> String? {
    var rest = trimmed(Array(text.unicodeScalars)[...]), sign = ""
    func takeSign() {
      guard sign.isEmpty, let first = rest.first, first == "-" || first == "+" || first == Self.minus else { return }
      sign.unicodeScalars.append(first == Self.minus ? "-" : first)
      rest = trimmed(rest.dropFirst())
    }
    takeSign()
    var isStripped = true
    while isStripped {
      isStripped = false
      for mark in strip {
        let mark = Array(mark.unicodeScalars)
        if rest.count > mark.count, rest.starts(with: mark) {
          rest = trimmed(rest.dropFirst(mark.count))
          isStripped = true
        }
        if rest.count > mark.count, rest.suffix(mark.count).elementsEqual(mark) {
          rest = trimmed(rest.dropLast(mark.count))
          isStripped = true
        }
      }
      takeSign()
    }
    return pointed(rest).map { sign + $0 }
  }

  /// The number as programs write it: without separators, with a decimal point.
  private func pointed(_ scalars: ArraySlice<Unicode.Scalar>) -> String? {
    // An exponent may follow.
    let mantissa = scalars.prefix { $0 != "e" && $0 != "E" }, tail = scalars.dropFirst(mantissa.count)
    let mark = decimal.unicodeScalars.first
    let whole = mantissa.prefix { $0 != mark }, fraction = mantissa.dropFirst(whole.count)
    var plain = String.UnicodeScalarView()
    if let thousands, whole.contains(where: { isSeparator($0, thousands) }) {
      let groups = whole.split(omittingEmptySubsequences: false) { isSeparator($0, thousands) }
      // 0,567 is a fraction.
      guard let first = groups.first, (1...3).contains(first.count), first.first != "0",
        groups.dropFirst().allSatisfy({ $0.count == 3 }), groups.allSatisfy({ $0.allSatisfy(Self.isDigit) })
      else { return nil }
      for group in groups { plain.append(contentsOf: group) }
    } else {
      guard whole.allSatisfy(Self.isDigit) else { return nil }
      plain.append(contentsOf: whole)
    }
    if !fraction.isEmpty {
      guard fraction.dropFirst().allSatisfy(Self.isDigit) else { return nil }
      plain.append(".")
      plain.append(contentsOf: fraction.dropFirst())
    }
    plain.append(contentsOf: tail)
    return String(plain)
  }

  private func isSeparator(_ scalar: Unicode.Scalar, _ thousands: String) -> Bool {
    thousands == " "
      ? [" ", "\u{a0}", "\u{202f}", "\u{2009}"].contains(scalar)
      : thousands == "'" ? scalar == "'" || scalar == "’" : scalar == thousands.unicodeScalars.first
  }

  private func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    var rest = scalars.drop { $0.properties.isWhitespace }
    while let last = rest.last, last.properties.isWhitespace { rest = rest.dropLast() }
    return rest
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// The minus of typography.
  static let minus: Unicode.Scalar = "\u{2212}"

  /// Whether a text may be taken away from a number: nothing that is part of one or makes it negative, as a minus or
  /// brackets do.
  static func isSign(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 16
      && text.unicodeScalars.allSatisfy { scalar in
        !isDigit(scalar) && !".,+-()".unicodeScalars.contains(scalar) && scalar != minus
          && !scalar.properties.isWhitespace && scalar.properties.numericType != .decimal
          && scalar.properties.generalCategory != .dashPunctuation
      }
  }
}

extension NumberStyle {
  /// Reads the keys `decimal`, `thousands` and `strip`; nil where none is there.
  init?(from fields: FieldReader) throws(ConfigError) {
    let decimal = try Self.mark("decimal", "the sign before the fraction of a number, one character", fields)
    let thousands = try Self.mark(
      "thousands",
      "the separator between groups of three digits, one character (\" \" for no-break spaces too); none where left out",
      fields)
    let strip = try fields.read(
      "strip", schema: .list(.text), default: ([String](), nil), example: [],
      summary: "signs that may stand before or behind a number and change nothing, like \"€\" and \"%\" (5 % stays 5)"
    ) { value, path throws(ConfigError) in
      guard case .array(let entries) = value, !entries.isEmpty else {
        throw ConfigError("expected a list of signs like [\"€\", \"%\"], found \(value.excerpt)", path: path)
      }
      var signs: [String] = []
      for (index, entry) in entries.enumerated() {
        let sign = try FieldReader.text(entry, path: "\(path)[\(index)]")
        guard Self.isSign(sign) else {
          throw ConfigError(
            "'\(sign.excerpt(20))' is no sign that can be taken away; give one like \"€\", \"USD\" or \"%\", without digits, blanks, brackets, minuses "
              + "and . , +",
            path: "\(path)[\(index)]")
        }
        signs.append(sign)
      }
      return (signs, value)
    }
    guard decimal != nil || thousands != nil || !strip.isEmpty else { return nil }
    self.init(decimal: decimal ?? ".", thousands: thousands, strip: strip)
    guard self.decimal != thousands else {
      throw fields.error(
        "thousands",
        "'\(self.decimal)' is the decimal sign\(decimal == nil ? " where 'decimal' is left out" : ""); the two must differ"
      )
    }
  }

  private static func mark(_ key: String, _ summary: String, _ fields: FieldReader) throws(ConfigError) -> String? {
    try fields.read(key, schema: .text, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let text = try FieldReader.text(value, path: path)
      guard text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first, !isDigit(scalar),
        !"+-eE".unicodeScalars.contains(scalar), scalar.value >= 0x20
      else { throw ConfigError("expected one character like \",\" or \".\", found \(value.excerpt)", path: path) }
      return (text, value)
    }
  }

  /// What the keys say, as in a config.
  var members: [ConfigValue.Member] {
    (decimal == "." ? [] : [.init("decimal", .string(decimal))])
      + (thousands.map { [.init("thousands", .string($0))] } ?? [])
      + (strip.isEmpty ? [] : [.init("strip", .array(strip.map(ConfigValue.string)))])
  }
}
