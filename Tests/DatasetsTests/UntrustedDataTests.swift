import Foundation
import Specs
import Testing

@testable import Datasets

/// Data files that claim what is not so, found by fuzzing.
@Suite struct UntrustedDataTests {
  /// gzip whose content is stored, not compressed; the checksum is wrong, which is seen at the end only.
  private func stored(_ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    var rest = content[...]
    while !rest.isEmpty {
      let piece = rest.prefix(65_535)
      rest = rest.dropFirst(piece.count)
      let low = UInt8(piece.count & 255), high = UInt8(piece.count >> 8)
      bytes += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + piece
    }
    return bytes + [0, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
  }

  private func refusal(_ format: String, _ bytes: [UInt8]) throws -> String {
    let directory = try TemporaryDirectory()
    try directory.write("x", bytes)
    let format = try Datasets.DataFormatRegistry.standard.make(
      format, from: FieldReader(.object([.init("features", .string("x"))]), path: ""), path: "")
    do {
      _ = try format.load(in: directory.context)
      return "accepted"
    } catch { return error.sentence }
  }

  @Test("gzip is not decompressed beyond what the array's header states")
  func bombs() throws {
    let zeros = [UInt8](repeating: 0, count: 3 << 20)
    #expect(try refusal("idx", stored(idx([4], zeros))).contains("they hold more than the 12 bytes"))
    let size = npy("|u1", "(4,)", [1, 2, 3, 4]).count
    #expect(try refusal("npy", stored(npy("|u1", "(4,)", zeros))).contains("they hold more than the \(size) bytes"))
    // What is no array is not decompressed to its end.
    #expect(try refusal("npy", stored(zeros)).contains("is not an NPY file"))
    #expect(try refusal("idx", stored(zeros)).contains("IDX element type 0x0 is unknown"))
    // A header that states more than is there costs what is there.
    #expect(try refusal("idx", stored(idx([1 << 31, 1 << 20], zeros))).contains("damaged"))
    // Sizes around the first piece end where they should: only the checksum is wrong.
    for count in [Gzip.firstPiece - 9, Gzip.firstPiece - 8, Gzip.firstPiece - 7, 2 * Gzip.firstPiece - 8] {
      #expect(try refusal("idx", stored(idx([count], Array(zeros[..<count])))).contains("incorrect data check"))
    }
  }

  @Test("an NPY header is read up to 60,000 bytes")
  func longHeader() throws {
    let text = Array(repeating: UInt8(ascii: " "), count: 61_000)
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(61_000 & 255), UInt8(61_000 >> 8)] + text
    for file in [bytes, stored(bytes + text)] {
      #expect(try refusal("npy", file).contains("it has 61000 bytes, at most 60000 are read"))
    }
  }

  @Test("sentences about absurd shapes and cells are short")
  func sentences() throws {
    let shape = try refusal("idx", idx(Array(repeating: 0xffff_ffff, count: 255), [1]))
    #expect(shape.contains("× … (255 dimensions)".replacingOccurrences(of: "× …", with: "×…")) && shape.count < 300)
    let accents = String(repeating: "\u{301}", count: 9000)
    for text in ["a\(accents),a\(accents),y\n1,2,3\n", "a,y\n2\(accents),3\n1,4\n", "b\(accents),c\n1,2\n"] {
      do {
        _ = try csv(text, #""targets": "y""#)
        Issue.record("accepted")
      } catch let error as DataError { #expect(error.sentence.unicodeScalars.count < 300) }
    }
  }

  @Test("'features' in another order than the training source's are put in its order")
  func columnsInAnotherOrder() throws {
    let training = [FeatureColumn(name: "a"), FeatureColumn(name: "b")]
    let table = try csv(
      "y,b,a\n0,1,2\n1,3,4\n", #""targets": "y", "features": ["b", "a"]"#, trainingColumns: training)
    #expect(features(table) == [2, 1, 4, 3])
    #expect(table.columns.map(\.name) == ["a", "b"])
  }

  @Test("a hundred thousand columns are read in time")
  func manyColumns() throws {
    let count = 100_000
    let names = (0..<count).map { "c\($0)" }.joined(separator: ",")
    #expect(throws: DataError.raggedRow(file: "t.csv", line: 2, found: 2, expected: count, hasHeader: true)) {
      try csv(names + "\n1,2\n", #""targets": "c7""#)
    }
  }
}
