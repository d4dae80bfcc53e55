/// What the target is taken for, and why.
package struct ProblemReading: Sendable, Equatable {
  /// The kinds of problem.
  package enum Kind: String, Sendable, CaseIterable {
    /// Yes or no.
    case binary
    /// One class out of several.
    case classes
    /// Several labels that may hold together.
    case labels
    /// Shares of classes that add up to 1.
    case distribution
    /// How often something happened: whole numbers from 0 on.
    case counts
    /// Zeros and positive amounts.
    case amounts
    /// Numbers above 0 whose spread grows with them.
    case positive
    /// Shares from 0 to 1.
    case shares
    /// Numbers of any kind.
    case numbers
    /// Nothing to learn: no rows, or one value in all.
    case constant
  }

  package var kind: Kind
  /// Why, with numbers.
  package var reason: String
  /// How to have it read in another way, such as `--task counts`; empty where there is no other.
  package var alternatives: [TaskChoice]
  /// The class names; empty where targets are numbers.
  package var classes: [String]
  /// Target columns.
  package var columns: Int
  /// Whether `--task` decided.
  package var isGiven: Bool

  package init(
    _ kind: Kind, reason: String, alternatives: [TaskChoice] = [], classes: [String] = [], columns: Int = 1,
    isGiven: Bool = false
  ) {
    (self.kind, self.reason, self.alternatives) = (kind, reason, alternatives)
    (self.classes, self.columns, self.isGiven) = (classes, columns, isGiven)
  }

  /// How to override it, as a sentence; nil where there is no other reading.
  package var override: String? {
    guard !alternatives.isEmpty else { return nil }
    return "another reading: --task " + alternatives.map(\.rawValue).joined(separator: " or ")
  }
}
