import Foundation
import Glibc
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// How many checkpoints a run comes to have, and whether a file system is asked without leaving anything there.
@Suite struct SpacePlanTests {
  private func section(_ text: String) throws -> CheckpointSection {
    try FieldReader.readObject(ConfigValue.parse(Data(text.utf8), file: "t"), path: "") { fields throws(ConfigError) in
      try CheckpointSection(from: fields)
    }.0
  }

  @Test("checkpoints at the same time: one more than are kept, and no more than the run comes to write")
  func checkpoints() throws {
    let byTimeAlone = "{}", never = #"{"every_minutes": 0}"#,
      often = #"{"every_minutes": 0, "every_steps": 10, "keep": 2}"#
    let cases: [(text: String, first: Int, total: Int, best: Bool, existing: Int, expected: Int)] = [
      (byTimeAlone, 0, 1000, false, 0, 4), (byTimeAlone, 0, 2, false, 0, 2), (byTimeAlone, 0, 0, false, 0, 1),
      (never, 0, 1000, true, 0, 1), (never, 500, 1000, false, 1, 2), (never, 1000, 1000, false, 3, 3),
      (often, 0, 1000, false, 0, 3), (often, 0, 1000, true, 0, 4), (often, 0, 15, false, 0, 2),
      (often, 0, 10, false, 0, 1),
      (often, 990, 1000, false, 2, 3), (often, 0, 1000, false, 7, 7),
      (#"{"every_minutes": 0, "every_epochs": 1}"#, 0, 200, false, 0, 2),
      (#"{"every_minutes": 0, "every_epochs": 1000000, "keep": 1000000}"#, 0, 200, false, 0, 1),
    ]
    for (text, first, total, best, existing, expected) in cases {
      let found = SpacePlan.checkpoints(
        try section(text), from: first, to: total, stepsPerEpoch: 100, keepsBest: best, existing: existing)
      #expect(found == expected, "\(text) \(first) \(total) \(best) \(existing): \(found)")
    }
  }

  @Test("space is taken for a moment, and nothing is left")
  func trial() throws {
    let folder = try TemporaryFolder()
    let room = try #require(FileRoom(for: folder.path + "/not/there/yet"))
    #expect(room.directory == folder.path && room.free > 0)
    #expect(room.trial(bytes: 1e6, largest: 1e5) == nil)
    let tooMuch = room.trial(bytes: 1e18, largest: 1e18)
    // A file system in memory is not asked, and one that cannot take space for a file says nothing.
    #expect(tooMuch == nil || [ENOSPC, EDQUOT, EFBIG].contains(tooMuch ?? 0))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    try folder.write("", to: "file")
    #expect(FileRoom(for: folder.path + "/file/x") == nil)
  }

  @Test("bytes in words: needed ones rounded up, those there down")
  func words() {
    #expect(FileRoom.words(1) == "1 kB" && FileRoom.words(999, isRoom: true) == "0 kB")
    #expect(FileRoom.words(1_234_567) == "1.3 MB" && FileRoom.words(1_299_999, isRoom: true) == "1.2 MB")
    #expect(FileRoom.words(999_500) == "1.0 MB" && FileRoom.words(999_500, isRoom: true) == "999 kB")
    #expect(FileRoom.words(999.95e6) == "1.0 GB" && FileRoom.words(999.95e6, isRoom: true) == "999.9 MB")
    #expect(FileRoom.words(4.0e9) == "4.0 GB" && FileRoom.words(1e300) == "more than 1,000,000 GB")
  }
}
