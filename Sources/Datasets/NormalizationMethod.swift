package import Specs

/// How features are brought to a common scale.
package enum NormalizationMethod: Sendable, Equatable {
  /// As they are.
  case none
  /// Mean 0 and standard deviation 1.
  case standard
  /// Smallest value 0, largest 1.
  case minmax
  /// Median 0, the quartiles 1 apart, and smoothly kept within ±3.
  case robust
  /// The logarithms of numbers above 0, of mean 0 and standard deviation 1.
  case log
  /// The logarithms of 1 + x, of numbers above −1; of mean 0 and standard deviation 1.
  case log1p
  /// Ranks in the training part, as numbers of a normal distribution.
  case quantile
  /// Times a constant.
  case scale(Double)

  private static let named: [(name: String, method: NormalizationMethod)] = [
    ("none", .none), ("standard", .standard), ("minmax", .minmax), ("robust", .robust), ("log", .log),
    ("log1p", .log1p),
    ("quantile", .quantile),
  ]

  static var names: [String] { named.map(\.name) }

  /// What each does, for summaries of keys.
  package static let words =
    "standard (mean 0, deviation 1), minmax (0 to 1), robust (median 0, quartiles 1 apart, smoothly kept within 3), log and log1p "
    + "(logarithms of x and 1 + x, then standard), quantile (ranks as normal numbers), none or {\"scale\": factor}"

  /// Whether it is no more than a shift and a scale, the same for all numbers of a feature.
  var isAffine: Bool {
    switch self {
    case .none, .standard, .minmax, .scale: true
    case .robust, .log, .log1p, .quantile: false
    }
  }

  var isScale: Bool { if case .scale = self { true } else { false } }

  /// The method as configs state it.
  package var configValue: ConfigValue {
    if case .scale(let factor) = self { return .object([.init("scale", .number(factor))]) }
    return .string(name)
  }

  /// Its name, as messages have it.
  var name: String { Self.named.first { $0.method == self }?.name ?? "scale" }

  /// Reads the value of a key like `normalize`.
  package init(_ value: ConfigValue, path: String) throws(ConfigError) {
    switch value {
    case .string(let name):
      guard let known = Self.named.first(where: { $0.name == name }) else {
        throw ConfigError(
          "unknown value '\(name)'; \(NearestName.hint(name, among: Self.names)) or {\"scale\": number}", path: path)
      }
      self = known.method
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

  /// Reads a key that may be left out.
  package static func optional(
    _ key: String, _ summary: String, _ fields: FieldReader
  ) throws(ConfigError) -> NormalizationMethod? {
    try fields.read(
      key, schema: try schema(path: fields.pathOf(key)), default: (nil, nil), example: nil, summary: summary
    ) { value, path throws(ConfigError) in
      (try NormalizationMethod(value, path: path), value)
    }
  }

  package static func schema(path: String) throws(ConfigError) -> Schema {
    let reader = FieldReader(describing: path)
    _ = try reader.number("scale", in: .positive, "what every feature is multiplied with")
    return .anyOf([.names(names), .object(reader.properties)])
  }
}
