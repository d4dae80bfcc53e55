internal import Kernels
internal import Specs

/// Data sets of one name in the files of a source, one below the other.
struct HDF5Column {
  struct Part {
    let file: HDF5File
    let dataset: HDF5Dataset
    let conversion: HDF5Conversion
    /// Its first row among all.
    let firstRow: Int
  }

  /// The path in the files.
  let name: String
  let parts: [Part]
  let rows: Int
  /// The shape of all files' rows together.
  let shape: [Int]
  let conversion: HDF5Conversion

  /// - Throws: ``DataError`` where files differ in more than the number of rows.
  init(_ name: String, _ files: [(file: HDF5File, dataset: HDF5Dataset)]) throws(DataError) {
    let first = files[0].file, model = files[0].dataset
    conversion = HDF5Conversion(model.element, model.packing)
    var rows = 0, parts: [Part] = []
    for (file, dataset) in files {
      let own = HDF5Conversion(dataset.element, dataset.packing)
      guard dataset.shape.dropFirst() == model.shape.dropFirst() else {
        throw .hdf5(
          file: file.name,
          .otherShape(
            name, found: Array(dataset.shape.dropFirst()), expected: Array(model.shape.dropFirst()), first: first.name))
      }
      guard own.result == conversion.result, own.resultBytes == conversion.resultBytes,
        own.stored.isText == conversion.stored.isText
      else {
        throw .hdf5(
          file: file.name, .otherType(name, found: own.words, expected: conversion.words, first: first.name))
      }
      parts.append(Part(file: file, dataset: dataset, conversion: own, firstRow: rows))
      let (sum, overflows) = rows.addingReportingOverflow(dataset.rows)
      guard !overflows, HDF5Dataset.product([sum, max(1, model.width), conversion.resultBytes]) != nil else {
        throw .tooLarge(file: file.name, byteCount: .max, available: Memory.byteCount)
      }
      rows = sum
    }
    (self.name, self.parts, self.rows) = (name, parts, rows)
    shape = [rows] + model.shape.dropFirst()
  }

  /// Elements of a row.
  var width: Int { shape.dropFirst().reduce(1, *) }
  var rowBytes: Int { width * conversion.resultBytes }
  /// What a person should know of it.
  var notes: [String] {
    let ignored = Set(parts.flatMap(\.dataset.ignored)).sorted()
    guard !ignored.isEmpty else { return [] }
    let names = ignored.map { "'\($0.excerpt(40))'" }.joined(separator: ", ")
    return ["dataset '\(name.excerpt(80))': values outside its \(names) are read as they are, not as missing ones"]
  }
  var isText: Bool { conversion.stored.isText }
}

extension HDF5Conversion {
  /// What elements become, in words.
  var words: String { stored.isText ? "text of \(stored.byteCount) bytes" : result.rawValue }
}
