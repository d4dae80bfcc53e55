internal import Kernels
internal import Statistics

/// One column of target numbers with all that the rules ask of it.
struct NumberStudy {
  let column: TargetColumn
  /// Places in `column` of the rows that fits and shapes look at.
  let rows: [Int]
  /// Of those rows, in units of ``scale``.
  let y: [Double]
  /// What values are divided by, a power of two, so that squares stay numbers.
  let scale: Double
  let identity: ResidualFit
  let evidence: ErrorEvidence
  /// Zeros that are there exactly where a feature has one of its two values.
  let fixedZeros: FixedZeros?
  /// Of values ≥ 0: means on the logarithm, and how far the values vary around them.
  let means: ResidualFit?
  let dispersion: Dispersion?
  let zeroExcess: ZeroExcess?
  let law: VarianceLaw?
  let features: Int

  /// A feature of two values, in one of which every target is 0.
  struct FixedZeros {
    let feature: Int
    let value: Double
    let rows: Int
  }

  /// The share of zeros, and what the negative binomial distribution with the same means and variance has.
  struct ZeroExcess {
    let share: Double
    let expected: Double
  }

  init(_ column: TargetColumn, input: AdviceInput) {
    self.column = column
    let usable = input.features.filter { $0.count == input.target.rows }
    features = usable.count
    let fixed = Self.fixedZeros(column, features: usable)
    fixedZeros = fixed
    var places = Array(column.values.indices)
    if let fixed {
      let feature = usable[fixed.feature]
      places = places.filter { feature[column.rows[$0]] != fixed.value }
    }
    let step = max(1, (places.count + ResidualFit.rowLimit - 1) / ResidualFit.rowLimit)
    if step > 1 { places = stride(from: 0, to: places.count, by: step).map { places[$0] } }
    rows = places
    let most = places.reduce(0) { max($0, column.values[$1].magnitude) }
    let far = most > 0x1p100 || (most > 0 && most < 0x1p-100)
    let scale = far ? Double(sign: .plus, exponent: min(1000, max(-1000, Int(most.exponent))), significand: 1) : 1
    self.scale = scale
    let y = places.map { column.values[$0] / scale }
    self.y = y
    let weights = column.weights.map { weights in places.map { weights[$0] } }
    let chosen = usable.map { feature in places.map { feature[column.rows[$0]] } }
    let basis = FeatureBasis(chosen, guide: y)
    let identity = ResidualFit(y, basis: basis, weights: weights, rows: places, form: .straight)
    self.identity = identity
    var logarithm: ResidualFit?
    if !y.isEmpty, y.allSatisfy({ $0 > 0 }) {
      logarithm = ResidualFit(
        y.map(DoubleFunctions.log), basis: basis, weights: weights, rows: places, form: .straight)
    }
    evidence = ErrorEvidence(
      identity: identity, logarithm: logarithm, y: y, basis: basis,
      cap: column.cap.map { ($0.value / scale, $0.isUpper) })
    guard column.negatives == 0, column.maximum > 0 else {
      (means, dispersion, zeroExcess, law) = (nil, nil, nil, nil)
      return
    }
    let means = ResidualFit(y, basis: basis, weights: weights, rows: places, form: .logLink)
    self.means = means
    law = VarianceLaw(residuals: means.residuals, predictions: means.predictions)
    guard column.isWhole, scale == 1, means.predictions.allSatisfy({ $0 > 0 }) else {
      (dispersion, zeroExcess) = (nil, nil)
      return
    }
    // Left-out rows vary more around their means than the model's error alone: the fit's own error is within.
    let dispersion = Dispersion(y, means: means.predictions, parameters: means.level == 0 ? 1 : 0)
    self.dispersion = dispersion
    let alpha = max(0, dispersion?.alpha ?? 0), n = Double(max(1, y.count))
    zeroExcess = ZeroExcess(
      share: Double(y.count { $0 == 0 }) / n,
      expected: means.predictions.reduce(0) {
        $0 + DoubleFunctions.exp(ErrorDistributions.count(0, mean: $1, alpha: alpha)) / n
      })
  }

  /// Looks for a feature that alone says where the zeros are: at least a tenth of the rows, and hardly any zero
  /// elsewhere.
  private static func fixedZeros(_ column: TargetColumn, features: [[Double]]) -> FixedZeros? {
    guard column.zeros >= 10, 10 * column.zeros >= column.count, column.zeros < column.count else { return nil }
    for (index, feature) in features.enumerated() {
      guard let first = column.rows.first.map({ feature[$0] }) else { return nil }
      var other: Double?
      var ones = (rows: 0, zeros: 0), others = ones
      var isBinary = true
      for (place, row) in column.rows.enumerated() {
        let value = feature[row], zero = column.values[place] == 0 ? 1 : 0
        if value == first {
          ones = (ones.rows + 1, ones.zeros + zero)
        } else if value == other ?? value {
          other = value
          others = (others.rows + 1, others.zeros + zero)
        } else {
          isBinary = false
          break
        }
      }
      guard isBinary, let other else { continue }
      if ones.rows == ones.zeros, 50 * others.zeros <= others.rows {
        return FixedZeros(feature: index, value: first, rows: ones.rows)
      }
      if others.rows == others.zeros, 50 * ones.zeros <= ones.rows {
        return FixedZeros(feature: index, value: other, rows: others.rows)
      }
    }
    return nil
  }

  /// The share of the error from which on what a fit leaves is taken for the rounding of its arithmetic.
  private static let exactGain = 0.9999

  /// Whether the features predict left-out rows so well that the residuals say nothing.
  var fitsExactly: Bool { identity.level > 0 && identity.gain >= Self.exactGain }
  /// The same of means on their logarithm.
  var fitsMeansExactly: Bool { means.map { $0.level > 0 && $0.gain >= Self.exactGain } ?? false }

  /// Whether counts vary more than Poisson's, by an effect that matters and more than chance.
  var isOverdispersed: Bool {
    guard let dispersion else { return false }
    // A term of Pearson's χ² has the variance 2 + 1 / μ.
    let n = Double(max(1, y.count))
    let variance = (means?.predictions ?? []).reduce(0) { $0 + (2 + 1 / $1) / n / n }
    let isBeyondChance = dispersion.t > 3 || dispersion.pearson - 1 > 6 * variance.squareRoot()
    return dispersion.pearson > 1.25 && isBeyondChance && dispersion.alpha * typicalMean > 0.2
  }

  /// Whether there are more zeros than counts of that spread have.
  var hasExtraZeros: Bool {
    guard let zeroExcess else { return false }
    return zeroExcess.share - zeroExcess.expected > max(0.05, 3 * (0.25 / Double(max(1, y.count))).squareRoot())
  }

  /// The mean of the predicted means.
  var typicalMean: Double { means.map { mean($0.predictions) } ?? 0 }

  /// The median absolute deviation of the residuals in the file's units.
  var residualDeviation: Double { medianAbsoluteDeviation(identity.residuals) * scale }
}
