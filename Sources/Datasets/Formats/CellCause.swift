/// Why a cell is no number, as far as its text shows it.
package enum CellCause: Sendable, Hashable, CaseIterable {
  case missing, missingMark, infinite, beyondFloat
  case decimalComma, commaOrThousands, thousands, currency, percent, date, boolean, hexadecimal, unit, comparison
  case otherDigits, text
  /// Told by what the column holds, not by the text alone.
  case notBoolean, notDate, notInOrder, otherStyle

  /// The cause for the text of a cell that is no number.
  init(of text: String) {
    self = Self.words[text.lowercased()] ?? Self.number(Array(text.unicodeScalars), text)
  }

  private static let words: [String: CellCause] = {
    var words: [String: CellCause] = [:]
    for word in ["true", "false", "yes", "no", "t", "f", "y", "n", "on", "off"] { words[word] = .boolean }
    for word in ["inf", "infinity", "∞"] {
      for sign in ["", "+", "-"] { words[sign + word] = .infinite }
    }
    for mark in MissingMarks.standard + ["nan", "-nan", "+nan"] { words[mark.lowercased()] = .missingMark }
    return words
  }()

  // MARK: - Numbers that are written in another way

  private static func number(_ scalars: [Unicode.Scalar], _ text: String) -> CellCause {
    if isHexadecimal(text) { return .hexadecimal }
    if isDate(text) { return .date }
    if let cause = grouped(scalars) { return cause }
    let isBracketed = scalars.first == "(" && scalars.last == ")"
    if isBracketed, isPlain(scalars.dropFirst().dropLast()) { return .currency }
    var rest = scalars[...]
    if let first = rest.first, "<>≤≥~≈".unicodeScalars.contains(first) {
      rest = rest.dropFirst().drop { $0 == "=" || $0 == " " }
      return isPlain(rest) ? .comparison : .text
    }
    if let last = rest.last, last == "%" || last == "‰" || last == "٪" {
      return isPlain(rest.dropLast()) ? .percent : .text
    }
    if rest.first == "%" { return isPlain(rest.dropFirst()) ? .percent : .text }
    if let cause = withCurrency(rest) { return cause }
    if rest.contains(where: { $0.value > 0x7f && $0.properties.numericType == .decimal || $0 == "\u{2212}" }) {
      let plain = rest.map { scalar -> Unicode.Scalar in
        if scalar == "\u{2212}" { return "-" }
        return scalar.properties.numericValue.flatMap { Unicode.Scalar(UInt8(48 + Int($0))) } ?? scalar
      }
      if isNumber(plain[...]) { return .otherDigits }
    }
    return isUnit(rest) ? .unit : .text
  }

  /// A number, or one with separators in it.
  private static func isPlain(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    let text = trimmed(scalars)
    return isNumber(text) || grouped(Array(text)) != nil
  }

  private static func isNumber(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    var text = String(String.UnicodeScalarView(scalars))
    return text.withUTF8 { DecimalNumber.parse($0) } != nil
  }

  private static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    var rest = scalars.drop { $0.properties.isWhitespace }
    while let last = rest.last, last.properties.isWhitespace { rest = rest.dropLast() }
    return rest
  }

  /// Decimal commas and separators between thousands: 1,5 · 1.234,56 · 1,234.56 · 1 234 · 1'234 · 1_000.
  private static func grouped(_ scalars: [Unicode.Scalar]) -> CellCause? {
    let body = scalars.first == "-" || scalars.first == "+" ? scalars.dropFirst() : scalars[...]
    guard let first = body.first, first.isDigit || first == ",", body.contains(where: \.isDigit) else { return nil }
    // An exponent may follow.
    let mantissa = body.prefix { $0 != "e" && $0 != "E" }, tail = body.dropFirst(mantissa.count)
    guard tail.isEmpty || isNumber("1".unicodeScalars + tail) else { return nil }
    let marks = mantissa.filter { !$0.isDigit }
    guard let mark = marks.first, mantissa.last?.isDigit == true || mantissa.last == "," else { return nil }
    let commas = marks.count { $0 == "," }, points = marks.count { $0 == "." }
    if commas + points < marks.count {
      // Blanks, no-break spaces, apostrophes or underscores, and a decimal sign at the end.
      guard let sign = marks.first(where: { $0 != "," && $0 != "." }), isSeparator(sign) else { return nil }
      let whole = mantissa.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "." }
      guard whole.count <= 2, areGroups(whole[0], sign) else { return nil }
      return whole.count == 1 || whole[1].allSatisfy(\.isDigit) ? (commas == 1 ? .decimalComma : .thousands) : nil
    }
    if commas == 1, points == 0 {
      let digits = mantissa.split(separator: ",", omittingEmptySubsequences: false)
      let canBeGroups = digits[1].count == 3 && (1...3).contains(digits[0].count) && digits[0].first != "0"
      return canBeGroups ? .commaOrThousands : .decimalComma
    }
    let parts = mantissa.split(separator: mark == "," ? "." : ",", omittingEmptySubsequences: false)
    guard parts.count <= 2, areGroups(parts[0], mark) else { return nil }
    guard parts.count == 2 else { return commas + points > 1 ? .thousands : nil }
    guard parts[1].allSatisfy(\.isDigit) else { return nil }
    return mark == "," ? .thousands : .decimalComma
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || "'’_٬".unicodeScalars.contains(scalar)
  }

  /// One to three digits, then threes.
  private static func areGroups(_ scalars: ArraySlice<Unicode.Scalar>, _ mark: Unicode.Scalar) -> Bool {
    let groups = scalars.split(separator: mark, omittingEmptySubsequences: false)
    guard let first = groups.first, (1...3).contains(first.count) else { return false }
    return groups.dropFirst().allSatisfy { $0.count == 3 } && groups.allSatisfy { $0.allSatisfy(\.isDigit) }
  }

  private static let currencies = [
    "usd", "eur", "gbp", "chf", "jpy", "cny", "inr", "us$", "a$", "c$", "r$", "kr", "zł", "rs", "rs.",
  ]

  private static func withCurrency(_ scalars: ArraySlice<Unicode.Scalar>) -> CellCause? {
    let sign = scalars.first == "-" || scalars.first == "+" ? scalars.dropFirst() : scalars
    if let first = sign.first, first.properties.generalCategory == .currencySymbol {
      return isPlain(sign.dropFirst()) ? .currency : nil
    }
    if let last = scalars.last, last.properties.generalCategory == .currencySymbol {
      return isPlain(scalars.dropLast()) ? .currency : nil
    }
    let text = String(String.UnicodeScalarView(scalars)).lowercased()
    for name in currencies {
      if text.hasPrefix(name), isPlain(Array(text.dropFirst(name.count).unicodeScalars)[...]) { return .currency }
      if text.hasSuffix(name), isPlain(Array(text.dropLast(name.count).unicodeScalars)[...]) { return .currency }
    }
    return nil
  }

  private static func isHexadecimal(_ text: String) -> Bool {
    let bare = text.drop { $0 == "-" || $0 == "+" }.lowercased()
    guard bare.hasPrefix("0x"), bare.count > 2 else { return false }
    return bare.dropFirst(2).allSatisfy { $0.isHexDigit || $0 == "." || $0 == "p" }
  }

  /// A number, then a short word: 12 kg · 5cm · 3.5k · 20°C.
  private static func isUnit(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    let number = scalars.prefix { $0.isDigit || "+-.,".unicodeScalars.contains($0) }
    let unit = trimmed(scalars.dropFirst(number.count))
    guard number.contains(where: \.isDigit), isPlain(number), (1...12).contains(unit.count) else { return false }
    return unit.allSatisfy { $0.properties.isAlphabetic || "°µ/²³^²·-*%\"'".unicodeScalars.contains($0) || $0.isDigit }
      && unit.first?.isDigit == false
  }

  // MARK: - Dates

  private static let months: Set<String> = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "okt", "dez", "mär",
  ]

  /// 2024-05-01 · 1.5.2024 · 5/1/24 · 12:30 · 2024-05-01T12:30:00Z · 5 May 2024.
  private static func isDate(_ text: String) -> Bool {
    guard text.count <= 40, text.contains(where: \.isNumber) else { return false }
    let words = text.split { " T,Z".contains($0) }
    guard !words.isEmpty else { return false }
    if words.contains(where: { isClock($0) || isDay($0) }) {
      return words.allSatisfy {
        $0.contains(where: \.isNumber) || months.contains($0.prefix(3).lowercased())
          || ["am", "pm", "UTC", "GMT", "AM", "PM"].contains($0)
      }
    }
    return words.count >= 2
      && words.contains { months.contains($0.prefix(3).lowercased()) && $0.allSatisfy(\.isLetter) }
      && words.contains { Int($0) != nil }
  }

  private static func isClock(_ word: Substring) -> Bool {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts.count <= 4 else { return false }
    return parts.prefix(2).allSatisfy { (1...2).contains($0.count) && $0.allSatisfy(\.isNumber) }
  }

  private static func isDay(_ word: Substring) -> Bool {
    for mark in ["-", "/", "."] as [Character] {
      let parts = word.split(separator: mark, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isMonthName = months.contains(parts[1].prefix(3).lowercased())
      let counts = [parts[0].count, parts[2].count]
      guard parts[0].allSatisfy(\.isNumber), parts[2].allSatisfy(\.isNumber) else { continue }
      guard isMonthName || (parts[1].allSatisfy(\.isNumber) && (1...2).contains(parts[1].count)) else { continue }
      if counts == [4, 1] || counts == [4, 2] || [1, 2].contains(counts[0]) && [2, 4].contains(counts[1]) {
        return true
      }
    }
    return false
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
