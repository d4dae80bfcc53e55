import Foundation
import Specs
import Testing

@testable import Datasets

/// Columns in a file are the columns that memory would hold.
@Suite struct ColumnOverflowTests {
  private static func numbers(_ overflow: ColumnOverflow?) throws -> NumberChunks {
    let numbers = try NumberChunks(width: 3, file: "t.csv", overflow: overflow)
    for row in 0..<30_000 {
      let values = [Double(row), Double(row) / 7, row % 5 == 0 ? .nan : 1e300]
      try values.withUnsafeBufferPointer { try numbers.append($0) }
    }
    try numbers.finish()
    return numbers
  }

  private static func rows(_ numbers: NumberChunks) -> [UInt64] {
    var row = [0.0, 0, 0], bits: [UInt64] = []
    for place in 0..<numbers.count {
      row.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { numbers.read(place, into: base) } }
      bits += row.map(\.bitPattern)
    }
    return bits
  }

  @Test("in memory, in a file from the first byte, and from the middle on", arguments: [0, 100_000, 1 << 40])
  func same(limit: Int) throws {
    let directory = try TemporaryDirectory(), plain = try Self.numbers(nil)
    let other = try Self.numbers(ColumnOverflow(directory: directory.path, limit: limit))
    #expect(Self.rows(other) == Self.rows(plain) && other.isFloat == plain.isFloat)
    // It has no name, and its space goes with it.
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    let kept = try other.keeping([1, 5, 29_999]), own = try plain.keeping([1, 5, 29_999])
    #expect(Self.rows(kept) == Self.rows(own))
    other.giveBack(before: 30_000)
  }

  @Test("where there is no directory columns stay in memory, and what that cannot have is said")
  func noDirectory() throws {
    let directory = try TemporaryDirectory(), plain = try Self.numbers(nil)
    try directory.write("t.csv", "x")
    for limit in [0, 100_000] {
      let overflow = ColumnOverflow(directory: directory.path + "/t.csv/a", limit: limit)
      #expect(try Self.rows(Self.numbers(overflow)) == Self.rows(plain))
    }
    do {
      let overflow = ColumnOverflow(directory: directory.path + "/t.csv/a", limit: 0)
      try FileBytes(capacity: 1, file: "t.csv", overflow: overflow).reserve(1 << 50, file: "t.csv")
      Issue.record("columns went nowhere")
    } catch {
      #expect(error.exitCode == .inputOutput)
      #expect(
        error.sentence.hasPrefix("t.csv: its columns do not fit into memory, and cannot be written to ")
          && error.sentence.hasSuffix(
            "(not a directory); remove the file that is where a directory should be or name another directory in data.cache_directory"
          ),
        "\(error.sentence)")
    }
  }
}
