import Foundation
import Specs
import TestSupport
import Testing

@testable import ModelSelection

/// The log of trainings: what is whole is read again, what is torn or changed is not, and another comparison's is
/// refused.
@Suite struct TrialLogTests {
  private static let result = TrialResult(
    weightsHash: "ab", steps: 12,
    metrics: .object([
      .init("mae", .number(0.1)), .init("r2", .null), .init("undefined", .object([.init("r2", .string("one value"))])),
    ]))

  @Test("a line is read as it was written, bit by bit")
  func roundTrip() throws {
    var generator = TestGenerator(state: 5)
    for _ in 0..<300 {
      let number = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
      guard number.isFinite else { continue }
      let result = TrialResult(weightsHash: nil, steps: 3, metrics: .object([.init("m", .number(number))]))
      let line = try #require(TrialLine(TrialLine(identity: "i", key: "1.2.3", result: result).text))
      #expect(line.result.value(of: "m").bitPattern == number.bitPattern || number == 0)
      #expect(line.text == TrialLine(identity: "i", key: "1.2.3", result: result).text)
    }
    #expect(Self.result.reason(of: "r2") == "one value")
  }

  @Test("every cut and every changed byte of a line makes it none")
  func damage() throws {
    let text = TrialLine(identity: "i", key: "1.2.3", result: Self.result).text, bytes = Array(text.utf8)
    #expect(TrialLine(text) != nil)
    for length in 0..<bytes.count { #expect(TrialLine(String(decoding: bytes[..<length], as: UTF8.self)) == nil) }
    for index in bytes.indices {
      var other = bytes
      other[index] = other[index] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
      let line = TrialLine(String(decoding: other, as: UTF8.self))
      // Blanks between tokens carry nothing.
      #expect(line == nil || line?.result == Self.result && line?.key == "1.2.3", "byte \(index)")
    }
  }

  @Test("a torn end is passed over, and what is written behind it is whole")
  func torn() throws {
    let folder = try TemporaryFolder()
    func write(_ keys: [String], rank: Int) throws {
      let log = try TrialLog(directory: folder.path, identity: "own", rank: rank)
      for key in keys { try log.append(key: key, result: Self.result) }
    }
    try write(["1.1.1", "1.1.2"], rank: 0)
    try write(["1.2.1"], rank: 3)
    let path = folder.path + "/trainings-0.jsonl"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try bytes.dropLast(9).write(to: URL(fileURLWithPath: path))
    #expect(try TrialLog.read(folder.path, identity: "own").keys.sorted() == ["1.1.1", "1.2.1"])
    try write(["1.3.1"], rank: 0)
    #expect(try TrialLog.read(folder.path, identity: "own").keys.sorted() == ["1.1.1", "1.2.1", "1.3.1"])
    do {
      _ = try TrialLog.read(folder.path, identity: "other")
      Issue.record("another comparison's log was read")
    } catch let error as RunError {
      #expect(error.exitCode == .config && error.sentence.contains("belongs to another comparison"))
    }
  }
}
