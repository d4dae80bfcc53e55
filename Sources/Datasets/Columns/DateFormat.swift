internal import Specs

/// How the dates of a column are written, where that is not ISO 8601: a pattern as strftime has it, or seconds of a
/// clock.
///
/// `%d.%m.%Y` reads 31.12.2024, `%m/%d/%y %I:%M %p` reads 12/31/24 11:59 PM; `unix` and `unix_ms` read seconds and
/// milliseconds since 1970-01-01 UTC. Numbers may have fewer digits than the pattern allows; %y is 1969 to 2068.
package struct DateFormat: Sendable, Equatable {
  /// As the config has it.
  package let text: String
  private let tokens: [Token]

  private enum Token: Sendable, Equatable {
    case field(UInt8)
    case literal([UInt8])
    /// One or more blanks.
    case blank
  }

  static let fields = "%Y, %y, %m, %b, %B, %d, %j, %H, %I, %p, %M, %S, %f, %z"

  /// - Throws: `ConfigError` where the text is no pattern.
  init(_ text: String, path: String) throws(ConfigError) {
    self.text = text
    guard text != "unix", text != "unix_ms" else {
      tokens = []
      return
    }
    var tokens: [Token] = [], bytes = Array(text.utf8)[...], seen: Set<UInt8> = []
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let field = bytes.popFirst(), "YymbBdjHIpMSfz%".utf8.contains(field) else {
          throw ConfigError("'\(text.excerpt(40))' holds an unknown field; known: \(Self.fields)", path: path)
        }
        if field == UInt8(ascii: "%") {
          tokens.append(.literal([field]))
          continue
        }
        guard seen.insert(field).inserted else {
          throw ConfigError("'\(text.excerpt(40))' holds a field twice", path: path)
        }
        tokens.append(.field(field))
      } else if byte == 0x20 {
        if tokens.last != .blank { tokens.append(.blank) }
      } else if case .literal(let before)? = tokens.last {
        tokens[tokens.count - 1] = .literal(before + [byte])
      } else {
        tokens.append(.literal([byte]))
      }
    }
    self.tokens = tokens
    func has(_ fields: String) -> Bool { fields.utf8.contains(where: seen.contains) }
    guard has("Yy"), has("j") || (has("mbB") && has("d")) else {
      throw ConfigError(
        "'\(text.excerpt(40))' does not say a day; expected a pattern with year, month and day like \"%d.%m.%Y\", \"unix\" or "
          + "\"unix_ms\"", path: path)
    }
    guard !has("I") || has("p") else {
      throw ConfigError("'\(text.excerpt(40))' has %I (1 to 12) without %p (AM or PM); add it, or use %H", path: path)
    }
    guard !has("p") || has("I") else {
      throw ConfigError(
        "'\(text.excerpt(40))' has %p (AM or PM) without %I (1 to 12); write %I for the hour, or take %p out",
        path: path)
    }
    guard !has("MSf") || has("HI") else {
      throw ConfigError(
        "'\(text.excerpt(40))' has minutes or seconds without an hour; add %H, or %I with %p", path: path)
    }
    guard !(has("Y") && has("y")), !(has("H") && has("I")), !(has("j") && has("mbBd")),
      "mbB".utf8.count(where: seen.contains) <= 1
    else { throw ConfigError("'\(text.excerpt(40))' says the same twice; keep one of the fields", path: path) }
  }

  /// Whether dates have a time of day.
  var hasTime: Bool {
    tokens.isEmpty || tokens.contains(.field(UInt8(ascii: "H"))) || tokens.contains(.field(UInt8(ascii: "I")))
  }

  /// The date in a cell; nil where there is none.
  func date(_ cell: UnsafeBufferPointer<UInt8>) -> DateText? {
    guard !tokens.isEmpty else { return Self.clock(cell, text == "unix" ? 1 : 1000) }
    var reader = FieldsOfDate(rest: cell[...])
    for token in tokens {
      switch token {
      case .literal(let bytes):
        guard reader.rest.starts(with: bytes) else { return nil }
        reader.rest = reader.rest.dropFirst(bytes.count)
      case .blank:
        let rest = reader.rest.drop { $0 == 0x20 }
        guard rest.count < reader.rest.count else { return nil }
        reader.rest = rest
      case .field(let field): guard reader.read(field) else { return nil }
      }
    }
    return reader.rest.isEmpty ? reader.date : nil
  }

  /// The date of a clock's seconds.
  private static func clock(_ cell: UnsafeBufferPointer<UInt8>, _ unit: Double) -> DateText? {
    guard let number = DecimalNumber.parse(cell) else { return nil }
    return DateText(secondsSince1970: number / unit)
  }
}

/// The fields of a date while its text is read.
private struct FieldsOfDate {
  var rest: Slice<UnsafeBufferPointer<UInt8>>
  private var year = 0, month = 0, day = 0, dayOfYear: Int?
  private var hour: Int?, minute = 0, second = 0, fraction = 0.0, isAfternoon: Bool?, zone: Int?

