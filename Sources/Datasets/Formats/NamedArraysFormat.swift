package import Specs

/// A file that holds arrays by name.
package protocol NamedArrayFile {
  /// The word in the config.
  static var kind: String { get }
  static var summary: String { get }
  static var examples: [String] { get }
  /// What such files call an array.
  static var noun: String { get }

  /// Opens a file.
  ///
  /// - Throws: ``DataError`` where it is none of this kind.
  init(_ file: String, in context: DataContext) throws(DataError)

  /// - Parameter mayMap: whether the elements may stay in their file.
  func array(_ name: String, in context: DataContext, mayMap: Bool) throws(DataError) -> NumericArray
}

/// Arrays of one file that holds them by name.
package struct NamedArraysFormat<File: NamedArrayFile>: DataFormat {
  package static var kind: String { File.kind }
  package static var summary: String { File.summary }
  package static var examples: [String] { File.examples }
  package static var pathKeys: [String] { ["path"] }

  package var path: String
  package var arrays: ArrayNames

  package var hasTargets: Bool { arrays.targets != nil }

  package init(from fields: FieldReader) throws(ConfigError) {
    path = try fields.text("path", "the file")
    arrays = try ArrayNames(from: fields, noun: File.noun)
  }

  package func read(into sink: DataSink) throws(DataError) {
    let context = sink.context, file = try File(path, in: context)
    try arrays.fill(sink) { name, mayMap throws(DataError) in try file.array(name, in: context, mayMap: mayMap) }
  }
}
