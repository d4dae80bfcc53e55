package import Specs

/// A kind of data source: the keys that name its files, and how its rows are read.
package protocol DataFormat: Spec {
  /// Whether the source names targets. Prediction does without, training does not.
  var hasTargets: Bool { get }
  /// The names of targets that the source states; those that rules of columns name come besides.
  var statedTargets: [String] { get }
  /// The keys that name files; the config of a run holds these paths whole.
  static var pathKeys: [String] { get }
  /// The marks for missing values that the source names; nil: none.
  var missingValues: MissingMarks? { get }
  /// Whether indices of features in its files begin with 0.
  var countsFromZero: Bool { get }
  /// What is done to features where the config does not say it.
  static var defaultNormalization: NormalizationMethod { get }
  /// The files of text that its rows are read from, as the config states them and patterns are found; nil: it is not
  /// read from text.
  func textFiles(in context: DataContext) throws(DataError) -> [String]?
  /// The same source read from another file, as `predict RUN FILE` names one: with its targets and weights, or without
  /// them. nil where a file does not hold all that, or the source has none.
  func reading(_ file: String, withTargets: Bool) -> (any DataFormat)?
  /// Reads all rows: tells the sink the source's fields, then hands over their rows in blocks.
  ///
  /// - Throws: ``DataError`` naming file, row and column.
  func read(into sink: DataSink) throws(DataError)
}

extension DataFormat {
  package var missingValues: MissingMarks? { nil }
  package var countsFromZero: Bool { false }
  package var statedTargets: [String] { [] }
  package static var defaultNormalization: NormalizationMethod { .none }
  package func textFiles(in context: DataContext) throws(DataError) -> [String]? { nil }
  package func reading(_ file: String, withTargets: Bool) -> (any DataFormat)? { nil }

  /// All rows, checked, in the order of the training source's features.
  ///
  /// - Throws: ``DataError`` naming file, row and column.
  package func load(in context: DataContext) throws(DataError) -> Table {
    let sink = DataSink(context)
    do throws(DataError) {
      try read(into: sink)
    } catch .otherFormat(let file, var signature) {
      signature.path = context.resolve(file)
      throw .otherFormat(file: file, signature)
    }
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
    HDF5Format.self,
    IDXFormat.self,
    LibSVMFormat.self,
    NPYFormat.self,
    NPZFormat.self,
    SafetensorsFormat.self,
    SyntheticFormat.self,
    TableFormat.self,
  ],
  later: ["cifar10", "images", "text", "tokens", "parquet"],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
