internal import ArgumentParser
internal import Datasets
internal import Platform
internal import Specs
internal import Training

/// Data for a first config that are no table: two arrays of one file, or rows of pairs.
struct StartingArrays {
  /// The file.
  var file: String
  /// The arrays' names in it, where they are named.
  var features: String?
  var targets: String?

  /// What a file's ending stands for; nil: nothing of this.
  private var format: String? { ArrayListing.format(of: file) ?? (isSparse ? LibSVMFormat.kind : nil) }
  private var isSparse: Bool { [".libsvm", ".svm"].contains { file.lowercased().hasSuffix($0) } }

  /// Whether a file is one of these, by its ending.
  var isMeant: Bool { format != nil }

  func validate(target: String?) throws {
    if target != nil {
      throw ValidationError(
        isSparse
          ? "--target: rows of labels and pairs have one target, their labels; take it out"
          : "--target: an array has no columns; name the arrays with --features and --targets")
    }
    if isSparse, features != nil || targets != nil {
      throw ValidationError(
        "--features, --targets: rows of labels and pairs have one target, their labels; take them out")
    }
  }

  /// What a config says of the source, and what is there.
  ///
  /// - Parameter path: the file's path as the config names it.
  /// - Throws: a sentence; where arrays are to be named, after they were listed.
  func survey(path: String) throws -> (source: ConfigValue, array: ArraySurvey, target: String) {
    var context = DataContext(baseDirectory: "")
    context.hdf5 = .childProcess(environment: PTrain.environment)
    func source(_ path: String, _ members: [ConfigValue.Member]) -> ConfigValue {
      .object([.init("format", .string(format ?? "")), .init("path", .string(path))] + members)
    }
    func read(_ members: [ConfigValue.Member], _ target: String) throws(DataError) -> (
      source: ConfigValue, array: ArraySurvey, target: String
    ) {
      (source(path, members), try ArraySurvey(source(file, members), name: target, in: context), target)
    }
    if isSparse {
      do throws(DataError) {
        return try read([], "label")
      } catch .sparse(_, .zeroIndex) {
        return try read([.init("zero_based", .boolean(true))], "label")
      }
    }
    guard let features, let targets else { throw try listed(context) }
    return try read([.init("features", .string(features)), .init("targets", .string(targets))], targets)
  }

  /// Lists the arrays; what is to be asked then.
  private func listed(_ context: DataContext) throws -> RunError {
    let listing = try ArrayListing(file: file, format: format ?? "", in: context)
    let width = listing.entries.map(\.name.count).max() ?? 0
    let lines = listing.entries.map { entry in
      let shape = entry.shape.isEmpty ? "-" : entry.shape.map(String.init).joined(separator: " × ")
      return entry.name.oneLine + String(repeating: " ", count: max(1, width + 2 - entry.name.count)) + shape
    }
    try StandardOutput.answer((["arrays of \(file.oneLine), rows first"] + lines).joined(separator: "\n"))
    let example = listing.likelyPair.map {
      ", such as --features '\($0.features.excerpt(80))' --targets '\($0.targets.excerpt(80))'"
    }
    return RunError(
      .usage,
      "which arrays are features and targets? name them with --features and --targets\(example ?? "; no two of them look like a pair")"
    )
  }
}
