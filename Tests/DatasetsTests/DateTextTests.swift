import Testing

@testable import Datasets

/// Dates of ISO 8601, as Python's datetime reads them.
@Suite struct DateTextTests {
  private struct Golden: Sendable, CustomTestStringConvertible {
    var text: String
    var days: Int
    var weekday: Int
    var dayOfYear: Int
    var seconds: Double
    var testDescription: String { text }
  }

  /// Text; days since 1970-01-01; `weekday()`; `timetuple().tm_yday`; seconds since 1970, in UTC where a zone is
  /// written.
  private static let golden: [Golden] = [
    ("2024-02-29", 19782, 3, 60, 1709164800.0), ("2000-02-29", 11016, 1, 60, 951782400.0),
    ("1970-01-01", 0, 3, 1, 0.0), ("1969-12-31", -1, 2, 365, -86400.0),
    ("0001-01-01", -719162, 0, 1, -62135596800.0), ("9999-12-31", 2932896, 4, 365, 253402214400.0),
    ("1900-03-01", -25508, 3, 60, -2203891200.0), ("2100-02-28", 47540, 6, 59, 4107456000.0),
    ("2024-12-31T23:59:59", 20088, 1, 366, 1735689599.0),
    ("2024-06-30 12:30:15.250000", 19904, 6, 182, 1719750615.25),
    ("2024-06-30T12:30:15+02:00", 19904, 6, 182, 1719743415.0),
    ("2024-06-30T12:30:15-09:30", 19904, 6, 182, 1719784815.0), ("1999-11-05T07:08Z", 10900, 4, 309, 941785680.0),
    ("2021-03-28T01:30:00.000001+05:45", 18714, 6, 87, 1616874300.000001),
    ("4441-01-17T05:44:37", 902531, 3, 17, 77978699077.0), ("6226-07-22T13:33:13", 1554674, 5, 203, 134323882393.0),
    ("9245-05-16T02:08:32", 2657275, 1, 136, 229588567712.0), ("4348-07-23T21:00:36", 868750, 4, 205, 75060075636.0),
    ("0905-12-10T07:37:57", -388640, 3, 344, -33578468523.0), ("2845-08-28T09:34:51", 319827, 0, 240, 27633087291.0),
    ("6413-03-17T04:07:18", 1622848, 6, 76, 140214082038.0), ("6567-06-18T03:27:36", 1679188, 3, 169, 145081855656.0),
    ("1844-05-03T00:06:00", -45898, 4, 124, -3965586840.0), ("4298-04-13T03:06:45", 850387, 2, 103, 73473448005.0),
    ("7107-10-23T17:13:06", 1876545, 2, 296, 162133549986.0), ("3169-05-22T08:17:33", 438067, 3, 142, 37849018653.0),
    ("1334-05-31T19:39:03", -232144, 0, 151, -20057170857.0), ("7706-10-03T19:55:55", 2095306, 6, 276, 181034510155.0),
    ("2195-11-17T13:36:38", 82500, 1, 321, 7128048998.0),
  ].map { Golden(text: $0.0, days: $0.1, weekday: $0.2, dayOfYear: $0.3, seconds: $0.4) }

  @Test("days, weekday, day of the year and seconds are Python's", arguments: golden)
  private func python(golden: Golden) throws {
    let date = try #require(DateText(golden.text))
    #expect(date.daysSince1970 == golden.days)
    #expect(date.weekday == golden.weekday)
    #expect(date.dayOfYear == golden.dayOfYear)
    #expect(abs(date.secondsSince1970 - golden.seconds) <= 1e-6)
  }

  @Test("every day of some centuries is the one after the day before")
  func calendar() {
    var before: DateText?
    for year in Array(1597...1604) + Array(1896...2104) {
      for month in 1...12 {
        for day in 1...DateText.days(year: year, month: month) {
          guard let date = DateText(year: year, month: month, day: day) else {
            Issue.record("\(year)-\(month)-\(day) is no date")
            continue
          }
          if let before, year != 1896 || month + day > 2 {
            #expect(date.daysSince1970 == before.daysSince1970 + 1 && date.weekday == (before.weekday + 1) % 7)
          }
          before = date
        }
      }
    }
  }

  @Test(
    "other ways to write the same",
    arguments: [
      ("2024/06/30", "2024-06-30"), ("2024-06-30 12", "2024-06-30T12:00:00"),
      ("2024-06-30t07:05z", "2024-06-30T07:05Z"),
      ("2024-06-30 12:30:15 +0200", "2024-06-30T12:30:15+02:00"), ("2024-06-30T12:30+02", "2024-06-30T12:30+02:00"),
      ("2024-06-30T12:30:15,5", "2024-06-30T12:30:15.5"),
      ("2024-06-30T12:30:15.5000000000001", "2024-06-30T12:30:15.5"),
    ])
  func spellings(one: String, other: String) throws {
    #expect(try #require(DateText(one)) == #require(DateText(other)))
  }

  @Test(
    "no dates",
    arguments: [
      "", "2023-02-29", "1900-02-29", "2024-00-10", "2024-13-01", "2024-04-31", "2024-01-00", "0000-01-01", "2024-1-01",
      "2024-01-1", "24-01-01", "2024-01/01", "2024.01.01", "20240101", "31.12.2024", "12/31/2024", "2024-06",
      "2024-W05-1",
      "2024-06-30T", "2024-06-30T24:00", "2024-06-30T12:60", "2024-06-30T12:30:60", "2024-06-30T1:30",
      "2024-06-30T12:30:15.",
      "2024-06-30T12:30+25:00", "2024-06-30T12:30+02:60", "2024-06-30T12:30+02:", "2024-06-30T12:30 UTC", "2024-06-30x",
      "2024-06-30  12:30", " 2024-06-30", "2024-06-30Z", "+2024-06-30", "２０２４-06-30", "1719743415",
      "2024-06-30T12:30:15.25000000000000000000000000000000000000000",
    ])
  func refused(text: String) {
    #expect(DateText(text) == nil)
  }
}
