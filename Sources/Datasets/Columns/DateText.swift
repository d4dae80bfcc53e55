/// A day of the Gregorian calendar, with a time where the text has one.
///
/// `2024-02-29`, `2024/02/29`, each with `T` or a blank and a time behind it: `12`, `12:30`, `12:30:15`, `12:30:15.25`,
/// and a zone behind that: `Z`, `+02:00`, `+0200`, `+02` (ISO 8601, extended format). Years are 1 to 9999; a day that
/// the calendar does not have, hour 24 and second 60 are no dates.
package struct DateText: Sendable, Equatable {
  package let year: Int
  package let month: Int
  package let day: Int
  /// Seconds since midnight, as written; nil where there is no time.
  package var secondOfDay: Double?
  /// Minutes that the zone is ahead of UTC; nil where none is written.
  package var zoneMinutes: Int?

  /// - Returns: nil where the calendar has no such day.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(year: year, month: month)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// - Returns: nil where the whole text is not a date.
  package init?(_ text: UnsafeBufferPointer<UInt8>) {
    // Most cells are no dates, and show it at once.
    guard text.count >= 10, text.count <= 48 else { return nil }
    var reader = Reader(text: text)
    guard let year = reader.digits(4), let mark = reader.one(of: "-/"), let month = reader.digits(2),
      reader.take(mark), let day = reader.digits(2)
    else { return nil }
    self.init(year: year, month: month, day: day)
    guard !reader.isAtEnd else { return }
    guard reader.one(of: "Tt ") != nil, let second = reader.time() else { return nil }
    secondOfDay = second
    guard !reader.isAtEnd else { return }
    guard let zone = reader.zone(), reader.isAtEnd else { return nil }
    zoneMinutes = zone
  }

  package init?(_ text: String) {
    var text = text
    guard let date = text.withUTF8({ DateText($0) }) else { return nil }
    self = date
  }

  // MARK: - The calendar

  /// Days since 1970-01-01, as written.
  ///
  /// Years begin in March here, so that the leap day is the last of its year; 400 years have 146,097 days.
  package var daysSince1970: Int {
    let marchYear = month > 2 ? year : year - 1
    let marchMonth = (month + 9) % 12
    let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
    // The first days of the months from March on are 0, 31, 61, 92, 122, 153, …
    return 365 * marchYear + leapDays + (153 * marchMonth + 2) / 5 + day - 1 - 719_468
  }

  /// The day of the week: 0 is Monday, 6 is Sunday.
  package var weekday: Int { ((daysSince1970 + 3) % 7 + 7) % 7 }

  /// The day of the year, from 1.
  package var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.days(year: year, month: $1) }
  }

  /// Seconds since 1970-01-01 00:00: in UTC where a zone is written, else as written.
  package var secondsSince1970: Double {
    Double(daysSince1970 * 86_400 - (zoneMinutes ?? 0) * 60) + (secondOfDay ?? 0)
  }

  package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// The days of a month, 1 to 12.
  package static func days(year: Int, month: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Takes a text apart from its beginning.
private struct Reader {
  let text: UnsafeBufferPointer<UInt8>
  var position = 0

  var isAtEnd: Bool { position == text.count }

  /// A number of so many digits.
  mutating func digits(_ count: Int) -> Int? {
    guard position + count <= text.count else { return nil }
    var number = 0
    for byte in text[position..<position + count] {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      number = number * 10 + Int(digit)
    }
    position += count
    return number
  }

  mutating func one(of marks: StaticString) -> UInt8? {
    guard position < text.count else { return nil }
    let byte = text[position]
    guard marks.withUTF8Buffer({ $0.contains(byte) }) else { return nil }
    position += 1
    return byte
  }

  mutating func take(_ mark: UInt8) -> Bool {
    guard position < text.count, text[position] == mark else { return false }
    position += 1
    return true
  }

  /// Seconds since midnight.
  mutating func time() -> Double? {
    guard let hour = digits(2), hour < 24 else { return nil }
    guard take(UInt8(ascii: ":")) else { return Double(hour * 3600) }
    guard let minute = digits(2), minute < 60 else { return nil }
    let whole = hour * 3600 + minute * 60
    guard take(UInt8(ascii: ":")) else { return Double(whole) }
    guard let second = digits(2), second < 60 else { return nil }
    guard one(of: ".,") != nil else { return Double(whole + second) }
    // Nine digits are nanoseconds; what follows is beyond what a double holds beside a day's seconds.
    var fraction = 0, scale = 1, count = 0
    while let digit = digits(1) {
      count += 1
      if count <= 9 { (fraction, scale) = (fraction * 10 + digit, scale * 10) }
    }
    return count == 0 ? nil : Double(whole + second) + Double(fraction) / Double(scale)
  }

  /// Minutes ahead of UTC; a blank may stand before the zone.
  mutating func zone() -> Int? {
    _ = take(UInt8(ascii: " "))
    if one(of: "Zz") != nil { return 0 }
    guard let sign = one(of: "+-"), let hour = digits(2), hour < 24 else { return nil }
    let hasMark = take(UInt8(ascii: ":"))
    var minute = 0
    if hasMark || !isAtEnd {
      guard let stated = digits(2), stated < 60 else { return nil }
      minute = stated
    }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hour * 60 + minute)
  }
}
