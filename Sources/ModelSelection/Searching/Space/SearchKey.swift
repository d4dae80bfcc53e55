package import Specs

/// A key of the config that is searched, and what it may be.
package struct SearchKey: Sendable, Equatable {
  /// How numbers of a range are spread.
  package enum Scale: String, Sendable, CaseIterable {
    /// Equal differences are equally likely.
    case linear
    /// Equal ratios are equally likely.
    case log
  }

  /// What a key may be.
  package enum Values: Sendable, Equatable {
    /// One of these, each as likely as the others.
    case choices([ConfigValue])
    /// A number between two that belong to it.
    case range(low: Double, high: Double, scale: Scale)
    /// A whole number between two that belong to it.
    case integers(low: Int, high: Int, scale: Scale)
  }

  /// Its path, like `optimizer.learning_rate`.
  package var key: String
  package var values: Values
  /// Points of a range in a grid; nil: as many as the search gives to all of them.
  package var gridPoints: Int?

  package init(key: String, values: Values, gridPoints: Int? = nil) {
    (self.key, self.values, self.gridPoints) = (key, values, gridPoints)
  }
}
