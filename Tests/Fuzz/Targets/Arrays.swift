internal import Datasets
internal import Foundation
internal import FuzzSupport
internal import Kernels
internal import Specs

/// Files of arrays, made in code.
enum ArraySeeds {
  static func idx(_ shape: [Int], _ elements: [UInt8], type: UInt8 = 0x08) -> [UInt8] {
    let extents = shape.flatMap { extent in (0..<4).reversed().map { UInt8(truncatingIfNeeded: extent >> (8 * $0)) } }
    return [0, 0, type, UInt8(truncatingIfNeeded: shape.count)] + extents + elements
  }

  static func npy(_ type: String, _ shape: String, _ elements: [UInt8], fortran: String = "False") -> [UInt8] {
    npy(header: "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n", elements)
  }

  static func npy(header: String, version: UInt8 = 1, _ elements: [UInt8]) -> [UInt8] {
    let text = Array(header.utf8), length = UInt32(text.count)
    let bytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * UInt32($0))) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + bytes + text + elements
  }

  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count + bytes.count / 8 + 256) { buffer, count in
      count = buffer.baseAddress.map { fuzz_gzip(bytes, bytes.count, $0, buffer.count) } ?? 0
    }
  }

  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count + bytes.count / 8 + 256) { buffer, count in
      count = buffer.baseAddress.map { fuzz_zstd(bytes, bytes.count, $0, buffer.count) } ?? 0
    }
  }

  static let half: [UInt8] = [0x3f, 0, 0, 0], one: [UInt8] = [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]
  static let validIDX = [
    idx([2, 3], [1, 2, 3, 4, 5, 6]), idx([2], half + half, type: 0x0d), idx([1], one, type: 0x0e),
    idx([2, 1], [1, 2, 3, 4], type: 0x0b), idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), idx([2], [0xff, 1], type: 0x09),
    idx([1, 1], [0, 0, 1, 0], type: 0x0c),
  ]
  static let refusedIDX = [
    [], [0], [0, 0, 8, 0], [0, 0, 8, 1], [0, 0, 7, 1, 0, 0, 0, 1, 1], idx([0], []), idx([3], [1, 2]), idx([1], [1, 2]),
    idx([1 << 31, 1 << 31, 1 << 31], [1]), idx([0xffff_ffff, 0xffff_ffff], [1]), idx([1 << 31], [], type: 0x0e),
    idx([0x1_0001, 0xffff_ffff, 0x8000], [1]), idx(Array(repeating: 0xffff_ffff, count: 255), [1]),
    idx([1], [0x7f, 0xc0, 0, 0], type: 0x0d), [0, 0, 8, 255] + [UInt8](repeating: 1, count: 1019),
  ]

  /// Reads features alone, and, where the array can be targets too, both.
  ///
  /// - Parameter file: the one whose array is named `x`; nil: `x` is the file.
  static func examine(
    _ format: String, file: String? = nil, _ folder: ScratchFolder
  ) throws -> () throws -> Void {
    func make(_ text: String) throws -> any DataFormat {
      try FieldReader.readVariant(
        ConfigValue.parse(Data(text.utf8), file: "t"), DataFormatRegistry.standard, tag: "format", path: "data.train"
      ).0
    }
    // One array has one role; another spelling of its path is none that is told apart.
    let weighted = format == "idx" ? "" : #", "sample_weight": "././x""#
    let beginning = #"{"format": "\#(format)", "features": "x""# + (file.map { #", "path": "\#($0)""# } ?? "")
    let features = try make(beginning + "}")
    let both = try file == nil ? make(beginning + #", "targets": "./x"}"#) : features
    let all = try file == nil ? make(beginning + #", "targets": "./x"\#(weighted)}"#) : features
    let context = DataContext(baseDirectory: folder.path)
    return {
      let table = try features.load(in: context)
      let width = table.featureShape.count
      guard let array = table.features.arrays.first else { preconditionFailure("an array is a table") }
      precondition(
        array.bytes.count - array.offset == table.count * width * array.element.byteCount, "features of another count")
      table.forEachRow(0..<table.count) { _, values in
        precondition((0..<width).allSatisfy { Float(values[$0]).isFinite }, "features that are not finite")
      }
      guard let targets = try? both.load(in: context).targets else { return }
      _ = try targets.valueTargets(source: table.source)
      if let names = try? targets.classNames(of: table.source) {
        let classes = try targets.classTargets(names: names, kind: targets.labelKind, source: table.source)
        precondition(classes.count == table.count, "classes of another count")
      }
      if !weighted.isEmpty, table.featureShape.count == 1 { _ = try? all.load(in: context) }
    }
  }
}

extension FuzzTarget {
  /// Arrays as MNIST has them.
  static func idx(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("idx", folder)
    return FuzzTarget(
      name: "idx", valid: ArraySeeds.validIDX, refused: ArraySeeds.refusedIDX, codes: [.data]
    ) { bytes in
      try folder.write(bytes, to: "x")
      try examine()
    }
  }

  /// Arrays as NumPy saves them.
  static func npy(_ folder: ScratchFolder) throws -> FuzzTarget {
    let four: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]
    let examine = try ArraySeeds.examine("npy", folder)
    let shapes: [String] = [
      "()", "(0,)", "(3)", "(4, 4)", "(-1,)", "(4611686018427387904, 4)", "(9223372036854775808,)",
      "(18446744073709551617,)", "(2147483648, 2147483648, 4)", "(1.5,)",
      "(" + String(repeating: "1,", count: 70) + ")",
    ]
    let marked: [[UInt8]] = [
      [], Array("\u{93}NUMPY".utf8), [0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255],
      [0x93] + Array("NUMPY".utf8) + [4, 0, 1, 0, 32],
    ]
    let refused: [[UInt8]] = shapes.map { ArraySeeds.npy("<f4", $0, four) } + marked
    return FuzzTarget(
      name: "npy",
      valid: [
        ArraySeeds.npy("<f4", "(2, 2)", four), ArraySeeds.npy(">f8", "(1,)", ArraySeeds.one),
        ArraySeeds.npy("|u1", "(2, 3)", [1, 2, 3, 4, 5, 6]), ArraySeeds.npy("<i8", "(2,)", four),
        ArraySeeds.npy("<u2", "(2, 2, 2)", four), ArraySeeds.npy("|b1", "(4,)", [0, 1, 1, 0]),
        ArraySeeds.npy("<f4", "(4,)", four, fortran: "True"),
        ArraySeeds.npy(header: "{\"shape\":(4,),'fortran_order':False,'descr':'<i4'}", version: 3, four),
      ],
      refused: refused + [
        ArraySeeds.npy("<f4", "(2, 2)", four, fortran: "True"),
        ArraySeeds.npy("<c8", "(2,)", four), ArraySeeds.npy("|O", "(2,)", four), ArraySeeds.npy("\n\n", "(2,)", four),
        ArraySeeds.npy(String(repeating: "\u{301}", count: 9000), "(2,)", four),
        ArraySeeds.npy(header: "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", four),
        ArraySeeds.npy(header: "{'descr': " + String(repeating: "[", count: 60_000), four),
        ArraySeeds.npy(header: String(repeating: "{", count: 60_000), four), ArraySeeds.npy(header: "{}", four),
        ArraySeeds.npy("<f4", "(1,)", [0, 0, 192, 127]),
      ], codes: [.data]
    ) { bytes in
      try folder.write(bytes, to: "x")
      try examine()
    }
  }

  /// gzip as it comes from outside.
  static func gzip(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("idx", folder)
    let long = [UInt8](repeating: 7, count: 3000)
    let members = ArraySeeds.idx([2, 3000], long + long)
    // A gigabyte would do the same, and takes longer to make.
    let bomb = ArraySeeds.gzip(ArraySeeds.idx([4], [UInt8](repeating: 0, count: 1 << 24)))
    let zeros = ArraySeeds.gzip([UInt8](repeating: 0, count: 1 << 24))
    let huge = ArraySeeds.gzip(ArraySeeds.idx([1 << 31, 1 << 20], [UInt8](repeating: 0, count: 1 << 18)))
    return FuzzTarget(
      name: "gzip",
      valid: ArraySeeds.validIDX.map(ArraySeeds.gzip) + [
        ArraySeeds.gzip(members), ArraySeeds.gzip(Array(members[..<3000])) + ArraySeeds.gzip(Array(members[3000...])),
      ],
      refused: [
        [0x1f, 0x8b], [0x1f, 0x8b] + [UInt8](repeating: 0, count: 30), bomb, zeros, huge, ArraySeeds.gzip([]),
        ArraySeeds.gzip(members) + [0, 1, 2], Array(ArraySeeds.gzip(members).dropLast(4)),
        Array(ArraySeeds.gzip(members).dropLast(4)) + [255, 255, 255, 127],
        Array(repeating: ArraySeeds.gzip([]), count: 2000).flatMap { $0 },
      ], codes: [.data],
      // Where a header states more than there is, what there is comes out: DEFLATE has up to 1032 bytes for each.
      allowance: { 2 * 1032 * $0.count }
    ) { bytes in
      try folder.write(bytes, to: "x")
      try examine()
    }
  }

  /// What gzip holds, intact.
  static func gzipContent(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("idx", folder)
    return FuzzTarget(
      name: "gzip-content", valid: ArraySeeds.validIDX, refused: ArraySeeds.refusedIDX, codes: [.data]
    ) { bytes in
      try folder.write(ArraySeeds.gzip(bytes), to: "x")
      try examine()
    }
  }

  /// zstd as it comes from outside.
  static func zstd(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("idx", folder)
    let content = ArraySeeds.idx([2, 3000], [UInt8](repeating: 7, count: 6000)), frame = ArraySeeds.zstd(content)
    let skipped: [UInt8] = [0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]
    let bomb = ArraySeeds.zstd(ArraySeeds.idx([4], [UInt8](repeating: 0, count: 1 << 24)))
    let huge = ArraySeeds.zstd(ArraySeeds.idx([1 << 31, 1 << 20], [UInt8](repeating: 0, count: 1 << 18)))
    return FuzzTarget(
      name: "zstd",
      valid: ArraySeeds.validIDX.map(ArraySeeds.zstd) + [
        frame, skipped + frame, frame + skipped,
        ArraySeeds.zstd(Array(content[..<3000])) + skipped + ArraySeeds.zstd(Array(content[3000...])),
      ],
      refused: [
        [0x28, 0xb5, 0x2f, 0xfd], [0x28, 0xb5, 0x2f, 0xfd] + [UInt8](repeating: 0, count: 30), skipped, bomb, huge,
        ArraySeeds.zstd([]), frame + [0, 1, 2], Array(frame.dropLast(4)),
        Array(frame.dropLast()) + [frame[frame.count - 1] ^ 1],
        [0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255],
        // A window of 2 GiB, and one of 128 MiB that nothing is in.
        [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0], [0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 1, 0, 0],
        Array(repeating: ArraySeeds.zstd([]), count: 2000).flatMap { $0 },
      ], codes: [.data],
      // A frame may ask for a window of 128 MiB, which is not written to before its content is.
      allowance: { _ in 136 << 20 }
    ) { bytes in
      try folder.write(bytes, to: "x")
      try examine()
    }
  }

  /// What zstd holds, intact.
  static func zstdContent(_ folder: ScratchFolder) throws -> FuzzTarget {
    let examine = try ArraySeeds.examine("idx", folder)
    return FuzzTarget(
      name: "zstd-content", valid: ArraySeeds.validIDX, refused: ArraySeeds.refusedIDX, codes: [.data]
    ) { bytes in
      try folder.write(ArraySeeds.zstd(bytes), to: "x")
      try examine()
    }
  }
}
