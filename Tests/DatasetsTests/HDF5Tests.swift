import Foundation
import Glibc
import Kernels
import Specs
import Testing

@testable import Datasets

/// HDF5 files that h5py has written, read as h5py reads them. The HDF5 library describes them in this process.
@Suite struct HDF5Tests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Golden"

  private static func context(_ directory: String = golden) -> DataContext {
    var context = DataContext(baseDirectory: directory)
    context.hdf5 = .inProcess
    return context
  }

  private static func table(_ keys: String, _ context: DataContext = context()) throws -> Table {
    try format(#"{"format": "hdf5", \#(keys)}"#).load(in: context)
  }

  private static func doubles(_ table: Table) -> [Double] {
    var values: [Double] = []
    table.forEachRow(0..<table.count) {
      values += UnsafeBufferPointer(start: $1, count: table.featureShape.count)
    }
    return values
  }

  private static func bits(_ values: [Double]) -> [UInt64] { values.map { $0.isNaN ? .max : $0.bitPattern } }

  /// Each file, the shape of a row, the type its elements have.
  static let files: [(name: String, shape: Shape, element: RawElement)] = [
    ("contiguous", [3], .float32), ("float64", [3], .float64), ("big-endian", [3], .float64),
    ("big-endian-chunks", [3], .int16), ("edges", [7], .float32), ("plain-chunks", [7], .float64),
    ("fletcher32", [3], .float32), ("odd-fletcher32", [3], .uint8), ("images", [5, 4], .uint8),
    ("vector", [1], .float32),
    ("type-i1", [2], .int8), ("type-i2", [2], .int16), ("type-u2", [2], .uint16), ("type-i4", [2], .int32),
    ("type-u4", [2], .int64), ("type-i8", [2], .int64), ("type-u8", [2], .int64), ("type-f2", [2], .float32),
    ("type-bool", [2], .int8), ("missing", [6], .float32), ("zeros", [6], .int32), ("mask", [4], .float32),
    ("compact", [3], .float64), ("user-block", [3], .float64), ("user-block-contiguous", [3], .float64),
    ("one-chunk", [3], .float64), ("fixed-array", [3], .float64), ("extensible-array", [3], .float64),
    ("tree-2", [3], .float64), ("implicit", [3], .float32), ("packed", [4], .float64), ("marked", [2], .float32),
    ("unsigned", [2], .float32), ("seconds", [1], .float64),
    ("part-0", [3], .float32), ("part-1", [3], .float32), ("part-2", [3], .float32),
  ]

  @Test("as h5py reads it, to the bit", arguments: files)
  func equal(_ name: String, _ shape: Shape, _ element: RawElement) throws {
    var context = Self.context()
    // Rows with missing values stay.
    context.canDropRows = false
    let sink = DataSink(context)
    try format(#"{"format": "hdf5", "path": "\#(name).h5", "features": "x"}"#).read(into: sink)
    let array = try sink.array(0), count = sink.contents[0].rows
    #expect(sink.fields[0].shape == shape && array.element == element)
    let base = array.bytes.start + array.offset
    let values = withExtendedLifetime(array.bytes) {
      (0..<count * array.width).map { array.element.value(at: base + $0 * array.element.byteCount) }
    }
    #expect(Self.bits(values) == Self.bits(try Self.golden(name)))
  }

  /// The numbers of an NPY file of float64, NaN included.
  private static func golden(_ name: String) throws -> [Double] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(golden)/\(name).npy")))
    let array = try NPYFile.parse(bytes, file: name)
    let base = array.bytes.start + array.offset
    return (0..<array.rows * array.width).map { array.element.value(at: base + 8 * $0) }
  }

  @Test("any number of workers reads the same", arguments: [1, 2, 3, 7])
  func workers(_ workers: Int) throws {
    for name in ["edges", "plain-chunks", "missing", "big-endian", "part-2"] {
      var context = Self.context()
      context.threads = workers
      let file = try HDF5File(name + ".h5", in: context)
      let text = Array(HDF5Inspection.describe(file.path, ["x"]).utf8)
      let description = try HDF5Description(text, of: ["x"], file: name, byteCount: file.byteCount)
      let column = try HDF5Column("x", [(file, description.datasets[0])])
      let bytes = try HDF5Reader(context).read(column)
      let values = bytes.withUnsafeBytes { bytes in
        bytes.baseAddress.map { base in
          (0..<column.rows * column.width).map {
            column.conversion.result.value(at: base + $0 * column.conversion.resultBytes)
          }
        }
      }
      #expect(values.map(Self.bits) == Self.bits(try Self.golden(name)), "\(name)")
    }
  }

  @Test("several files are one, by a list or a pattern, whatever their layout and byte order")
  func several() throws {
    var whole: [Double] = []
    for part in 0..<3 { whole += try Self.golden("part-\(part)") }
    for path in [#"["part-0.h5", "part-1.h5", "part-2.h5"]"#, #""part-*.h5""#, #"["part-0.h5", "part-[12].h5"]"#] {
      guard !path.contains("[12]") else {
        #expect(throws: DataError.self) { try Self.table(#""path": \#(path), "features": "x""#) }
        continue
      }
      let table = try Self.table(#""path": \#(path), "features": "x", "targets": "y""#)
      #expect(Self.doubles(table) == whole && table.count == 16)
      guard case .numbers(let targets, _)? = table.targets else {
        Issue.record("targets are numbers")
        continue
      }
      #expect(targets == [0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 2])
    }
  }

  @Test("datasets side by side are columns by the last parts of their names; text is classes")
  func groups() throws {
    let keys =
      #""path": "groups.h5", "features": ["/deep/in/a", "deep/in/b"], "targets": "y", "sample_weight": "deep/in/w""#
    let table = try Self.table(keys)
    #expect(
      table.columns.map(\.name) == ["a", "b"] && table.columns.map(\.width) == [1, 2] && table.naming == .header)
    let expected: [Double] = [0, 0, 1, 1, 2, 3, 2, 4, 5, 3, 6, 7, 4, 8, 9, 5, 10, 11]
    #expect(Self.doubles(table) == expected)
    guard case .text(let codes, let labels, _)? = table.targets else {
      Issue.record("targets are text")
      return
    }
    #expect(codes.map { labels[Int($0)] } == ["cat", "dog", "cat", "ox", "größe", "dog"])
    #expect(table.sampleWeights?.first == 0.5 && table.sampleWeights?.last == 1)
    // As another source has them in another order.
    let names = SourceNames(columns: [table.columns[1], table.columns[0]])
    var context = Self.context()
    context.training = names
    #expect(Self.doubles(try Self.table(keys, context)).prefix(3) == [0, 1, 0])
    #expect(Self.doubles(try Self.table(#""path": "groups.h5", "features": "soft""#)) == [0, 1, 2, 3, 4, 5])
  }

  @Test("blanks around classes do not count, and marks for missing ones leave their rows out where that is wanted")
  func missingClasses() throws {
    var context = Self.context()
    context.missing.policy = .dropRow
    let table = try Self.table(#""path": "marks.h5", "features": "x", "targets": "y""#, context)
    guard case .text(let codes, let labels, _)? = table.targets else {
      Issue.record("targets are text")
      return
    }
    #expect(codes.map { labels[Int($0)] } == ["cat", "cat", "dog"] && Self.doubles(table) == [0, 1, 5])
    #expect(table.dropped.rows == [2, 3, 4])
  }

  @Test("what is not heeded or rounded is said")
  func notes() throws {
    #expect(
      try Self.table(#""path": "unsigned.h5", "features": "x""#, Self.dropping).notes
        == ["dataset 'x': values outside its 'valid_range' are read as they are, not as missing ones"])
    let rounded = try Self.table(#""path": "attributes.h5", "features": "great""#).notes
    #expect(rounded.count == 1 && rounded[0].contains("beyond 9007199254740992 (2^53) are rounded"), "\(rounded)")
    #expect(try Self.table(#""path": "raw-edges.h5", "features": "whole""#).count == 8)
    #expect(try Self.table(#""path": "marked.h5", "features": "x""#, Self.dropping).notes.isEmpty)
  }

  private static var dropping: DataContext {
    var context = context()
    context.missing.policy = .dropRow
    return context
  }

  @Test("one dataset has one role, with a slash in front or not")
  func roles() {
    for keys in [
      #""features": "x", "targets": "/x""#, #""features": ["a", "/a"]"#, #""features": "x", "sample_weight": "/x/""#,
    ] {
      #expect(throws: ConfigError.self) { try format(#"{"format": "hdf5", "path": "x.h5", \#(keys)}"#) }
    }
  }

  @Test("one contiguous dataset in this machine's byte order is mapped; others are copied")
  func mapping() throws {
    for (name, isMapped) in [
      ("contiguous", true), ("float64", true), ("user-block-contiguous", true), ("big-endian", false), ("edges", false),
    ] {
      var context = Self.context()
      context.mapping = .always
      let sink = DataSink(context)
      try format(#"{"format": "hdf5", "path": "\#(name).h5", "features": "x", "targets": "y"}"#).read(into: sink)
      #expect((try sink.array(0).bytes.file != nil) == isMapped, "\(name)")
      #expect(Self.bits(Self.doubles(try sink.table())) == Self.bits(try Self.golden(name)), "\(name)")
    }
  }

  @Test("what cannot be read is said by name", arguments: HDF5Refusal.all)
  func refused(_ refusal: HDF5Refusal) throws {
    let error = #expect(throws: DataError.self) { try Self.table(refusal.keys) }
    #expect(error?.sentence.contains(refusal.says) == true, "\(error?.sentence ?? "nothing")")
    #expect(error?.exitCode == refusal.code, "\(error?.sentence ?? "nothing")")
  }

  @Test("a file cut anywhere is refused or read, without a trap")
  func cut() throws {
    let folder = try TemporaryDirectory()
    for name in ["edges", "contiguous", "fletcher32"] {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Self.golden)/\(name).h5")))
      // What was described is not what is there.
      let text = HDF5Inspection.describe("\(Self.golden)/\(name).h5", ["x"])
      var context = Self.context(folder.path)
      context.hdf5 = HDF5Describer { paths, _, _ in .init(texts: paths.map { _ in Array(text.utf8) }) }
      for length in stride(from: 0, to: bytes.count, by: 211) {
        try folder.write("x.h5", Array(bytes.prefix(length)))
        _ = try? Self.table(#""path": "x.h5", "features": "x""#, context)
      }
    }
  }

  @Test("a byte of a chunk changed: the checksum tells")
  func checksum() throws {
    let folder = try TemporaryDirectory()
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Self.golden)/odd-fletcher32.h5")))
    let text = HDF5Inspection.describe("\(Self.golden)/odd-fletcher32.h5", ["x"])
    let description = try HDF5Description(Array(text.utf8), of: ["x"], file: "x", byteCount: bytes.count)
    guard case .chunked(let chunks) = description.datasets[0].storage else {
      Issue.record("it is in chunks")
      return
    }
    bytes[chunks.stored[1].address + 2] ^= 1
    try folder.write("x.h5", bytes)
    let error = #expect(throws: DataError.self) {
      try Self.table(#""path": "x.h5", "features": "x""#, Self.context(folder.path))
    }
    #expect(error?.sentence.contains("the checksum of a chunk differs") == true)
  }

  @Test("the checksum of Fletcher has the values of HDF5's own")
  func fletcher() {
    // H5_checksum_fletcher32 of these bytes.
    for (bytes, sum): ([UInt8], UInt32) in [
      ([], 0), ([1], 0x0100_0100), ([1, 2], 0x0102_0102), ([1, 2, 3, 4], 0x0508_0406),
    ] {
      #expect(
        bytes.withUnsafeBytes { HDF5Pipeline.fletcher32($0.baseAddress ?? UnsafeRawPointer(bitPattern: 8)!, $0.count) }
          == sum)
    }
  }
}

/// A data set that is refused, and what is said.
struct HDF5Refusal: Sendable, CustomTestStringConvertible {
  var keys: String
  var says: String
  var code = ExitCode.data
  var testDescription: String { keys }

  private static func x(_ name: String, _ says: String) -> HDF5Refusal {
    HDF5Refusal(keys: #""path": "refused.h5", "features": "\#(name)""#, says: says)
  }

  private static func y(_ name: String, _ says: String) -> HDF5Refusal {
    HDF5Refusal(keys: #""path": "refused.h5", "features": "y", "targets": \#(name)"#, says: says)
  }

  private static func file(_ name: String, _ keys: String, _ says: String) -> HDF5Refusal {
    HDF5Refusal(keys: #""path": "\#(name).h5", "features": "x"\#(keys.isEmpty ? "" : ", " + keys)"#, says: says)
  }

  private static func attribute(_ name: String, _ says: String) -> HDF5Refusal {
    HDF5Refusal(keys: #""path": "attributes.h5", "features": "\#(name)""#, says: says)
  }

  static let all: [HDF5Refusal] = [
    x("lzf", "is compressed with lzf, which is not read; known: deflate (gzip), shuffle, fletcher32"),
    x("scalar", "holds one value and no rows"), x("empty", "the array of shape 0 holds no data"),
    x("none", "the array of shape 0×3 holds no data"), x("unwritten", "was created and never written to"),
    x("unwritten-chunks", "was created and never written to"),
    x("compound", "elements of type compound cannot be used"),
    x("complex", "elements of type"), x("words", "holds text of any length"),
    x("great", "a number is beyond 9223372036854775807"), x("fixed", "is text, and features are numbers"),
    x("infinite", "row 2 (counted from 0) holds a value that is infinite"),
    x("external", "its data are in an external file"), x("virtual", "is virtual, made of other files' datasets"),
    x("outside", "is a link to another file"),
    x("group", "'group' is a group; give the path of a dataset: /group/inner/x"),
    x("compund", "did you mean '/compound'?"), x("z", "has no dataset 'z'; known: /blank"),
    y(#""latin""#, "the text of row 1 (counted from 0) is not UTF-8"),
    y(#""blank""#, "dataset 'blank': row 1 (counted from 0), column 'target': the cell is empty"),
    file("marks", #""targets": "y""#, "cells that cannot be used (of 6 rows)"),
    file("raw-edges", "", "the chunks at its edges are not compressed"),
    attribute(
      "text", "its attribute 'missing_value' is the text 'none', which cannot be followed; write it as numbers"),
    attribute("fixed", "its attribute '_FillValue' is the text '-'"),
    attribute("list", "its attribute 'scale_factor' is a list of 2 numbers"),
    attribute("long", "its attribute 'missing_value' is a list of 17 numbers"),
    attribute(
      "sign", #"its attribute '_Unsigned' is the text 'maybe', which cannot be followed; write it as "true" or"#),
    HDF5Refusal(
      keys: #""path": ["pair-0.h5", "pair-1.h5"], "features": "x", "targets": "y""#,
      says: "pair-0.h5: dataset 'y': has 2 rows, but pair-0.h5: dataset 'x' has 3"),
    y(#"["fixed", "great"]"#, "is text, and such targets are one alone"), y(#""cube""#, "at most 2 dimensions"),
    y(#""longer""#, "has 5 rows, but refused.h5: dataset 'y' has 4"),
    HDF5Refusal(
      keys: #""path": "refused.h5", "features": "y", "sample_weight": "fixed""#, says: "sample weights are numbers"),
    HDF5Refusal(
      keys: #""path": ["part-0.h5", "edges.h5"], "features": "x""#,
      says: "has shape 7, and in part-0.h5 rows have shape 3"),
    HDF5Refusal(
      keys: #""path": ["part-0.h5", "float64.h5"], "features": "x""#,
      says: "is read as float64, and in part-0.h5 as float32"),
    HDF5Refusal(keys: #""path": "hdf5.py", "features": "x""#, says: "is not an HDF5 file but text"),
    HDF5Refusal(keys: #""path": "edges.npy", "features": "x""#, says: "is a NumPy array (NPY)"),
    HDF5Refusal(keys: #""path": "none.h5", "features": "x""#, says: "no such file", code: .missingInput),
    HDF5Refusal(keys: #""path": "none-*.h5", "features": "x""#, says: "no file fits", code: .missingInput),
  ]
}
