/// Why features cannot be prepared as they are to be.
enum PreparationProblem: Error, Equatable {
  /// A number that a logarithm does not take.
  ///
  /// - Parameter row: of those that were looked at, by its number there.
  case outside(feature: Int, row: Int, value: Double, method: NormalizationMethod)
  /// What stands for missing numbers is one that a logarithm does not take.
  case fillOutside(feature: Int, method: NormalizationMethod)
  /// All are missing, so that nothing can stand for them.
  case allMissing(feature: Int)
}

extension NormalizationMethod {
  /// The number that all it takes are above; nil: it takes any.
  var bound: Double? {
    switch self {
    case .log: FeatureFunction.log.bound
    case .log1p: FeatureFunction.log1p.bound
    default: nil
    }
  }
}

extension DataDescription {
  /// The first number in some rows that the logarithm of its feature does not take.
  ///
  /// - Parameter table: hands out the features of rows, one after the other.
  func firstOutside(_ rows: some Collection<Int>, _ table: (Int, (UnsafePointer<Double>) -> Void) -> Void)
    -> PreparationProblem?
  {
    var bounds: [(features: Range<Int>, bound: Double, method: NormalizationMethod)] = []
    for treatment in treatments {
      guard let bound = treatment.function.bound else { continue }
      bounds.append((treatment.features, bound, treatment.function == .log ? .log : .log1p))
    }
    guard !bounds.isEmpty else { return nil }
    var problem: PreparationProblem?
    for row in rows where problem == nil {
      table(row) { values in
        for (features, bound, method) in bounds {
          for feature in features where values[feature] <= bound && problem == nil {
            problem = .outside(feature: feature, row: row, value: values[feature], method: method)
          }
        }
      }
    }
    return problem
  }
}
