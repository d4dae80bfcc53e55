/// A date, or a date and a time, as ISO 8601 writes it and as people do who mean it.
///
/// `2024`, `2024-03`, `2024-03-31`, `2024/03/31`, `2024-W13`, `2024-W13-7`, `2024-Q1`; behind a day, after `T` or a
/// blank, `14:30`, `14:30:15` or `14:30:15.25`, and behind that `Z`, `+02`, `+0200` or `+02:00`. Of what is longer than
/// a day the beginning counts.
struct Moment: Comparable {
  /// From the beginning of the year 0, where a year begins so and ends.
  var seconds: Int
  var nanoseconds = 0

  static func < (a: Moment, b: Moment) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }

  /// - Returns: nil where the text is none. `isZoned` says whether it names a time zone, and is nil where it has no
  ///   time of day.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> (moment: Moment, isZoned: Bool?)? {
    var reader = Reader(text: text)
    while reader.skip(" ") {}
    guard let (day, isWhole) = reader.date() else { return nil }
    var moment = Moment(seconds: day * 86_400), isZoned: Bool?
    if isWhole, reader.isAtDigit(after: ["T", "t", " "]) {
      reader.position += 1
      guard let time = reader.time() else { return nil }
      moment.seconds += time.seconds
      moment.nanoseconds = time.nanoseconds
      guard let zone = reader.zone() else { return nil }
      isZoned = zone.isNamed
      moment.seconds -= zone.seconds
    }
    while reader.skip(" ") {}
    return reader.isAtEnd ? (moment, isZoned) : nil
  }

  /// Days before a year, from the year 0 on.
  fileprivate static func days(beforeYear year: Int) -> Int {
    guard year > 0 else { return 0 }
    let last = year - 1
    return 365 * year + last / 4 - last / 100 + last / 400 + 1
  }

  fileprivate static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  fileprivate static func days(ofMonth month: Int, _ year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  fileprivate static func days(beforeMonth month: Int, _ year: Int) -> Int {
    (1..<month).reduce(0) { $0 + days(ofMonth: $1, year) }
  }
}

/// Reads the parts of a date, one after the other.
private struct Reader {
  let text: UnsafeBufferPointer<UInt8>
  var position = 0

  var isAtEnd: Bool { position == text.count }

  /// Whether a byte stands here.
  private func isAt(_ scalar: Unicode.Scalar, offset: Int = 0) -> Bool {
    position + offset < text.count && text[position + offset] == UInt8(ascii: scalar)
  }

  private func isDigit(_ place: Int) -> Bool {
    place < text.count && text[place] >= UInt8(ascii: "0") && text[place] <= UInt8(ascii: "9")
  }

  func isAtDigit(after marks: [Unicode.Scalar]) -> Bool { marks.contains { isAt($0) } && isDigit(position + 1) }

  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard isAt(scalar) else { return false }
    position += 1
    return true
  }

  /// A number of just so many digits.
  private mutating func number(_ digits: Int, in range: ClosedRange<Int>) -> Int? {
    var number = 0
    for place in position..<position + digits {
      guard isDigit(place) else { return nil }
      number = number * 10 + Int(text[place] - UInt8(ascii: "0"))
    }
    guard !isDigit(position + digits), range.contains(number) else { return nil }
    position += digits
    return number
  }

  /// The day; and whether it is one, and no longer span.
  mutating func date() -> (day: Int, isWhole: Bool)? {
    guard let year = number(4, in: 0...9999) else { return nil }
    let first = Moment.days(beforeYear: year)
    if isAt("Q") || isAt("-") && isAt("Q", offset: 1) {
      position += isAt("-") ? 2 : 1
      return number(1, in: 1...4).map { (first + Moment.days(beforeMonth: 3 * $0 - 2, year), false) }
    }
    if isAt("W") || isAt("-") && isAt("W", offset: 1) { return week(of: first) }
    for mark in ["-", "/", "."] as [Unicode.Scalar] where skip(mark) {
      guard let month = number(2, in: 1...12) else { return nil }
      let beginning = first + Moment.days(beforeMonth: month, year)
      guard skip(mark) else { return (beginning, false) }
      return number(2, in: 1...Moment.days(ofMonth: month, year)).map { (beginning + $0 - 1, true) }
    }
    return (first, false)
  }

  /// A week of a year; the first is that with the fourth of January, and begins on a Monday.
  private mutating func week(of first: Int) -> (day: Int, isWhole: Bool)? {
    position += isAt("-") ? 2 : 1
    guard let week = number(2, in: 1...53) else { return nil }
    // The first day of the year 0 is a Saturday.
    let fourth = first + 3, monday = fourth - (fourth + 5) % 7 + 7 * (week - 1)
    guard skip("-") else { return (monday, false) }
    return number(1, in: 1...7).map { (monday + $0 - 1, true) }
  }

  mutating func time() -> (seconds: Int, nanoseconds: Int)? {
    guard let hour = number(2, in: 0...23), skip(":"), let minute = number(2, in: 0...59) else { return nil }
    guard skip(":") else { return (hour * 3600 + minute * 60, 0) }
    guard let second = number(2, in: 0...60) else { return nil }
    var nanoseconds = 0
    if skip(".") || skip(",") {
      guard isDigit(position) else { return nil }
      var unit = 100_000_000
      while isDigit(position) {
        nanoseconds += Int(text[position] - UInt8(ascii: "0")) * unit
        unit /= 10
        position += 1
      }
    }
    return (hour * 3600 + minute * 60 + second, nanoseconds)
  }

  /// What the zone is ahead of universal time; nil where it cannot be read.
  mutating func zone() -> (seconds: Int, isNamed: Bool)? {
    if skip("Z") || skip("z") { return (0, true) }
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0 else { return (0, false) }
    let isPlain = isDigit(position + 2)
    guard let hours = isPlain ? number(4, in: 0...2359) : number(2, in: 0...23) else { return nil }
    if isPlain { return hours % 100 < 60 ? (sign * (hours / 100 * 3600 + hours % 100 * 60), true) : nil }
    guard skip(":") else { return (sign * hours * 3600, true) }
    return number(2, in: 0...59).map { (sign * (hours * 3600 + $0 * 60), true) }
  }
}
