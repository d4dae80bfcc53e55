import Foundation
import Specs
import Testing

@testable import Datasets

/// Dates in stated formats and the numbers that come of dates, against Python's datetime.
@Suite struct DateFormatTests {
  struct Entry: Codable {
    var format: String
    var text: String
    var parts: [String: Double]?
  }

  struct Golden: Codable { var cases: [Entry] }

  static let golden: [Entry] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/dates.json")
    return (try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: path)))?.cases ?? []
  }()

  private func date(_ text: String, _ format: String) throws -> DateText? {
    var text = text
    let format = try DateFormat(format, path: "")
    return text.withUTF8 { format.date($0) }
  }

  @Test("what Python reads, and nothing else")
  func golden() throws {
    #expect(Self.golden.count > 300)
    for entry in Self.golden {
      let found = try date(entry.text, entry.format)
      #expect((found == nil) == (entry.parts == nil), "\(entry.format) \(entry.text)")
      guard let found, let parts = entry.parts else { continue }
      for part in DatePart.allCases {
        let expected = try #require(parts[part.rawValue]), own = part(found)
        // Sines are rounded to float32; days of microseconds lose the last bits.
        let tolerance = part.isCyclic ? 4e-8 : 1e-12 * max(1, abs(expected))
        #expect(abs(own - expected) <= tolerance, "\(entry.format) \(entry.text) \(part): \(own)")
      }
    }
  }

  @Test("ISO 8601 needs no format")
  func iso() throws {
    for (text, days) in [
      ("2024-02-29", 19782.0), ("2024/02/29", 19782), ("2024-02-29 12:00", 19782.5), ("2024-02-29T12:00:00Z", 19782.5),
      ("2024-02-29T12:00:00+02:00", 19782.5 - 2.0 / 24),
    ] {
      #expect(DateText(text).map { DatePart.days($0) } == days, "\(text)")
    }
    for text in ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "29.02.2024", "2024-2-9", ""] {
      #expect(DateText(text) == nil, "\(text)")
    }
  }

  @Test("seconds of a clock reach the years 1 to 9999 and no further")
  func clock() throws {
    for text in ["-62135596800", "253402300799"] { #expect(try date(text, "unix") != nil) }
    for text in ["-62135596801", "253402300800", "1e18", "-1e300", "inf", ""] {
      #expect(try date(text, "unix") == nil, "\(text)")
    }
    let before = try #require(try date("-1e-12", "unix"))
    #expect(before.year == 1969 && DatePart.hour(before) == 23)
  }

  @Test(
    "patterns that say no day, or say one twice",
    arguments: [
      ("%m/%Y", "does not say a day"), ("", "does not say a day"), ("%d.%m.%Y %q", "unknown field"),
      ("%d.%m.%Y %", "unknown field"), ("%d.%m.%Y %d", "a field twice"), ("%d.%m.%Y %y", "the same twice"),
      ("%d.%m.%Y %I:%M", "without %p"),
      ("%d.%m.%Y %H:%M %p", "without %I"), ("%d.%m.%Y %M:%S", "without an hour"), ("%Y-%j-%d", "the same twice"),
      ("%d %b %m %Y", "the same twice"),
    ])
  func refused(pattern: String, says: String) {
    let error = #expect(throws: ConfigError.self) { try DateFormat(pattern, path: "data.columns.d.format") }
    #expect(error?.sentence.hasPrefix("data.columns.d.format: ") == true)
    #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "")")
  }

  @Test("negative control: another day is seen")
  func control() throws {
    let right = try #require(try date("01.02.2024", "%d.%m.%Y")),
      wrong = try #require(
        try date("01.02.2024", "%m.%d.%Y"))
    #expect(DatePart.month(right) == 2 && DatePart.month(wrong) == 1)
  }
}
