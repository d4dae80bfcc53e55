/// What is done where a value is missing.
package enum MissingPolicy: String, Sendable, CaseIterable {
  /// The data are refused, with counts.
  case error
  /// Rows without it are left out.
  case dropRow = "drop_row"
  /// The mean of the training part stands for it.
  case mean
  /// The median of the training part stands for it.
  case median
  /// The value that is most frequent in the training part stands for it; of several the smallest, or first in order.
  case mostFrequent = "most_frequent"
  /// 0 stands for it.
  case zero
  /// Being missing is a category of its own.
  case category

  /// Whether rows with missing values stay, and something stands for these.
  package var fills: Bool { self != .error && self != .dropRow }
}
