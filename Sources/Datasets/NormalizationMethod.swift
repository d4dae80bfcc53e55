internal import Specs

/// How features are brought to a common scale.
package enum NormalizationMethod: Sendable, Equatable {
  /// As they are.
  case none
  /// Mean 0 and standard deviation 1.
  case standard
  /// Smallest value 0, largest 1.
  case minmax
  /// Times a constant.
  case scale(Double)

  /// Reads the key `normalize`.
  init(_ value: ConfigValue, path: String) throws(ConfigError) {
    switch value {
    case .string("none"): self = .none
    case .string("standard"): self = .standard
    case .string("minmax"): self = .minmax
    case .string(let name):
      throw ConfigError(
        "unknown value '\(name)'; \(NearestName.hint(name, among: Self.names)) or {\"scale\": number}", path: path)
    case .object:
      let (scale, _) = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
        try fields.number("scale", in: .positive, "what every feature is multiplied with")
      }
      // Features are float32: a factor that is 0 or infinite there would erase them.
      guard Float(scale).isNormal else {
        throw ConfigError(
          "expected a number from 1.2e-38 to 3.4e+38, as float32 holds it, found \(value["scale"]?.excerpt ?? "none")",
          path: path + ".scale")
      }
      self = .scale(scale)
    default:
      throw ConfigError(
        "expected one of \(Self.names.joined(separator: ", ")) or {\"scale\": number}, found \(value.kindName) (\(value.excerpt))",
        path: path)
    }
  }

  static let names = ["none", "standard", "minmax"]

  static func schema(path: String) throws(ConfigError) -> Schema {
    let reader = FieldReader(describing: path)
    _ = try reader.number("scale", in: .positive, "what every feature is multiplied with")
    return .anyOf([.names(names), .object(reader.properties)])
  }
}
