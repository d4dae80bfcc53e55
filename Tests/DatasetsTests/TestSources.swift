import Foundation
import Specs

@testable import Datasets

/// A directory of its own for one test, removed with this object.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var context: DataContext { DataContext(baseDirectory: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> Self {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    return self
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> Self { try write(name, Array(text.utf8)) }
}

/// The value that a JSON text stands for.
func json(_ text: String) throws -> ConfigValue { try ConfigValue.parse(Data(text.utf8), file: "test.json") }

func format(_ text: String) throws -> any DataFormat {
  try FieldReader.readVariant(try json(text), DataFormatRegistry.standard, tag: "format", path: "data.train").0
}

func section(_ text: String) throws -> DataSection {
  try FieldReader.readObject(try json(text), path: "data") { fields throws(ConfigError) in
    try DataSection(from: fields)
  }.0
}

/// Reads CSV text under the name `t.csv`; `keys` are those of the format besides `path`.
func csv(_ text: String, _ keys: String, trainingColumns: [FeatureColumn] = []) throws -> Table {
  let source = try json(#"{"path": "t.csv", \#(keys)}"#)
  let format = try FieldReader.readObject(source, path: "") { fields throws(ConfigError) in
    try CSVFormat(from: fields)
  }.0
  let training = trainingColumns.isEmpty ? nil : SourceNames(columns: trainingColumns, targets: ["y"])
  return try loaded(format, Array(text.utf8), training: training)
}

/// What CSV text holds.
func loaded(_ format: CSVFormat, _ text: [UInt8], training: SourceNames? = nil) throws(DataError) -> Table {
  let sink = DataSink(DataContext(baseDirectory: "", training: training))
  try CSVReader(format: format, sink: sink).read(text)
  return try sink.table()
}

/// What arrays hold.
func loaded(_ features: NumericArray, targets: NumericArray? = nil) throws(DataError) -> Table {
  let sink = DataSink(DataContext(baseDirectory: ""))
  try sink.fill(features: features, targets: targets)
  return try sink.table()
}

/// An IDX file of bytes.
func idx(_ shape: [Int], _ elements: [UInt8], type: UInt8 = 0x08) -> [UInt8] {
  let extents = shape.flatMap { extent in (0..<4).reversed().map { UInt8(truncatingIfNeeded: extent >> (8 * $0)) } }
  return [0, 0, type, UInt8(shape.count)] + extents + elements
}

/// An NPY file of version 1.
func npy(_ type: String, _ shape: String, _ elements: [UInt8], fortran: Bool = false) -> [UInt8] {
  let header = Array("{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n".utf8)
  return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)] + header + elements
}

func littleEndian(_ values: [Float]) -> [UInt8] {
  values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) } }
}

/// The features of a table as numbers.
func features(_ table: Table) -> [Float] {
  let width = table.featureShape.count
  var values: [Float] = []
  for row in 0..<table.count {
    table.forEachRow(CollectionOfOne(row)) { values += UnsafeBufferPointer(start: $1, count: width).map { Float($0) } }
  }
  return values
}
