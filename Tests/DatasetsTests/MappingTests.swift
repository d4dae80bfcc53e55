import Foundation
import Glibc
import Kernels
import Specs
import Testing

@testable import Datasets

/// Arrays that stay in their files are the same data, bit for bit, as their copies.
@Suite struct MappingTests {
  /// An NPY file whose elements begin at a border of 64 bytes, or so many bytes behind one.
  static func file(_ type: String, rows: Int, width: Int, _ elements: [UInt8], behind: Int = 0) -> [UInt8] {
    let shape = "(\(rows), \(width))", plain = npy(type, shape, []).count
    return npy(type, shape + String(repeating: " ", count: 63 - (plain + 63) % 64 + behind), elements)
  }

  static func bytes<Number>(_ values: [Number]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  private static let rows = 37, width = 5
  private static func numbers<Number>(_ make: (Int) -> Number) -> [UInt8] {
    bytes((0..<rows * width).map { make($0 &* 7919 % 251 - 100) })
  }

  /// Files of each type.
  static let types: [(name: String, bytes: [UInt8])] = [
    ("|u1", numbers { UInt8(truncatingIfNeeded: $0) }), (">u1", numbers { UInt8(truncatingIfNeeded: $0) }),
    ("|i1", numbers { Int8(truncatingIfNeeded: $0) }), ("|b1", numbers { UInt8($0 & 1) }),
    ("<i2", numbers { Int16($0 * 200) }), ("<u2", numbers { UInt16(truncatingIfNeeded: $0 * 300) }),
    ("<i4", numbers { Int32($0 * 10_000_000) }), ("<i8", numbers { Int64($0) << 50 }),
    ("<f4", numbers { Float($0) / 7 }), ("<f8", numbers { Double($0) / 7 }),
  ].map { ($0, file($0, rows: rows, width: width, $1)) }

  private static func prepare(
    _ directory: TemporaryDirectory, _ mapping: String, _ more: String = "", format: String = "npy"
  ) throws -> DataPreparation {
    try directory.write("y.npy", npy("|u1", "(\(rows),)", (0..<rows).map { UInt8($0 % 3) }))
      .write("y.idx", idx([rows], (0..<rows).map { UInt8($0 % 3) }))
    return try section(
      #"{"train": {"format": "\#(format)", "features": "x.\#(format)", "targets": "y.\#(format)"}, "mapping": "\#(mapping)"\#(more)}"#
    ).prepare(in: directory.context, targets: .classes, seed: 1)
  }

  /// The features of all parts, and all rows as they lie in memory.
  private static func content(_ data: PreparedData) -> (features: [[Float]], pieces: [UInt8]) {
    let features = DataPart.allCases.map { part -> [Float] in
      guard let rows = data.rows(of: part) else { return [] }
      var values = [Float](repeating: .nan, count: rows.count * width)
      rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &values, stride: width)
      return values
    }
    var pieces: [UInt8] = []
    data.forEachPiece { pieces += $0 }
    return (features, pieces)
  }

  private static func expectSame(_ mapped: DataPreparation, _ copied: DataPreparation) {
    #expect(mapped.description == copied.description && mapped.layout.copied == copied.layout)
    let (own, other) = (content(mapped.makePreparedData()), content(copied.makePreparedData()))
    #expect(own.features.map { $0.map(\.bitPattern) } == other.features.map { $0.map(\.bitPattern) })
    #expect(own.pieces == other.pieces && own.pieces.count == copied.layout.byteCount)
  }

  @Test("mapped is copied, of each type", arguments: types)
  func eachType(_ name: String, _ bytes: [UInt8]) throws {
    let directory = try TemporaryDirectory()
    try directory.write("x.npy", bytes)
    for more in ["", #", "normalize": "standard", "validation": {"fraction": 0.2}, "test": {"fraction": 0.3}"#] {
      let mapped = try Self.prepare(directory, "always", more), copied = try Self.prepare(directory, "never", more)
      #expect(mapped.layout.mapped.map(\.file) == ["x.npy"] && copied.layout.mapped.isEmpty)
      #expect(mapped.layout.mapped[0].byteCount == bytes.count - Self.header(bytes))
      let saved = (mapped.layout.mapped[0].byteCount + 63) / 64 * 64
      #expect(mapped.layout.byteCount == copied.layout.byteCount - saved)
      Self.expectSame(mapped, copied)
    }
    // Small files are copied unless somebody asks for it.
    #expect(try Self.prepare(directory, "auto").layout.mapped.isEmpty)
  }

  /// Bytes before the elements of a file of version 1.
  private static func header(_ file: [UInt8]) -> Int { 10 + Int(file[8]) + Int(file[9]) << 8 }

  @Test("IDX files of bytes, and sources of their own")
  func sources() throws {
    let directory = try TemporaryDirectory()
    let elements = Self.numbers { UInt8(truncatingIfNeeded: $0) }
    try directory.write("x.idx", idx([Self.rows, Self.width], elements))
      .write("v.npy", Self.file("<f4", rows: Self.rows, width: Self.width, Self.numbers { Float($0) }))
    let more = #", "validation": {"format": "npy", "features": "v.npy", "targets": "y.npy"}"#
    let mapped = try Self.prepare(directory, "always", more, format: "idx")
    #expect(mapped.layout.mapped.map(\.file) == ["x.idx", "v.npy"])
    Self.expectSame(mapped, try Self.prepare(directory, "never", more, format: "idx"))
  }

