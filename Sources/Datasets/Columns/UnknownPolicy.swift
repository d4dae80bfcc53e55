/// What is done with a category that the training source did not have.
package enum UnknownPolicy: String, Sendable, CaseIterable {
  /// The data are refused.
  case error
  /// All features of the column are 0.
  case zeros
  /// It is counted as the category that rare ones are pooled in; where there is none, as ``zeros``.
  case other
}
