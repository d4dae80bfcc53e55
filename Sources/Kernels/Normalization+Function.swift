extension Normalization {
  /// What is taken of a number before it is shifted and scaled, and has an exact inverse.
  package enum Function: String, Sendable, CaseIterable {
    case identity
    /// `log x`, of numbers above 0.
    case log
    /// `log(1 + x)`, of numbers above −1.
    case log1p

    package func callAsFunction(_ x: Double) -> Double {
      switch self {
      case .identity: x
      case .log: DoubleFunctions.log(x)
      case .log1p: DoubleFunctions.log1p(x)
      }
    }

    /// The number that the function takes to `y`; infinite where double does not hold it.
    package func inverse(_ y: Double) -> Double {
      switch self {
      case .identity: y
      case .log: DoubleFunctions.exp(y)
      case .log1p: DoubleFunctions.expm1(y)
      }
    }
  }
}
