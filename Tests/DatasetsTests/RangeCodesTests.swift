import Testing

@testable import Datasets

/// Codes of so many rows that several threads put them in are those of one.
@Suite struct RangeCodesTests {
  private static let counts = [40_000, 1, 70_000, 0, 33_000]
  private static let numbers = counts.map { count in (0..<count).map { UInt32($0 * 7 % 5) } }
  private static let codes: [[Int32]] = counts.indices.map { range in (0..<5).map { Int32(10 * range + $0) } }
  private static let expected: [Int32] = counts.indices.reduce(into: [7]) { rows, range in
    rows += numbers[range].map { codes[range][Int($0)] }
  }

  /// All rows behind one that is there.
  private func fill(_ forEach: (Int, (Int, Int) -> Void) -> Void) -> [Int32] {
    var own = RangeCodes<Int32>(), rows: [Int32] = [7], starts = [0]
    for range in Self.counts.indices {
      own.take(Self.codes[range])
      starts.append(starts[range] + Self.counts[range])
    }
    own.fill(&rows, Self.numbers, starts: starts, forEach)
    return rows
  }

  @Test func partsOfRowsAreThoseOfTheWhole() {
    var parts = 0
    let backwards = fill { count, body in
      parts = count
      for part in (0..<count).reversed() { body(part, 0) }
    }
    #expect(parts > 1 && backwards == Self.expected)
    let threads = ReadingThreads(3)
    #expect(fill { threads.forEach($0, $1) } == Self.expected)
    let lost = fill { count, body in for part in 1..<count { body(part, 0) } }
    #expect(lost != Self.expected, "negative control")
  }

  @Test func codesOfManyRowsAreMadeOthersInTheirPlace() {
    var column = TextColumn()
    for row in 0..<150_001 { column.append("t\(row * 7 % 5)") }
    let codes = column.codes, rows = column.rows
    #expect(rows == (0..<5).map { code in codes.count { $0 == Int32(code) } })
    #expect(column.takeCodes(as: [4, 3, 2, 1, 0], ReadingThreads(3)) == codes.map { 4 - $0 })
    #expect(column.codes.isEmpty)
  }
}
