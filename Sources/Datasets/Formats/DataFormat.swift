package import Specs

/// A kind of data source: the keys that name its files, and how its rows are read.
package protocol DataFormat: Spec {
  /// Whether the source names targets. Prediction does without, training does not.
  var hasTargets: Bool { get }
  /// The keys that name files; the config of a run holds these paths whole.
  static var pathKeys: [String] { get }
  /// The marks for missing values that the source names; nil: none.
  var missingValues: MissingMarks? { get }
  /// Reads all rows.
  ///
  /// - Throws: ``DataError`` naming file, row and column.
  func load(in context: DataContext) throws(DataError) -> Table
}

extension DataFormat {
  package var missingValues: MissingMarks? { nil }
}

/// Every data format; a new one is a file beside this one and a line here.
package enum DataFormatRegistry {
  package static let all: [any DataFormat.Type] = [
    CSVFormat.self,
    IDXFormat.self,
    NPYFormat.self,
    SyntheticFormat.self,
  ]

  package static let registry = Registry<any DataFormat>(
    "data format", all.map(entry),
    later: ["npz", "cifar10", "images", "text", "tokens", "parquet", "hdf5", "libsvm", "safetensors"])

  private static func entry(_ format: any DataFormat.Type) -> Registry<any DataFormat>.Entry {
    .init(format.kind, format.summary) { fields throws(ConfigError) in try format.init(from: fields) }
  }
}
