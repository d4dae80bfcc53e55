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

/// The affine map `x' = (x − shift) · scale`, one pair for all features or one pair per feature.
///
/// It is computed in float32, and in double for features whose range comes near float32's: there `x − shift` is infinite and `scale`
/// subnormal. A scale is a float32 number but there.
package struct Normalization: Sendable, Equatable {
  package var shift: [Float]
  package var scale: [Double]

  package init(shift: [Float], scale: [Double]) {
    precondition(shift.count == scale.count && !shift.isEmpty, "a normalization needs one scale per shift")
    self.shift = shift
    self.scale = scale
  }

  package static let identity = Normalization(shift: [0], scale: [1])
  package var isIdentity: Bool { shift.allSatisfy { $0 == 0 } && scale.allSatisfy { $0 == 1 } }
  /// Whether one pair serves all features.
  package var isUniform: Bool { shift.count == 1 }

  /// The pair for a feature.
  package subscript(feature: Int) -> (shift: Float, scale: Double) {
    isUniform ? (shift[0], scale[0]) : (shift[feature], scale[feature])
  }

  /// Whether a pair takes double: float32 would overflow, or lose the scale.
  private static func isWide(_ shift: Float, _ scale: Double) -> Bool { scale < 0x1p-120 || abs(shift) >= 0x1p100 }

  private var hasWide: Bool { zip(shift, scale).contains { Self.isWide($0, $1) } }

  /// Normalizes rows of `width` values where they stand.
  func apply(to values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    guard !isIdentity else { return }
    guard !hasWide else { return applyWide(to: values, rows: rows, width: width) }
    let scales = scale.map { Float($0) }
    shift.withUnsafeBufferPointer { shift in
      scales.withUnsafeBufferPointer { scale in
        if isUniform {
          let shift = shift[0], scale = scale[0]
          for index in 0..<(rows * width) { values[index] = (values[index] - shift) * scale }
        } else {
          for row in 0..<rows {
            let values = values + row * width
            for feature in 0..<width { values[feature] = (values[feature] - shift[feature]) * scale[feature] }
          }
        }
      }
    }
  }

  /// As ``apply(to:rows:width:)``, where some feature takes double.
  private func applyWide(to values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    for feature in 0..<width {
      let (shift, scale) = self[feature], isWide = Self.isWide(shift, scale)
      for row in 0..<rows {
        let value = values[row * width + feature]
        values[row * width + feature] =
          isWide ? Float((Double(value) - Double(shift)) * scale) : (value - shift) * Float(scale)
      }
    }
  }

  /// Maps a normalized value back: `x = x' / scale + shift`.
  package func restore(_ value: Float, feature: Int) -> Float {
    let (shift, scale) = self[feature]
    return Self.isWide(shift, scale) ? Float(Double(value) / scale + Double(shift)) : value / Float(scale) + shift
  }

  /// Maps a normalized value back in double precision.
  package func restore(_ value: Double, feature: Int) -> Double {
    let (shift, scale) = self[feature]
    return value / Double(scale) + Double(shift)
  }

  /// A scale as it is kept.
  static func kept(_ scale: Double) -> Double { scale < 0x1p-120 ? scale : Double(Float(scale)) }
}

/// Count, mean, deviation, smallest and largest value of each column, in double precision and row order.
struct ColumnStatistics {
  private(set) var means: [Double]
  /// Sums of squared deviations from `centers` (the column's mean, or the mean of all).
  private var squares: [Double]
  private(set) var minima: [Float]
  private(set) var maxima: [Float]
  private let count: Int

  /// Two passes over the rows: means first, squared deviations second.
  ///
  /// - Parameters:
  ///   - pooled: whether all columns are one quantity, as pixels are: then every column gets the statistics of all.
  ///   - progress: called now and then.
  ///   - row: hands out one row's values.
  init(
    rows: [Int], width: Int, pooled: Bool, progress: @escaping () -> Void = {},
    row: (Int, (UnsafePointer<Float>) -> Void) -> Void
  ) {
    var pace = Pace(progress)
    var sums = [Double](repeating: 0, count: width)
    var minima = [Float](repeating: .infinity, count: width)
    var maxima = [Float](repeating: -.infinity, count: width)
    for index in rows {
      pace.add(width)
      row(index) { values in
        for column in 0..<width {
          sums[column] += Double(values[column])
          minima[column] = min(minima[column], values[column])
          maxima[column] = max(maxima[column], values[column])
        }
      }
    }
    if pooled {
      let sum = sums.reduce(0, +) / Double(width)
      sums = [Double](repeating: sum, count: width)
    }
    let means = sums.map { $0 / Double(max(1, rows.count)) }
    var squares = [Double](repeating: 0, count: width)
    for index in rows {
      pace.add(width)
      row(index) { values in
        for column in 0..<width {
          let deviation = Double(values[column]) - means[column]
          squares[column] += deviation * deviation
        }
      }
    }
    if pooled {
      count = rows.count * width
      self.means = [means.first ?? 0]
      self.squares = [squares.reduce(0, +)]
      self.minima = [minima.min() ?? 0]
      self.maxima = [maxima.max() ?? 0]
    } else {
      count = rows.count
      self.means = means
      self.squares = squares
      self.minima = minima
      self.maxima = maxima
    }
  }

  /// The population's standard deviation: the divisor is the count.
  func deviation(_ column: Int) -> Double { (squares[column] / Double(max(1, count))).squareRoot() }

  /// Mean 0 and deviation 1, or the range 0 … 1; a column that is constant, or too narrow for float32, keeps the scale 1.
  func normalization(toRange: Bool) -> Normalization {
    var shift: [Float] = [], scale: [Double] = []
    for column in means.indices {
      let offset = toRange ? Double(minima[column]) : means[column]
      let width = toRange ? Double(maxima[column]) - offset : deviation(column)
      let factor = minima[column] == maxima[column] ? 1 : Normalization.kept(1 / width)
      shift.append(Float(offset))
      scale.append(factor.isFinite && factor > 0 ? factor : 1)
    }
    return Normalization(shift: shift, scale: scale)
  }
}
