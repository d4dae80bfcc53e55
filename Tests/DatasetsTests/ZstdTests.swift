import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Files that are compressed with zstd.
@Suite struct ZstdTests {
  /// A frame of blocks that are stored.
  static func stored(_ content: [UInt8], blocks size: Int = 1 << 17) -> [UInt8] {
    var bytes = magic + [0xa0] + little(content.count, 4), rest = content[...]
    repeat {
      let piece = rest.prefix(size)
      rest = rest.dropFirst(piece.count)
      bytes += little((rest.isEmpty ? 1 : 0) | piece.count << 3, 3) + piece
    } while !rest.isEmpty
    return bytes
  }

  private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
  private static let skipped: [UInt8] = [0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// A frame of one block that repeats a byte, at a window of some size.
  private static func repeating(_ count: Int, windowLog: UInt8) -> [UInt8] {
    magic + [0, (windowLog - 10) << 3] + little(1 | 1 << 1 | count << 3, 3) + [7]
  }

  private func refusal(_ bytes: [UInt8]) throws -> String {
    try #require(#expect(throws: DataError.self) { try Zstd.decompress(bytes, file: "x.zst") }).sentence
  }

  /// 24 bytes, with a checksum, as zstd(1) writes them.
  private static let golden = [UInt8](
    Data(base64Encoded: "KLUv/QRorQAAeAAACAMAAAACAQIDBAUGBwEAissF8QCbiA==") ?? Data())

  @Test("frames, skippable ones, and blocks of any size")
  func frames() throws {
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 5) }
    for size in [1, 1000, 1 << 17] {
      let part = Array(content.prefix(size == 1 ? 500 : content.count)), frame = Self.stored(part, blocks: size)
      for (bytes, times) in [
        (frame, 1), (frame + frame, 2), (Self.skipped + frame, 1), (frame + Self.skipped + frame + Self.skipped, 2),
        (frame + Self.stored([]), 1), (Self.stored([]) + frame, 1),
      ] {
        let output = try Zstd.decompress(bytes, file: "x.zst")
        #expect(output.beginning(.max) == Array((0..<times).map { _ in part }.joined()))
      }
    }
    // 2^17 of one byte in nine.
    #expect(try Zstd.decompress(Self.repeating(1 << 17, windowLog: 20), file: "x.zst").count == 1 << 17)
    #expect(Zstd.isCompressed(Self.skipped) && Zstd.isCompressed(Self.magic))
    #expect(!Zstd.isCompressed(Self.magic.dropLast()) && !Zstd.isCompressed(Array("a,b,y".utf8)))
  }

  @Test("what is cut, changed or followed by something else is refused")
  func damage() throws {
    let frame = Self.stored([1, 2, 3, 4, 5])
    for count in 4..<frame.count { #expect(try refusal(Array(frame.prefix(count))).contains("(it ends early)")) }
    #expect(try refusal(frame + [0]).contains("x.zst: the zstd data cannot be used"))
    #expect(try refusal(frame + Array("garbage".utf8)).contains("what follows the end is no zstd data"))
    #expect(try refusal(Self.stored([])).contains("the file is empty"))
    #expect(try refusal(Self.skipped).contains("the file is empty"))
    #expect(try refusal(Array(Self.skipped.dropLast())).contains("it ends early"))
    #expect(
      try refusal(Self.repeating(100, windowLog: 28)).contains(
        "its window is larger than 128 MiB; if it was made with --long, compress it without"))
    let golden = Self.golden
    #expect(try Zstd.decompress(golden, file: "x.zst").count == 24)
    #expect(
      try refusal(golden.dropLast() + [golden[golden.count - 1] ^ 1]).contains("the checksum is another one"))
  }

  @Test("arrays and tables are read as plain ones are; nothing is decompressed beyond what a header states")
  func formats() throws {
    let array = idx([2, 3], [1, 2, 3, 4, 5, 6])
    let directory = try TemporaryDirectory()
    try directory.write("x", Self.stored(array)).write("t.csv.zst", Self.stored(Array("a,y\n1,2\n3,4\n".utf8)))
    let samples = try format(#"{"format": "idx", "features": "x"}"#).load(in: directory.context)
    #expect(features(samples) == [1, 2, 3, 4, 5, 6])
    let table = try format(#"{"format": "csv", "path": "t.csv.zst", "targets": "y"}"#).load(in: directory.context)
    #expect(features(table) == [1, 3])
    try directory.write("x", Self.stored(idx([4], [UInt8](repeating: 0, count: 3 << 20))))
    let refusal = #expect(throws: DataError.self) {
      try format(#"{"format": "idx", "features": "x"}"#).load(in: directory.context)
    }
    #expect(refusal?.sentence.contains("they hold more than the 12 bytes") == true)
  }
}
