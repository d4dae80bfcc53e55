package import Specs

/// A kind of data source: the keys that name its files, and how its rows are read.
package protocol DataFormat: Spec {
  /// Whether the source names targets. Prediction does without, training does not.
  var hasTargets: Bool { get }
  /// The keys that name files; the config of a run holds these paths whole.
  static var pathKeys: [String] { get }
  /// The marks for missing values that the source names; nil: none.
  var missingValues: MissingMarks? { get }
  /// Reads all rows: tells the sink the source's fields, then hands over their rows in blocks.
  ///
  /// - Throws: ``DataError`` naming file, row and column.
  func read(into sink: DataSink) throws(DataError)
}

extension DataFormat {
  package var missingValues: MissingMarks? { nil }

  /// All rows, checked, in the order of the training source's features.
  ///
  /// - Throws: ``DataError`` naming file, row and column.
  package func load(in context: DataContext) throws(DataError) -> Table {
    let sink = DataSink(context)
    try read(into: sink)
    return try sink.table()
  }
}

/// The data formats that config.json can name. New format: one file beside this one, one line below.
package typealias DataFormatRegistry = Registry<any DataFormat.Type, any DataFormat>

extension DataFormatRegistry {
  package static var standard: DataFormatRegistry { standardFormats }
}

private let standardFormats = DataFormatRegistry(
  "data format",
  [
    CSVFormat.self,
    IDXFormat.self,
    NPYFormat.self,
    SyntheticFormat.self,
  ],
  later: ["npz", "cifar10", "images", "text", "tokens", "parquet", "hdf5", "libsvm", "safetensors"],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