  /// Files that cannot be used as they are.
  static let others: [(name: String, bytes: [UInt8], more: String)] = [
    ("another byte order", file(">f4", rows: rows, width: width, numbers { Float($0) }), ""),
    ("gzip", gzip(file("<f4", rows: rows, width: width, numbers { Float($0) })), ""),
    ("numbers beside their borders", file("<f4", rows: rows, width: width, numbers { Float($0) }, behind: 1), ""),
    (
      "a subnormal number",
      file("<f4", rows: rows, width: width, numbers { $0 == -100 ? Float(bitPattern: 71362) : Float($0) }), ""
    ),
    (
      "a row left out", file("<f4", rows: rows, width: width, numbers { $0 == -100 ? .nan : Float($0) }),
      #", "missing": "drop_row""#
    ),
  ]

  @Test("what cannot stay as it is is copied", arguments: others)
  func copied(_ name: String, _ bytes: [UInt8], _ more: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("x.npy", bytes)
    let mapped = try Self.prepare(directory, "always", more), copied = try Self.prepare(directory, "never", more)
    #expect(mapped.layout.mapped.isEmpty)
    Self.expectSame(mapped, copied)
    #expect(name != "a row left out" || mapped.layout.sources[0].rows < Self.rows)
  }

  @Test("test rows among others are copied")
  func testRows() throws {
    let directory = try TemporaryDirectory()
    try directory.write("x.npy", Self.types[8].bytes)
    let more = #", "test": {"fraction": 0.3}"#
    let trained = try Self.prepare(directory, "always", more)
    let text = #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "mapping": "always"\#(more)}"#
    let again = try DataPreparation(
      testRowsOf: section(text), like: trained.description, in: directory.context, seed: 1)
    #expect(again.layout.mapped.isEmpty && !trained.layout.mapped.isEmpty)
    #expect(
      Self.content(again.makePreparedData()).features[2] == Self.content(trained.makePreparedData()).features[2])
  }

  @Test("a file that has changed is refused, wherever its rows are by then")
  func changed() throws {
    for more in ["", #", "missing": "drop_row""#] {
      let directory = try TemporaryDirectory()
      try directory.write("x.npy", Self.types[8].bytes)
      let mapped = try Self.prepare(directory, "always", more), data = mapped.makePreparedData()
      try mapped.requireUnchanged()
      try data.requireUnchanged()
      try directory.write("new", Self.types[8].bytes)
      #expect(rename(directory.path + "/new", directory.path + "/x.npy") == 0)
      let looks: [() throws -> Void] = [{ try mapped.requireUnchanged() }, { try data.requireUnchanged() }]
      for body in looks {
        let error = #expect(throws: DataError.self) { try body() }
        #expect(
          error?.sentence
            == "x.npy: changed while it was trained on: another file has that name; give the same command again when nobody writes to "
            + "it, or with data.mapping \"never\", which copies it before the first step")
        #expect(error?.exitCode == .data)
      }
      let mapping = try #require(mapped.layout.sources[0].mapping)
      #expect(DataLayout.mappings(mapped.layout.mappings) == [mapping])
      let error = #expect(throws: DataError.self) { try MappedDataFile(mapping, use: .reading) }
      #expect(
        error?.sentence
          == "x.npy: is mapped by the first rank of this node, and another one does not find the same at \(directory.path)/x.npy: another "
          + "file has that name; start the ranks of a node where they see the same files, or set data.mapping to \"never\""
      )
    }
  }

  @Test("what is checked through the map does not stay in memory")
  func resident() throws {
    let directory = try TemporaryDirectory(), rows = 12_000, width = 128
    let values = (0..<rows * width).map { Double($0 % 1000) }
    try directory.write("x.npy", Self.file("<f8", rows: rows, width: width, Self.bytes(values)))
      .write("y.npy", npy("|u1", "(\(rows),)", (0..<rows).map { UInt8($0 % 3) }))
    let text =
      #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "mapping": "always", "normalize": "standard"}"#
    let mapped = try section(text).prepare(in: directory.context, targets: .classes, seed: 1)
    // Lines of a mapping begin with its addresses and end with its file, and `Rss: … kB` follows.
    #expect(mapped.layout.mapped.count == 1)
    let lines = Self.text("/proc/self/smaps").split(separator: "\n")
    let name = URL(fileURLWithPath: directory.path).lastPathComponent + "/x.npy"
    let first = try #require(lines.firstIndex { $0.hasSuffix(name) })
    let resident = try #require(lines[first...].first { $0.hasPrefix("Rss:") }?.split(separator: " ")[1])
    #expect(try #require(Int(resident)) < 9000, "of 12,288 kB \(resident) are in memory")
    try mapped.requireUnchanged()
  }

  /// A file of the system, whose size nobody knows before its end.
  private static func text(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    var text: [UInt8] = [], piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &piece, piece.count), count > 0 { text += piece[..<count] }
    return String(decoding: text, as: UTF8.self)
  }

  /// A gzip file of one stored block.
  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
    let count = UInt32(bytes.count)
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(count, 2) + little(~count, 2) + bytes + little(~crc, 4)
      + little(count, 4)
  }
}
