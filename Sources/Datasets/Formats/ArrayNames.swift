internal import Specs

/// The names of arrays in one file, by what they are for.
package struct ArrayNames: Sendable {
  package var features: String
  package var targets: String?
  package var sampleWeight: String?

  init(from fields: FieldReader, noun: String) throws(ConfigError) {
    features = try fields.text("features", "the name of the \(noun) of features, rows first")
    targets = try fields.optionalText("targets", "the name of the \(noun) of targets")
    sampleWeight = try fields.optionalText("sample_weight", "the name of the \(noun) of sample weights")
    try Self.requireDifferent(features, targets, sampleWeight, noun, fields)
  }

  /// Refuses one array for two roles.
  static func requireDifferent(
    _ features: String, _ targets: String?, _ sampleWeight: String?, _ noun: String, _ fields: FieldReader
  ) throws(ConfigError) {
    if targets == features {
      throw fields.error(
        "targets", "\(noun) '\(features.excerpt(60))' is also the features; it can be only one of them")
    }
    if let sampleWeight, sampleWeight == features || sampleWeight == targets {
      throw fields.error(
        "sample_weight", "\(noun) '\(sampleWeight.excerpt(60))' is also the features or targets; it can be only one")
    }
  }

  /// - Parameter load: an array by its name, and whether it may stay in its file.
  func fill(
    _ sink: DataSink, load: (_ name: String, _ mayMap: Bool) throws(DataError) -> NumericArray
  ) throws(DataError) {
    func array(_ name: String?) throws(DataError) -> NumericArray? {
      guard let name, sink.context.readsTargets else { return nil }
      return try load(name, false)
    }
    let features = try load(features, true)
    // Data to predict may have bad targets.
    try sink.fill(features: features, targets: try array(targets), sampleWeights: try array(sampleWeight))
  }
}
