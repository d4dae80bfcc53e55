import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

@Suite struct SafetensorsTests {
  private func table(_ bytes: [UInt8], features: String = "x", targets: String? = nil) throws -> Table {
    let directory = try TemporaryDirectory()
    try directory.write("d.safetensors", bytes)
    let more = targets.map { #", "targets": "\#($0)""# } ?? ""
    return try format(#"{"format": "safetensors", "path": "d.safetensors", "features": "\#(features)"\#(more)}"#)
      .load(in: directory.context)
  }

  /// A file with a header and data.
  static func file(_ header: String, _ data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) } + text + data
  }

  private static func tensor(_ type: String, _ shape: String, _ from: Int, _ to: Int) -> String {
    #"{"dtype": "\#(type)", "shape": \#(shape), "data_offsets": [\#(from), \#(to)]}"#
  }

  @Test(
    "tensors that the safetensors package has written",
    arguments: [
      ("F64", RawElement.float64), ("F32", .float32), ("F16", .float32), ("BF16", .float32), ("I64", .int64),
      ("I32", .int32), ("I16", .int16), ("U16", .uint16), ("I8", .int8), ("U8", .uint8), ("BOOL", .uint8),
    ])
  func written(_ type: String, _ element: RawElement) throws {
    let table = try table(try GoldenFile.bytes("types.safetensors"), features: type, targets: "y")
    let numbers = GoldenFile.numbers(24, isSigned: !type.hasPrefix("U") && type != "BOOL")
    #expect(features(table) == (type == "BOOL" ? numbers.map { $0.truncatingRemainder(dividingBy: 2) } : numbers))
    #expect(table.featureShape == [4] && table.features.arrays[0].element == element)
    let targets = GoldenFile.numbers(6, isSigned: false).map(Double.init)
    #expect(try table.targets?.valueTargets(source: table.source) == targets)
  }

