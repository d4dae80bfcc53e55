import Testing

@testable import Datasets

/// The order in time of texts.
@Suite struct TimeOrderTests {
  private func texts(_ texts: [String]) -> KeyTexts {
    var column = KeyTexts()
    column.append(contentsOf: texts)
    return column
  }

  private func ranks(_ values: [String]) throws -> [Int] {
    let column = texts(values)
    let order = try TimeOrder(column, codes: Array(0..<column.count))
    return column.codes.map { order.ranks[Int($0)] }
  }

  private func moment(_ text: String) -> Moment? {
    var text = text
    return text.withUTF8 { Moment.parse($0)?.moment }
  }

  @Test("numbers by value, dates by time, each as it is written")
  func order() throws {
    #expect(try ranks(["10", "9", "1e1", "-3", "010"]) == [2, 1, 2, 0, 2])
    #expect(try ranks(["2024-03-31", "2023-12-31", "2024-03-31T00:00", "2024-04-01"]) == [1, 0, 1, 2])
    #expect(try ranks(["2024-02", "2024-01", "2023-12"]) == [2, 1, 0])
    #expect(try ranks(["2019", "2024-01", "2020"]) == [0, 2, 1])
    #expect(try ranks(["20240102", "20231231"]) == [1, 0])
    #expect(try ranks(["2024-03-31T10:00+02:00", "2024-03-31T08:00Z", "2024-03-31 09:00-0000"]) == [0, 0, 1])
    #expect(try ranks(["2024-01-01 00:00:00.5", "2024-01-01 00:00:00.25", "2024-01-01 00:00:00"]) == [2, 1, 0])
    #expect(try ranks(["2024Q2", "2024-Q1", "2023-Q4"]) == [2, 1, 0])
    #expect(try ranks(["2024/03/31", "2024.03.30"]) == [1, 0])
    #expect(try ranks([]) == [])
  }

  @Test("days are those of the calendar")
  func calendar() throws {
    func day(_ text: String) -> Int? { moment(text).map { $0.seconds / 86_400 } }
    let first = try #require(day("1970-01-01"))
    #expect(day("2000-03-01") == first + 11_017 && day("2024-02-29") == first + 19_782)
    #expect(day("1600-01-01") == first - 135_140 && day("0000-01-01") == 0)
    // Every day comes after the one before it, over a leap year and one that is none.
    var last = try #require(day("1899-12-31"))
    for year in [1900, 1901, 1902, 1903, 1904] {
      for month in 1...12 {
        for number in 1...31 {
          let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(number < 10 ? "0" : "")\(number)"
          guard let found = day(text) else {
            #expect(number > 28, "\(text)")
            continue
          }
          #expect(found == last + 1, "\(text)")
          last = found
        }
      }
    }
    #expect(day("1900-02-29") == nil && day("1904-02-29") != nil)
    // Weeks begin on Mondays, and the first has the fourth of January.
    #expect(day("2024-W01") == day("2024-01-01") && day("2021-W01-1") == day("2021-01-04"))
    #expect(day("2020-W53-7") == day("2021-01-03") && day("2026-W01") == day("2025-12-29"))
    #expect(moment("2024-03-31T23:59:60Z") == moment("2024-04-01T00:00:00Z"))
  }

  @Test(
    "negative control: other texts have no place in time",
    arguments: [
      "", "x", "2024-13", "2024-00-01", "2024-02-30", "31/03/2024", "03/31/2024", "2024-3-1", "2024-03-31T",
      "2024-03-31T24:00",
      "2024-03-31T1:00", "2024-03-31T10:00+", "2024-03-31T10:00+1", "2024-03-31T10:00+123", "2024-03-31T10:00:00.",
      "2024-W54", "2024-Q5", "2024-03/31", "12024-01-01", "2024-03-31x", "10:00", "2024-03-31T10:00 Z", "２０２４",
    ])
  func others(text: String) {
    #expect(moment(text) == nil)
  }

  @Test("what has no order says which text is at fault")
  func faults() {
    #expect(throws: TimeOrder.Fault.noTime(code: 1)) { try ranks(["1", "x", "3"]) }
    #expect(throws: TimeOrder.Fault.noTime(code: 2)) { try ranks(["2024-01-01", "2024-01-02", "3"]) }
    #expect(throws: TimeOrder.Fault.noTime(code: 0)) { try ranks(["31.12.2023", "2024-01-02"]) }
    #expect(throws: TimeOrder.Fault.mixedZones(code: 1)) { try ranks(["2024-01-01T10:00Z", "2024-01-01T10:00"]) }
  }

  @Test("texts of a key column come back, in whatever number, and rows can be left out")
  func keys() {
    let values = (0..<5_000).map { "row \($0 % 1_777) é\($0 % 3)" } + ["", "", "\u{0}"]
    var column = texts(values)
    #expect(column.codes.indices.map { column.text(ofRow: $0) } == values)
    #expect(column.count == Set(values).count)
    column.keep([1, 5_000, 5_002])
    #expect((0..<3).map { column.text(ofRow: $0) } == [values[1], "", "\u{0}"])
  }
}
