internal import Kernels
internal import Statistics

/// What is left of targets by a quick fit on the features, each row predicted by a fit that has not seen it: five
/// parts, each left out once.
///
/// A loss sees residuals, not the targets by themselves. The fit is a straight line on the features, or with bounded
/// squares and products where that predicts left-out rows better; where neither does, the constant. At most
/// ``rowLimit`` rows are looked at, every k-th, and coefficients come from at most ``fitLimit`` of them.
struct ResidualFit {
  /// The rows of the input that were looked at.
  let rows: [Int]
  /// Less prediction.
  let residuals: [Double]
  let predictions: [Double]
  /// 0: a constant; 1: straight; 2: curved.
  let level: Int
  /// The share of the absolute error about the constant that the fit takes away.
  let gain: Double
  /// Coefficients that were fitted.
  let parameters: Int

  static let rowLimit = 20_000, fitLimit = 5000
  private static let parts = 5
  /// Rows from which on features are looked at.
  static let leastRows = 40

  /// How the fit is made.
  enum Form {
    /// Huber's regression of the values.
    case straight
    /// Means on their logarithm, by quasi-likelihood of counts.
    case logLink
  }

  /// - Parameters:
  ///   - y: targets of the rows that are looked at.
  ///   - rows: their places in the input.
  init(_ y: [Double], basis: FeatureBasis, weights: [Double]?, rows: [Int], form: Form) {
    self.rows = rows
    let count = y.count
    var levels: [[[Double]]] = [[[Double](repeating: 1, count: count)]]
    if count >= Self.leastRows, !basis.isEmpty {
      levels.append(basis.linear)
      if !basis.curved.isEmpty { levels.append(basis.linear + basis.curved) }
    }
    var best: (predictions: [Double], error: Double, level: Int)?
    var constant = 0.0
    for (level, columns) in levels.enumerated() {
      guard let predictions = Self.crossFitted(y, columns, weights: weights, form: form) else { continue }
      let error = Self.error(y, predictions, weights, form)
      guard error.isFinite else { continue }
      if level == 0 { constant = error }
      // More is taken only for a clear gain.
      if best.map({ error < $0.error * (level == 1 ? 0.995 : 0.99) - 1e-300 }) ?? true {
        best = (predictions, error, level)
      }
    }
    let predictions = best?.predictions ?? [Double](repeating: 0, count: count)
    self.predictions = predictions
    residuals = zip(y, predictions).map { $0 - $1 }
    level = best?.level ?? 0
    parameters = levels[level].count
    gain = constant > 0 ? max(0, 1 - (best?.error ?? constant) / constant) : 0
  }

  private init(of other: ResidualFit, only kept: [Int]) {
    rows = other.rows.isEmpty ? [] : kept.map { other.rows[$0] }
    residuals = kept.map { other.residuals[$0] }
    predictions = kept.map { other.predictions[$0] }
    (level, gain, parameters) = (other.level, other.gain, other.parameters)
  }

  /// What it says of some of the rows.
  func only(_ kept: [Int]) -> ResidualFit { ResidualFit(of: self, only: kept) }

  private static func error(_ y: [Double], _ predictions: [Double], _ weights: [Double]?, _ form: Form) -> Double {
    var sum = 0.0, total = 0.0
    for row in y.indices {
      let weight = weights?[row] ?? 1
      let part: Double =
        switch form {
        case .straight: (y[row] - predictions[row]).magnitude
        case .logLink:
          predictions[row] - y[row] + (y[row] > 0 ? y[row] * DoubleFunctions.log(y[row] / predictions[row]) : 0)
        }
      sum += weight * part
      total += weight
    }
    return total > 0 ? sum / total : .infinity
  }

  /// The part of a row: by a hash of its place, so that no period of the rows meets it.
  private static func part(_ row: Int) -> Int {
    Int(truncatingIfNeeded: ((UInt64(row) &* 0x9E37_79B9_7F4A_7C15) >> 33) % UInt64(parts))
  }

  private static func crossFitted(
    _ y: [Double], _ columns: [[Double]], weights: [Double]?, form: Form
  ) -> [Double]? {
    let count = y.count
    guard columns.count > 1 else { return constant(y, weights, form).map { [Double](repeating: $0, count: count) } }
    var predictions = [Double](repeating: 0, count: count)
    for part in 0..<parts {
      var others = (0..<count).filter { Self.part($0) != part }
      let step = max(1, (others.count + fitLimit - 1) / fitLimit)
      if step > 1 { others = stride(from: 0, to: others.count, by: step).map { others[$0] } }
      let own = (0..<count).filter { Self.part($0) == part }
      let x = columns.map { column in others.map { column[$0] } }, targets = others.map { y[$0] }
      let counts = weights.map { weights in others.map { weights[$0] } }
      let found: [Double]? =
        switch form {
        case .straight: RobustLeastSquares.coefficients(x, targets, weights: counts, ridge: 1e-6)
        case .logLink: LogLinkFit.coefficients(x, targets, weights: counts, power: 1, ridge: 1e-6)
        }
      guard let found else { return nil }
      let fitted = LeastSquares.values(columns.map { column in own.map { column[$0] } }, found, rows: own.count)
      // Nothing is predicted far beyond what was seen on a logarithmic scale.
      let most = form == .logLink ? DoubleFunctions.log(max(targets.max() ?? 1, 1e-300)) + 2 : 0
      for (row, value) in zip(own, fitted) {
        predictions[row] = form == .logLink ? DoubleFunctions.exp(min(max(value, -30), most)) : value
      }
    }
    return predictions.allSatisfy(\.isFinite) ? predictions : nil
  }

  /// The best constant: Huber's location, or the mean where a mean is fitted.
  private static func constant(_ y: [Double], _ weights: [Double]?, _ form: Form) -> Double? {
    let ones = [[Double](repeating: 1, count: y.count)]
    switch form {
    case .straight: return RobustLeastSquares.coefficients(ones, y, weights: weights, steps: 30)?.first
    case .logLink:
      let total = weights?.reduce(0, +) ?? Double(y.count)
      let sum = y.indices.reduce(0) { $0 + (weights?[$1] ?? 1) * y[$1] }
      return total > 0 && sum > 0 ? sum / total : nil
    }
  }

  /// One sentence for people.
  func words(of features: Int) -> String {
    switch level {
    case 0:
      return features == 0
        ? "no features: the targets alone were looked at"
        : "a quick fit on the features predicts left-out rows no better than a constant"
    default:
      let form = level == 1 ? "straight" : "curved"
      return
        "a quick robust \(form) fit on the features takes \(NumberText.percent(gain)) of the error; what follows is about its residuals"
    }
  }
}
