internal import Datasets
internal import Foundation
internal import Specs

/// Archives of arrays, and files of tensors as sources of data, made in code.
enum ArchiveSeeds {
  /// A file in an archive.
  struct Entry {
    var name: String
    /// What stands in the archive.
    var data: [UInt8]
    var method: UInt8
    /// Of the content, little-endian.
    var checksum: [UInt8]
    var size: Int

    init(_ name: String, _ content: [UInt8], isDeflated: Bool = true, size: Int? = nil) {
      // gzip has deflate data between a header of 10 bytes and checksum and size.
      let gzip = ArraySeeds.gzip(content)
      data = isDeflated ? Array(gzip[10..<gzip.count - 8]) : content
      checksum = Array(gzip[(gzip.count - 8)..<gzip.count - 4])
      (self.name, method, self.size) = (name, isDeflated ? 8 : 0, size ?? content.count)
    }
  }

  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// - Parameter isLong: whether sizes stand in fields of 64 bits.
  static func zip(_ entries: [Entry], isLong: Bool = false, comment: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = [], directory: [UInt8] = []
    for entry in entries {
      let sizes = little(entry.data.count, 4) + little(entry.size, 4), start = bytes.count
      let long = [1, 0, 24, 0] + little(entry.size, 8) + little(entry.data.count, 8) + little(start, 8)
      let common = [20, 0, 0, 8, entry.method, 0, 0, 0, 0, 0] + entry.checksum, name = Array(entry.name.utf8)
      bytes += [0x50, 0x4b, 3, 4] + common + sizes + little(name.count, 2) + [0, 0] + name + entry.data
      directory += [0x50, 0x4b, 1, 2, 20, 0] + common + (isLong ? [UInt8](repeating: 255, count: 8) : sizes)
      directory += little(name.count, 2) + [isLong ? 28 : 0, 0] + [UInt8](repeating: 0, count: 10)
      directory += (isLong ? [255, 255, 255, 255] : little(start, 4)) + name + (isLong ? long : [])
    }
    let end = bytes.count + directory.count
    let numbers = [entries.count, entries.count, directory.count, bytes.count]
    if isLong {
      directory += [0x50, 0x4b, 6, 6] + little(44, 8) + [UInt8](repeating: 0, count: 12)
      directory += numbers.flatMap { little($0, 8) } + [0x50, 0x4b, 6, 7, 0, 0, 0, 0] + little(end, 8) + [1, 0, 0, 0]
    }
    let sizes = Swift.zip(numbers, [2, 2, 4, 4]).flatMap {
      isLong ? [UInt8](repeating: 255, count: $1) : little($0, $1)
    }
    return bytes + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + sizes + little(comment.count, 2) + comment
  }

  static let array = ArraySeeds.npy(
    "<f4", "(2, 2)", ArraySeeds.half + ArraySeeds.half + ArraySeeds.half + ArraySeeds.half)
  static let bytes = ArraySeeds.npy("|u1", "(3,)", [1, 0, 1])
  static let zeros = ArraySeeds.npy("|u1", "(4096, 4096)", [UInt8](repeating: 0, count: 1 << 24))

  /// A header, its length before it, and data.
  static func tensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    little(header.utf8.count, 8) + Array(header.utf8) + data
  }

  static func tensor(_ type: String, _ shape: String, _ from: Int, _ to: Int) -> String {
    #"{"x": {"dtype": "\#(type)", "shape": \#(shape), "data_offsets": [\#(from), \#(to)]}}"#
  }

  static let files = [
    tensors(tensor("F32", "[2, 1]", 0, 8), ArraySeeds.half + ArraySeeds.half),
    tensors(tensor("F64", "[1]", 0, 8), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
    tensors(tensor("F16", "[2, 2]", 0, 8), [0, 0x3c, 1, 0, 0xff, 0x7b, 0, 0x80]),
    tensors(tensor("BF16", "[2]", 0, 4), [0x80, 0x3f, 1, 0]), tensors(tensor("U8", "[3]", 0, 3), [1, 0, 1]),
    tensors(tensor("I64", "[1, 1]", 0, 8), [1, 0, 0, 0, 0, 0, 0, 0x80]),
    tensors(
      #"{"__metadata__": {"a": "b"}, "x": {"dtype": "I16", "shape": [2], "data_offsets": [1, 5]}, "y": {"dtype": "BOOL", "shape": [], "data_offsets": [0, 1]}}"#,
      [1, 2, 3, 4, 5]),
  ]
}

