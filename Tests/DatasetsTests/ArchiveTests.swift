import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

/// Files beside the tests that other programs have written; see `Golden/archives.py`.
enum GoldenFile {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/" + name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

  /// The numbers of an array there.
  static func numbers(_ count: Int, isSigned: Bool = true) -> [Float] {
    (0..<count).map { Float($0 * 7 % 11 - (isSigned ? 3 : 0)) }
  }
}

@Suite struct ArchiveTests {
  private static let x = npy("<f4", "(3, 2)", littleEndian([1, 2, 3, 4, 5, 6])), y = npy("|u1", "(3,)", [0, 1, 1])
  private static let entries = [ZipWriter.Entry("x.npy", x), ZipWriter.Entry("y.npy", y)]

  private func table(_ bytes: [UInt8], features: String = "x", _ more: String = #""targets": "y""#) throws -> Table {
    let directory = try TemporaryDirectory()
    try directory.write("d.npz", bytes)
    return try format(#"{"format": "npz", "path": "d.npz", "features": "\#(features)", \#(more)}"#)
      .load(in: directory.context)
  }

  @Test("archives that NumPy has written", arguments: ["stored", "compressed", "piped"])
  func written(_ name: String) throws {
    let weights = name == "piped" ? "" : #", "sample_weight": "w""#
    let table = try table(try GoldenFile.bytes(name + ".npz"), #""targets": "y"\#(weights)"#)
    #expect(features(table) == GoldenFile.numbers(24))
    #expect(table.featureShape == [4] && table.features.arrays[0].element == .float32)
    let targets = GoldenFile.numbers(6, isSigned: false).map(Double.init)
    #expect(try table.targets?.valueTargets(source: table.source) == targets)
    #expect(table.sampleWeights == (name == "piped" ? nil : targets))
  }

  @Test("entries of every kind hold the same")
  func kinds() throws {
    let deflated = Self.entries.map { $0.with { $0.isDeflated = true } }
    let streamed = deflated.map { $0.with { $0.flags |= 8 } }
    let others = [ZipWriter.Entry("folder/", []), ZipWriter.Entry("read.me", Array("x".utf8))]
    for entries in [Self.entries, deflated, streamed, Self.entries.map { $0.with { $0.padding = 7 } }] {
      for isLong in [false, true] where !isLong || entries[0].flags & 8 == 0 {
        for comment in [[], Array("PK\u{5}\u{6} is no end".utf8) + [UInt8](repeating: 0, count: 30)] {
          let bytes = ZipWriter(entries: others + entries, comment: comment, isLong: isLong).bytes
          let table = try table(bytes)
          #expect(features(table) == [1, 2, 3, 4, 5, 6])
          #expect(try table.targets?.classNames(of: table.source) == ["0", "1"])
          #expect(features(try self.table(bytes, features: "x.npy")) == [1, 2, 3, 4, 5, 6])
        }
      }
    }
  }

  @Test("a large array is inflated whole, in pieces")
  func large() throws {
    let values = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    let x = ZipWriter.Entry("x.npy", npy("|u1", "(3000, 100)", values)).with { $0.isDeflated = true }
    let table = try table(ZipWriter(entries: [x]).bytes, #""targets": null"#)
    #expect(table.count == 3000 && features(table) == values.map(Float.init))
  }

  @Test("arrays that are stored are mapped, and are the same", arguments: ["|u1", "<f4", ">f4"], [0, 1, 2, 3, 4])
  func mapped(_ type: String, _ padding: Int) throws {
    let rows = 37, width = 5, numbers = (0..<rows * width).map { Float($0 % 97) / 7 }
    let elements =
      type == "|u1"
      ? numbers.map { UInt8($0) } : type == "<f4" ? littleEndian(numbers) : littleEndian(numbers.reversed()).reversed()
    let directory = try TemporaryDirectory()
    let x = ZipWriter.Entry("x.npy", npy(type, "(\(rows), \(width))", elements), padding: 4 + padding)
    let y = ZipWriter.Entry("y.npy", npy("|u1", "(\(rows),)", (0..<rows).map { UInt8($0 % 3) }))
    try directory.write("d.npz", ZipWriter(entries: [x, y]).bytes)
    func prepare(_ mapping: String) throws -> DataPreparation {
      try section(
        #"{"train": {"format": "npz", "path": "d.npz", "features": "x", "targets": "y"}, "mapping": "\#(mapping)", "validation": {"fraction": 0.2}}"#
      ).prepare(in: directory.context, targets: .classes, seed: 1)
    }
    let mapped = try prepare("always"), copied = try prepare("never")
    let start = 30 + 5 + 4 + 4 + padding + x.content.count - elements.count
    let isMapped = type == "|u1" || (type == "<f4" && start % 4 == 0)
    #expect(mapped.layout.mapped.map(\.file) == (isMapped ? ["d.npz"] : []) && copied.layout.mapped.isEmpty)
    #expect(mapped.description == copied.description && mapped.layout.copied == copied.layout)
    var pieces: [[UInt8]] = []
    for preparation in [mapped, copied] {
      var bytes: [UInt8] = []
      preparation.makePreparedData().forEachPiece { bytes += $0 }
      pieces.append(bytes)
    }
    #expect(pieces[0] == pieces[1] && !pieces[0].isEmpty)
  }

  static let refused: [(ZipWriter, String)] = [
    (ZipWriter(entries: entries.map { $0.with { $0.flags |= 1 } }), "the entry 'x.npy' is encrypted; save the arrays"),
    (
      ZipWriter(entries: entries.map { $0.with { $0.method = 12 } }),
      "the entry 'x.npy' is compressed by bzip2 (method 12), which is not read; save the arrays again with numpy.savez"
    ),
    (
      ZipWriter(entries: entries.map { $0.with { $0.checksum = 7 } }),
      "the archive is damaged (entry 'x.npy': its checksum is another one); fetch it again"
    ),
    (ZipWriter(entries: entries + entries), "two entries of the archive are named 'x'; save it again"),
    (ZipWriter(entries: entries, disk: 1), "is one of several parts of a zip archive"),
    (ZipWriter(entries: entries, isLong: true, disk: 1), "is one of several parts of a zip archive"),
    (ZipWriter(entries: entries, count: 3), "its directory of 102 bytes cannot have 3 entries"),
    (ZipWriter(entries: entries, count: 600), "cannot have 600 entries"),
    (ZipWriter(entries: entries, isLong: true, count: .max), "cannot have 9223372036854775807 entries"),
    (ZipWriter(entries: entries, isLong: true, count: -1), "the end of its directory cannot be read"),
    (ZipWriter(entries: []), "is a zip archive"),
    (
      ZipWriter(entries: [ZipWriter.Entry("read.me", [1])]), "is a zip archive; unpack it with `unzip -p FILE > NEW`"
    ),
    (ZipWriter(entries: [ZipWriter.Entry("xl/a", [1])]), "is an Excel file (.xlsx)"),
    (
      ZipWriter(entries: [entries[1], ZipWriter.Entry("xs.npy", x)]),
      "has no array 'x'; known: y, xs"
    ),
    (ZipWriter(entries: entries.map { $0.with { $0.localName = "z.npy" } }), "it has another name where it stands"),
    (
      ZipWriter(entries: entries.map { $0.with { $0.size = 7 } }),
      "it is stored, and 7 bytes are"
    ),
    (
      ZipWriter(entries: entries.map { $0.with { ($0.isDeflated, $0.size) = (true, 1 << 30) } }),
      "bytes cannot hold 1073741824"
    ),
    (
      ZipWriter(entries: entries.map { $0.with { ($0.isDeflated, $0.size) = (true, 1 << 62) } }, isLong: true),
      "bytes cannot hold 4611686018427387904"
    ),
    (
      ZipWriter(entries: entries.map { $0.with { ($0.size, $0.compressed) = (1 << 40, 1 << 40) } }, isLong: true),
      "it lies outside the file"
    ),
    (
      ZipWriter(entries: entries.map { $0.with { ($0.size, $0.compressed) = (.max, .max) } }, isLong: true),
      "it lies outside the file"
    ),
    (
      ZipWriter(
        entries: entries.map {
          $0.with {
            $0.raw = ZipWriter.deflated($0.content).dropLast(9); $0.method = 8
          }
        }),
      "entry 'x.npy': its data end early"
    ),
    (
      ZipWriter(
        entries: entries.map {
          $0.with {
            $0.raw = ZipWriter.deflated($0.content) + [1]; $0.method = 8
          }
        }),
      "entry 'x.npy': bytes follow its end"
    ),
    (
      ZipWriter(
        entries: entries.map {
          $0.with {
            $0.raw = ZipWriter.deflated($0.content + [1]); $0.method = 8
          }
        }),
      "entry 'x.npy': it holds more bytes than are stated"
    ),
    (
      ZipWriter(
        entries: entries.map {
          $0.with {
            $0.raw = ZipWriter.deflated($0.content.dropLast(1)); $0.method = 8
          }
        }),
      "entry 'x.npy': it holds"
    ),
    (
      ZipWriter(
        entries: entries.map {
          $0.with {
            $0.raw = [7] + $0.content; $0.method = 8
          }
        }),
      "entry 'x.npy': invalid block type"
    ),
    (
      ZipWriter(entries: [ZipWriter.Entry("x.npy", npy("<f4", "(3, 2)", littleEndian([1])))]),
      "d.npz, array 'x': is truncated: shape 3×2 needs 24 bytes of data, 4 are there"
    ),
    (
      ZipWriter(entries: [ZipWriter.Entry("x.npy", npy("<f4", "(1, 1)", littleEndian([1, 2])))]),
      "d.npz, array 'x': shape 1×1 needs 4 bytes of data, but 8 are there"
    ),
    (
      ZipWriter(entries: [ZipWriter.Entry("x.npy", npy("|O", "(1,)", [0]))]),
      "d.npz, array 'x': NPY element type '|O' cannot be used"
    ),
    (
      ZipWriter(entries: [ZipWriter.Entry("x.npy", npy("<f4", "(3, 2)", littleEndian([1, 2]), fortran: true))]),
      "d.npz, array 'x': the array is in Fortran order"
    ),
    (ZipWriter(entries: [ZipWriter.Entry("x.npy", [])]), "d.npz, array 'x': is not an NPY file"),
    (
      ZipWriter(entries: [entries[0], ZipWriter.Entry("y.npy", npy("|u1", "(2,)", [0, 1]))]),
      "d.npz, array 'y': has 2 rows, but d.npz, array 'x' has 3; they must match row by row"
    ),
    (
      ZipWriter(entries: [ZipWriter.Entry("x.npy", npy("<f4", "(2, 1)", littleEndian([1, .infinity]))), entries[1]]),
      "d.npz, array 'y': has 3 rows"
    ),
  ]

  @Test("what cannot be used is told in a sentence", arguments: refused)
  func refuses(_ archive: ZipWriter, _ says: String) throws {
    let error = #expect(throws: DataError.self) { try table(archive.bytes) }
    #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "accepted")")
    #expect(error?.exitCode == (says.contains("has no array") ? .config : .data))
    #expect((error?.sentence.utf8.count ?? 0) < 400)
  }

  @Test("an archive that ends early is refused, wherever it does; other files are named as what they are")
  func cut() throws {
    for entries in [Self.entries, Self.entries.map { $0.with { $0.isDeflated = true } }] {
      let bytes = ZipWriter(entries: entries).bytes
      for count in 0..<bytes.count {
        #expect(throws: DataError.self, "\(count)") { try table(Array(bytes.prefix(count))) }
      }
    }
    let files: [([UInt8], String)] = [
      (
        Array("a,b\n1,2\n".utf8),
        #"is not an NPZ file (a zip archive of NumPy arrays) but text; read a table of text with "format": "csv""#
      ),
      ([0x1f, 0x8b, 8, 0], "is an archive inside gzip; decompress it"), (Self.x, "is a NumPy array (NPY)"),
      ([1, 2, 3], "is not an NPZ file (a zip archive of NumPy arrays); save it with numpy.savez"),
      (Array(ZipWriter(entries: Self.entries).bytes.dropLast()), "its directory is missing: it ends early"),
    ]
    for (bytes, says) in files {
      let error = #expect(throws: DataError.self) { try table(bytes) }
      #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "")")
    }
  }

  @Test("targets are not looked at where they are not read")
  func prediction() throws {
    let directory = try TemporaryDirectory()
    try directory.write("d.npz", ZipWriter(entries: [Self.entries[0]]).bytes)
    var context = directory.context
    context.readsTargets = false
    let source = try format(#"{"format": "npz", "path": "d.npz", "features": "x", "targets": "none"}"#)
    #expect(features(try source.load(in: context)) == [1, 2, 3, 4, 5, 6])
    let error = #expect(throws: DataError.self) { try source.load(in: directory.context) }
    #expect(error?.sentence == "d.npz: has no array 'none'; known: x")
  }
}