  @Test("floats of 16 bits are the numbers that they stand for")
  func halves() throws {
    func bits(_ values: [UInt16]) -> [UInt8] { values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }
    // All that are finite.
    let halves = (0...UInt16.max).filter { $0 & 0x7c00 != 0x7c00 }
    let table = try table(
      Self.file(#"{"x": \#(Self.tensor("F16", "[\(halves.count)]", 0, 2 * halves.count))}"#, bits(halves)))
    let expected = halves.map { half -> Float in
      let exponent = Int(half >> 10 & 31), fraction = Float(half & 1023)
      let magnitude =
        exponent == 0
        ? fraction * 0x1p-24 : (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
      return half & 0x8000 == 0 ? magnitude : -magnitude
    }
    #expect(features(table) == expected)
    let wide: [UInt16] = [0x3f80, 0xc000, 0x7f7f, 0x0080, 0]
    let other = try self.table(Self.file(#"{"x": \#(Self.tensor("BF16", "[5]", 0, 10))}"#, bits(wide)))
    #expect(features(other).map(\.bitPattern) == wide.map { UInt32($0) << 16 })
    for (type, value) in [("F16", 0x7c00), ("BF16", 0xff80), ("F16", 0x7e00), ("BF16", 0x7fc0)] as [(String, UInt16)] {
      let error = #expect(throws: DataError.self) {
        try self.table(Self.file(#"{"x": \#(Self.tensor(type, "[1]", 0, 2))}"#, bits([value])))
      }
      let isMissing = value & 0x7f != 0 || value == 0x7e00
      #expect(error?.sentence.contains(isMissing ? "missing value" : "infinite") == true, "\(error?.sentence ?? "")")
    }
  }

  @Test("tensors of a large file are mapped, and are the same", arguments: ["U8", "F32", "F16"], [0, 1])
  func mapped(_ type: String, _ shift: Int) throws {
    let rows = 37, width = 5, size = ["U8": 1, "F32": 4, "F16": 2][type] ?? 0, count = rows * width * size
    let elements =
      type == "F32"
      ? littleEndian((0..<rows * width).map { Float($0 % 97) / 7 })
      : (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) & 0x3f }
    let y = (0..<rows).map { UInt8($0 % 3) }
    var header =
      #"{"x": \#(Self.tensor(type, "[\(rows), \(width)]", 0, count)), "y": \#(Self.tensor("U8", "[\(rows)]", count, count + rows))}"#
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8 + shift)
    let directory = try TemporaryDirectory()
    try directory.write("d", Self.file(header, elements + y))
    func prepare(_ mapping: String) throws -> DataPreparation {
      try section(
        #"{"train": {"format": "safetensors", "path": "d", "features": "x", "targets": "y"}, "mapping": "\#(mapping)", "normalize": "standard"}"#
      ).prepare(in: directory.context, targets: .classes, seed: 1)
    }
    let mapped = try prepare("always"), copied = try prepare("never")
    #expect(mapped.layout.mapped.map(\.file) == (type == "U8" || (type == "F32" && shift == 0) ? ["d"] : []))
    #expect(mapped.description == copied.description && mapped.layout.copied == copied.layout)
    var pieces: [[UInt8]] = []
    for preparation in [mapped, copied] {
      var bytes: [UInt8] = []
      preparation.makePreparedData().forEachPiece { bytes += $0 }
      pieces.append(bytes)
    }
    #expect(pieces[0] == pieces[1] && !pieces[0].isEmpty)
  }

  static let refused: [([UInt8], String)] = [
    (
      [1, 2, 3], "the safetensors file cannot be used (the file has 3 bytes, too few for a header); save it again with"
    ),
    (file("{}", length: .max), "the header claims 18446744073709551615 bytes, the file has 10"),
    (file("[]"), "the header is not an object"), (file("{"), "the header is not valid JSON"),
    (file("{}", [1]), "the tensors have 0 bytes, the file has 1 bytes of data"),
    (file(#"{"x": 1}"#), "tensor 'x' has type none, expected text"),
    (file(#"{"x": \#(tensor("F32", "[2]", 0, 8))}"#, [0, 0, 0, 0]), "tensor 'x' lies outside the file"),
    (file(#"{"x": \#(tensor("F32", "[2]", 0, 4))}"#, [0, 0, 0, 0]), "tensor 'x' has 2 elements but 4 bytes"),
    (
      file(#"{"x": \#(tensor("F32", "[4294967296, 4294967296]", 0, 4))}"#, [0, 0, 0, 0]),
      "tensor 'x' has more elements than the file has bytes"
    ),
    (
      file(#"{"x": \#(tensor("F4", "[4294967296, 4294967296]", 0, 4))}"#, [0, 0, 0, 0]),
      "tensor 'x' has more elements than the file has bytes"
    ),
    (file(#"{"x": \#(tensor("U8", "[1]", 1, 2))}"#, [0, 0]), "tensor 'x' begins at byte 1 of the data, expected 0"),
    (
      file(#"{"x": \#(tensor("U8", "[2]", 0, 2)), "y": \#(tensor("U8", "[2]", 1, 3))}"#, [0, 0, 0]),
      "tensor 'y' begins at byte 1 of the data, expected 2"
    ),
    (
      file(#"{"x": \#(tensor("U8", "[1]", 0, 1)), "x": \#(tensor("U8", "[1]", 1, 2))}"#, [0, 0]),
      "the header is not valid JSON"
    ),
    (
      file(#"{"x": \#(tensor("U32", "[1]", 0, 4))}"#, [0, 0, 0, 0]),
      "d.safetensors, tensor 'x': safetensors element type U32 cannot be used; convert the tensor to one of: F32 F64 F16"
    ),
    (file(#"{"x": \#(tensor("F4", "[2]", 0, 1))}"#, [0]), "safetensors element type F4 cannot be used"),
    (
      file(#"{"x": \#(tensor("U8", "[]", 0, 1))}"#, [0]),
      "d.safetensors, tensor 'x': the array of shape () holds no data"
    ),
    (
      file(#"{"x": \#(tensor("U8", "[0, 3]", 0, 0))}"#),
      "d.safetensors, tensor 'x': the array of shape 0×3 holds no data"
    ),
    (
      file(#"{"X": \#(tensor("U8", "[1]", 0, 1))}"#, [0]),
      "d.safetensors: has no tensor 'x'; did you mean 'X'? known: X"
    ),
    (file("{}"), "d.safetensors: has no tensor 'x'; known: "),
    (Array("a,b\n1,2\n".utf8), #"is not a safetensors file but text; read a table of text with "format": "csv""#),
    ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0, 0], "is a file inside gzip; decompress it"),
    (npy("|u1", "(1,)", [1]), #"is a NumPy array (NPY); read it with "format": "npy""#),
    (
      ZipWriter(entries: [.init("x.npy", [1])]).bytes,
      #"is an archive of NumPy arrays (NPZ); read it with "format": "npz""#
    ),
  ]

  @Test("what cannot be used is told in a sentence", arguments: refused)
  func refuses(_ bytes: [UInt8], _ says: String) throws {
    let error = #expect(throws: DataError.self) { try table(bytes) }
    #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "accepted")")
    #expect(error?.exitCode == (says.contains("has no tensor") ? .config : .data))
    #expect((error?.sentence.utf8.count ?? 0) < 400)
  }

  @Test("a file is told by its first bytes, whatever the length of its header")
  func signature() throws {
    for count in 300...420 {
      let header = #"{"x": \#(Self.tensor("U8", "[1]", 0, 1))}"#
      let bytes = Self.file(header + String(repeating: " ", count: count - header.utf8.count), [7])
      #expect(FileSignature.of(bytes)?.noun == "a safetensors file", "\(count)")
      #expect(features(try table(bytes)) == [7])
    }
  }

  @Test("a file that ends early is refused, wherever it does")
  func cut() throws {
    let bytes = try GoldenFile.bytes("types.safetensors")
    for count in stride(from: 0, to: bytes.count, by: 3) {
      #expect(throws: DataError.self, "\(count)") { try table(Array(bytes.prefix(count)), features: "F32") }
    }
  }
}
