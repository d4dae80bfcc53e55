import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

@Suite struct BinaryFormatTests {
  /// The type of an array's features.
  private func element(_ table: Table) -> RawElement? {
    table.features.arrays.first?.element
  }

  @Test func readsIDXOfEveryType() throws {
    let cases: [(UInt8, [UInt8], [Float])] = [
      (0x08, [1, 255], [1, 255]), (0x09, [1, 255], [1, -1]), (0x0b, [1, 0, 255, 254], [256, -2]),
      (0x0c, [0, 1, 0, 0, 255, 255, 255, 255], [65536, -1]), (0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], [1, -2]),
      (0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1, -2]),
    ]
    for (type, bytes, expected) in cases {
      let array = try IDXFile.parse(idx([2], bytes, type: type), file: "a.idx")
      let table = try loaded(array, targets: array)
      #expect(features(table) == expected)
      #expect(try table.targets?.valueTargets(source: table.source) == expected.map(Double.init))
    }
  }

  @Test func readsCompressedIDXAndKeepsBytes() throws {
    let compressed = try #require(
      Data(base64Encoded: "H4sIAAAAAAACA2Ng4GBmYGBggmNGJmYWVjZ2AD/UghYYAAAA"))
    let directory = try TemporaryDirectory()
    try directory.write("x.gz", Array(compressed)).write("y", idx([2], [7, 3]))
    let table = try format(#"{"format": "idx", "features": "x.gz", "targets": "y"}"#).load(in: directory.context)
    #expect(table.featureShape == [2, 2])
    #expect(element(table) == .uint8)
    #expect(features(table) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(try table.targets?.classNames(of: table.source) == ["3", "7"])
    // Two members one after the other are one file.
    #expect(try Gzip.decompress(Array(compressed + compressed), file: "x.gz").count == 48)
    for count in 2..<compressed.count {
      #expect(throws: DataError.self) { try Gzip.decompress(Array(compressed.prefix(count)), file: "x.gz") }
    }
  }

  /// Files that NumPy has written (2.4).
  @Test(arguments: [
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA=",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAD/wAAAAAAAAQAAAAAAAAABACAAAAAAAAEAQAAAAAAAAQBQAAAAAAAA=",
    "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQAAAAAAAAABQAAAAAAAAA=",
  ])
  func readsNumPyFiles(base64: String) throws {
    let bytes = Array(try #require(Data(base64Encoded: base64)))
    let array = try NPYFile.parse(bytes, file: "a.npy")
    #expect(array.shape == [2, 3])
    #expect(features(try loaded(array)) == [0, 1, 2, 3, 4, 5])
  }

  @Test func refusesFortranOrderAndStructures() throws {
    let fortran =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAABAQAAAgD8AAIBAAAAAQAAAoEA="
    let structure =
      "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmNCcpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAA=="
    #expect(throws: DataError.fortranOrder(file: "a.npy")) {
      try NPYFile.parse(Array(try #require(Data(base64Encoded: fortran))), file: "a.npy")
    }
    #expect(throws: DataError.unsupportedNPYType(file: "a.npy", type: "of a structured array")) {
      try NPYFile.parse(Array(try #require(Data(base64Encoded: structure))), file: "a.npy")
    }
  }

  @Test func readsNPYOfSmallTypes() throws {
    let cases: [(String, [UInt8], [Float])] = [
      ("|u1", [3, 200], [3, 200]), ("|b1", [0, 1], [0, 1]), ("|i1", [3, 255], [3, -1]),
      ("<i2", [1, 1, 255, 255], [257, -1]),
      ("<u2", [1, 1, 255, 255], [257, 65535]), (">i2", [1, 0, 255, 254], [256, -2]),
      ("<i4", [1, 0, 1, 0, 255, 255, 255, 255], [65537, -1]),
    ]
    for (type, bytes, expected) in cases {
      let array = try NPYFile.parse(npy(type, "(2,)", bytes), file: "a.npy")
      #expect(features(try loaded(array)) == expected, "\(type)")
    }
  }

  @Test("synthetic bytes are those of the numbers, whatever the noise", arguments: ["0.5", "1", "40", "1e30"])
  func syntheticBytes(noise: String) throws {
    let keys = #""task": "classification", "examples": 20000, "features": 40, "classes": 3, "noise": \#(noise)"#
    let numbers = try format(#"{"format": "synthetic", \#(keys)}"#).load(in: DataContext(baseDirectory: ""))
    let bytes = try format(#"{"format": "synthetic", "element": "uint8", \#(keys)}"#)
      .load(in: DataContext(baseDirectory: ""))
    #expect(element(bytes) == .uint8)
    let expected = features(numbers).map { min(255, max(0, (128 + 24 * $0).rounded())) }
    #expect(features(bytes) == expected)
    // Noise beyond float32 would be infinite numbers.
    let error = #expect(throws: ConfigError.self) {
      try format(#"{"format": "synthetic", "features": 2, "examples": 2, "noise": 1e300}"#)
    }
    #expect(error?.problem.contains("1e+30") == true)
  }

  @Test func syntheticDataAreTheSameEverywhere() throws {
    let keys = #""task": "classification", "examples": 60, "features": [2, 3], "classes": 3"#
    let first = try format(#"{"format": "synthetic", \#(keys)}"#).load(in: DataContext(baseDirectory: ""))
    let again = try format(#"{"format": "synthetic", \#(keys)}"#).load(in: DataContext(baseDirectory: ""))
    let other = try format(#"{"format": "synthetic", \#(keys), "seed": 1}"#).load(in: DataContext(baseDirectory: ""))
    #expect(first.featureShape == [2, 3])
    #expect(features(first) == features(again))
    #expect(features(first) != features(other))
    // Seeds draw from the same clusters: the nearest class mean of one source classifies the other.
    let width = 6, seen = features(first), unseen = features(other)
    var means = [Float](repeating: 0, count: 3 * width)
    for row in 0..<60 { for f in 0..<width { means[row % 3 * width + f] += seen[row * width + f] / 20 } }
    var correct = 0
    for row in 0..<60 {
      let distances = (0..<3).map { c in
        (0..<width).reduce(Float(0)) {
          let d = unseen[row * width + $1] - means[c * width + $1]
          return $0 + d * d
        }
      }
      if distances.firstIndex(of: distances.min() ?? 0) == row % 3 { correct += 1 }
    }
    #expect(correct >= 54)
    let regression = try format(
      #"{"format": "synthetic", "task": "regression", "examples": 4000, "features": 5, "targets": 2, "noise": 0}"#
    ).load(in: DataContext(baseDirectory: ""))
    let values = features(regression).map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    #expect(abs(mean) < 0.03 && abs(deviation - 1) < 0.03)
    #expect(try regression.targets?.valueTargets(source: regression.source).count == 8000)
  }
}
