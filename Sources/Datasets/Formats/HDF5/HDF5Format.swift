internal import Kernels
package import Specs

/// Data sets of HDF5 files, and of those of NetCDF-4, which are such files.
///
/// The first axis counts the rows. Several files are read as one, along that axis.
package struct HDF5Format: DataFormat {
  package static let kind = "hdf5"
  package static let summary =
    "datasets of HDF5 and NetCDF-4 files: contiguous, or in chunks with deflate, shuffle, fletcher32"
  package static let pathKeys = ["path"]
  package static let examples = [
    #"{"path": "sim.h5", "features": "/grid/x", "targets": "/grid/y"}"#,
    #"{"path": ["a.nc", "run-*.nc"], "features": ["temperature", "pressure"], "targets": "rain", "sample_weight": "w"}"#,
  ]

  package var files: FileSelection
  /// Paths in the files.
  package var features: [String]
  /// Whether features are one array, and keep its shape; else they are columns by name.
  package var isArray: Bool
  package var targets: [String]
  package var sampleWeight: String?

  package var hasTargets: Bool { !targets.isEmpty }

  package init(from fields: FieldReader) throws(ConfigError) {
    files = try fields.files(
      "path", "the file, a pattern like run-*.h5, or a list of these, read as one along the first axis")
    (features, isArray) = try fields.read(
      "features", schema: .anyOf([.text, .list(.text)]), default: nil, example: (["text"], true),
      summary: "the path of a dataset in the file, rows first, or a list of datasets side by side, told apart by name"
    ) { value, path throws(ConfigError) in
      let (names, isOne) = try Self.datasets(value, path)
      return ((names, isOne), value)
    }
    targets = try fields.read(
      "targets", schema: .anyOf([.text, .list(.text)]), default: ([], nil), example: [],
      summary: "the dataset of targets (numbers, or text of a fixed length as classes), or a list of them"
    ) { value, path throws(ConfigError) in (try Self.datasets(value, path).names, value) }
    sampleWeight = try fields.optionalText("sample_weight", "the dataset of sample weights")
    // The same path may begin with a slash or not.
    func contains(_ names: [String], _ name: String) -> Bool { names.contains { Self.bare($0) == Self.bare(name) } }
    for name in targets where contains(features, name) {
      throw fields.error("targets", "dataset '\(name.excerpt(60))' is also a feature; it can be only one of them")
    }
    if let sampleWeight, contains(features + targets, sampleWeight) {
      throw fields.error(
        "sample_weight", "dataset '\(sampleWeight.excerpt(60))' is also a feature or target; it can be only one")
    }
  }

  private static func datasets(
    _ value: ConfigValue, _ path: String
  ) throws(ConfigError) -> (names: [String], isOne: Bool) {
    guard case .array(let entries) = value else { return ([try name(value, path)], true) }
    guard !entries.isEmpty else { throw ConfigError("expected at least one dataset, found an empty list", path: path) }
    var names: [String] = []
    for (index, entry) in entries.enumerated() {
      let own = try name(entry, "\(path)[\(index)]")
      guard !names.contains(where: { bare($0) == bare(own) }) else {
        throw ConfigError("dataset '\(own.excerpt(60))' is named twice", path: "\(path)[\(index)]")
      }
      names.append(own)
    }
    return (names, false)
  }

  /// A path without the slashes that it may be written with or without.
  private static func bare(_ name: String) -> String { name.split(separator: "/").joined(separator: "/") }

  private static func name(_ value: ConfigValue, _ path: String) throws(ConfigError) -> String {
    let name = try FieldReader.text(value, path: path)
    guard !name.isEmpty, !name.unicodeScalars.contains("\0") else {
      throw ConfigError("expected the path of a dataset like \"/grid/x\", found \(value.excerpt)", path: path)
    }
    return name
  }

  package func read(into sink: DataSink) throws(DataError) {
    let source = try HDF5Source(self, sink.context)
    try source.fill(sink)
  }
}