extension FuzzTarget {
  /// Archives, byte by byte.
  static func npz(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("npz", file: "d.npz", folder)
    let (array, bytes) = (ArchiveSeeds.array, ArchiveSeeds.bytes)
    func entry(_ content: [UInt8], _ isDeflated: Bool = true, size: Int? = nil) -> ArchiveSeeds.Entry {
      ArchiveSeeds.Entry("x.npy", content, isDeflated: isDeflated, size: size)
    }
    let plain = ArchiveSeeds.zip([entry(array, false)])
    return FuzzTarget(
      name: "npz",
      valid: [
        plain, ArchiveSeeds.zip([entry(array)]), ArchiveSeeds.zip([entry(bytes, false)], isLong: true),
        ArchiveSeeds.zip([.init("y.npy", bytes), entry(bytes), .init("z", [1])], comment: Array("PK\u{5}\u{6}".utf8)),
        ArchiveSeeds.zip([entry(array)], isLong: true, comment: [0, 0]),
      ],
      refused: [
        [], [0x50, 0x4b], ArchiveSeeds.zip([]), ArchiveSeeds.zip([entry(array), entry(array)]), plain.dropLast(),
        ArchiveSeeds.zip([.init("y.npy", array)]), ArchiveSeeds.zip([entry(array, size: 1 << 30)]),
        ArchiveSeeds.zip([entry(array, size: .max)], isLong: true), ArchiveSeeds.zip([entry(array, false, size: 3)]),
        ArchiveSeeds.zip([entry(ArchiveSeeds.zeros, size: 1 << 20)]),
        ArchiveSeeds.zip([entry(Array(array.dropLast()))]),
        ArchiveSeeds.zip([entry([UInt8](repeating: 0, count: 1 << 24))]), [0x1f, 0x8b] + plain,
        [0x50, 0x4b, 5, 6] + [UInt8](repeating: 255, count: 16) + [0, 0],
        Array(repeating: [0x50, 0x4b, 5, 6], count: 20_000).flatMap { $0 },
      ].map { Array($0) }, codes: [.data, .config],
      // As of gzip: what there is comes out, and DEFLATE has up to 1032 bytes for each.
      allowance: { 2 * 1032 * $0.count }
    ) { bytes in
      try folder.write(bytes, to: "d.npz")
      try examine()
    }
  }

  /// What an archive holds, intact.
  static func npzContent(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("npz", file: "d.npz", folder)
    return FuzzTarget(
      name: "npz-content", valid: [ArchiveSeeds.array, ArchiveSeeds.bytes],
      refused: [[], [0x93], Array(ArchiveSeeds.array.dropLast()), ArchiveSeeds.array + [0]], codes: [.data]
    ) { bytes in
      for isDeflated in [true, false] {
        try folder.write(ArchiveSeeds.zip([.init("x.npy", bytes, isDeflated: isDeflated)]), to: "d.npz")
        try examine()
      }
    }
  }

  /// Files of tensors as data, byte by byte.
  static func tensors(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("safetensors", file: "d", folder)
    let lengths = [0, 1, 1 << 31, 1 << 62, -1, 99_999_999]
    return FuzzTarget(
      name: "tensors", valid: ArchiveSeeds.files,
      refused: [[], [1, 2, 3], Array(ArchiveSeeds.files[0].dropLast())]
        + lengths.map { ArchiveSeeds.little($0, 8) + ArchiveSeeds.files[0].dropFirst(8) }, codes: [.data, .config]
    ) { bytes in
      try folder.write(bytes, to: "d")
      try examine()
    }
  }

  /// Files of tensors whose header has the length that it claims.
  static func tensorsHeader(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("safetensors", file: "d", folder)
    return FuzzTarget(
      name: "tensors-header", valid: ArchiveSeeds.files.map(TensorSeeds.parts), refused: TensorSeeds.refusedHeaders,
      codes: [.data, .config]
    ) { bytes in
      try folder.write(TensorSeeds.assembled(bytes), to: "d")
      try examine()
    }
  }
}