  init(rest: Slice<UnsafeBufferPointer<UInt8>>) { self.rest = rest }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]

  /// Reads one field; false where it is not there.
  mutating func read(_ field: UInt8) -> Bool {
    switch field {
    case UInt8(ascii: "Y"): take(4, 4) { $0.year = $1 }
    case UInt8(ascii: "y"): take(2, 2) { $0.year = $1 < 69 ? 2000 + $1 : 1900 + $1 }
    case UInt8(ascii: "m"): take(1, 2) { $0.month = $1 }
    case UInt8(ascii: "d"): take(1, 2) { $0.day = $1 }
    case UInt8(ascii: "j"): take(1, 3) { $0.dayOfYear = $1 }
    case UInt8(ascii: "H"): take(1, 2) { $0.hour = $1 } && (hour ?? 0) < 24
    case UInt8(ascii: "I"): take(1, 2) { $0.hour = $1 % 12 } && lastTaken >= 1 && lastTaken <= 12
    case UInt8(ascii: "M"): take(1, 2) { $0.minute = $1 } && minute < 60
    case UInt8(ascii: "S"): take(1, 2) { $0.second = $1 } && second < 60
    case UInt8(ascii: "f"): takeFraction()
    case UInt8(ascii: "p"): takeHalf()
    case UInt8(ascii: "z"): takeZone()
    default: takeMonth(isWhole: field == UInt8(ascii: "B"))
    }
  }

  /// The date; nil where the calendar does not have it.
  var date: DateText? {
    var date: DateText?
    if let dayOfYear {
      guard year >= 1, (1...(DateText.isLeap(year) ? 366 : 365)).contains(dayOfYear) else { return nil }
      var month = 1, day = dayOfYear
      while day > DateText.days(year: year, month: month) {
        day -= DateText.days(year: year, month: month)
        month += 1
      }
      date = DateText(year: year, month: month, day: day)
    } else {
      date = DateText(year: year, month: month, day: day)
    }
    if let hour {
      let hours = hour + (isAfternoon == true ? 12 : 0)
      date?.secondOfDay = Double(hours * 3600 + minute * 60 + second) + fraction
    }
    date?.zoneMinutes = zone
    return date
  }

  private var lastTaken = 0

  /// A number of some digits.
  private mutating func take(_ least: Int, _ most: Int, _ store: (inout FieldsOfDate, Int) -> Void) -> Bool {
    var number = 0, count = 0
    while count < most, let byte = rest.first, byte &- 48 <= 9 {
      number = number * 10 + Int(byte &- 48)
      rest = rest.dropFirst()
      count += 1
    }
    lastTaken = number
    store(&self, number)
    return count >= least
  }

  private mutating func takeFraction() -> Bool {
    var scale = 1.0, number = 0, count = 0
    while count < 9, let byte = rest.first, byte &- 48 <= 9 {
      number = number * 10 + Int(byte &- 48)
      scale *= 10
      rest = rest.dropFirst()
      count += 1
    }
    fraction = Double(number) / scale
    return count > 0
  }

  private mutating func takeHalf() -> Bool {
    let half = String(decoding: rest.prefix(2), as: UTF8.self).lowercased()
    guard half == "am" || half == "pm" else { return false }
    isAfternoon = half == "pm"
    rest = rest.dropFirst(2)
    return true
  }

  private mutating func takeZone() -> Bool {
    if rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "z") {
      rest = rest.dropFirst()
      zone = 0
      return true
    }
    guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
    rest = rest.dropFirst()
    var hours = 0, minutes = 0
    guard
      take(
        2, 2,
        {
          hours = $1; _ = $0
        }), hours < 24
    else { return false }
    if rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
    guard
      take(
        2, 2,
        {
          minutes = $1; _ = $0
        }), minutes < 60
    else { return false }
    zone = (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    return true
  }

  /// An English name of a month, or its first three letters.
  private mutating func takeMonth(isWhole: Bool) -> Bool {
    let letters = rest.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
    let word = String(decoding: letters, as: UTF8.self).lowercased()
    guard let index = Self.months.firstIndex(where: { isWhole ? $0 == word : $0.prefix(3) == word }) else {
      return false
    }
    month = index + 1
    rest = rest.dropFirst(letters.count)
    return true
  }
}

extension DateText {
  /// The date and time of day in UTC of a clock; nil outside of the years 1 to 9999.
  init?(secondsSince1970 seconds: Double) {
    guard seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return nil }
    let days = (seconds / 86_400).rounded(.down)
    // Eras of 400 years begin on a first of March.
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    // A moment before midnight may round to it.
    secondOfDay = min(seconds - days * 86_400, (86_400.0).nextDown)
    zoneMinutes = 0
  }
}
