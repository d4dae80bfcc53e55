internal import Networks
package import Specs

/// A loss as a word: its kind, or kind and main parameter, like `quantile:0.9`, `huber:2` or `tweedie:1.3`.
///
/// The main parameter is the kind's first key that is a number or a list of numbers.
package enum LossWord {
  /// The loss as an object of the config.
  ///
  /// - Parameter option: what names the word in errors.
  /// - Throws: ``ConfigError`` of exit code 64 where it is none.
  package static func value(_ word: String, option: String) throws(ConfigError) -> ConfigValue {
    let registry = LossRegistry.standard
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let kind = parts[0], type = ConfigValue.Member("type", .string(kind))
    guard registry.kind(named: kind) != nil else {
      throw ConfigError(
        "\(option): unknown loss '\(kind.excerpt(60))'; \(NearestName.hint(kind, among: registry.kinds))",
        exitCode: .usage)
    }
    guard parts.count > 1 else { return .object([type]) }
    guard let number = Double(parts[1]), number.isFinite else {
      throw ConfigError(
        "\(option): '\(word.excerpt(60))': expected a number behind the colon, like quantile:0.9 or huber:2",
        exitCode: .usage)
    }
    let fields = FieldReader(describing: "loss")
    _ = try registry.make(kind, from: fields, path: "loss.type")
    for property in fields.properties {
      switch property.schema {
      case .number, .integer: return .object([type, .init(property.key, .number(number))])
      case .list(.number): return .object([type, .init(property.key, .array([.number(number)]))])
      default: continue
      }
    }
    throw ConfigError(
      "\(option): '\(word.excerpt(60))': the loss '\(kind)' has no parameter that is a number; give its name alone",
      exitCode: .usage)
  }
}
