/// Losses that are right for the same sort of errors.
package enum LossGroup: String, Sendable, CaseIterable {
  /// Errors of light tails: the mean by squares.
  case squared
  /// Heavy tails or outliers: what is far off counts less than its square.
  case robust
  /// Positive values whose spread grows with them.
  case positive
  /// Whole numbers from 0 on.
  case counts
  /// Zeros and positive amounts.
  case amounts
  /// Shares from 0 to 1.
  case shares
  /// Yes or no.
  case binary
  /// One class out of several.
  case classes
  /// Several labels.
  case labels
  /// Shares of classes that add up to 1.
  case distribution
  /// A value that a given share lies below.
  case quantile
  /// Mean and spread of each row.
  case spread
}
