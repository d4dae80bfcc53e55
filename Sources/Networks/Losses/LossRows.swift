package import Kernels

/// Targets and weights of this rank's rows.
///
/// A row has one target, or one for each of its positions: those of row `r` are at `r · positions` and on.
package struct LossRows: @unchecked Sendable {
  /// A class for each position of each row.
  package var classes: UnsafePointer<Int32>
  /// Values of each position of each row.
  package var values: Matrix
  /// One for each row.
  package var weights: UnsafePointer<Float>
  /// Positions of each row.
  package var positions = 1
  /// A byte for each position of each row, 0 where it is masked: neither its outputs nor its targets mean anything.
  /// nil: none is.
  package var validity: UnsafePointer<UInt8>?
  /// Receives each row's weight that counted, from a loss of which ``Loss/countsPositions`` is true.
  package var counted: UnsafeMutablePointer<Double>?

  package init(classes: UnsafePointer<Int32>, values: Matrix, weights: UnsafePointer<Float>) {
    self.classes = classes
    self.values = values
    self.weights = weights
  }

  /// Whether a position counts.
  package func isValid(row: Int, position: Int) -> Bool {
    validity.map { $0[row * positions + position] != 0 } ?? true
  }

  /// Positions from one on as rows of their own.
  ///
  /// - Parameters:
  ///   - first: the first of them, counted through all rows.
  ///   - weights: one for each of them.
  package func run(at first: Int, weights: UnsafePointer<Float>) -> LossRows {
    LossRows(
      classes: classes + first, values: Matrix(values[first], stride: values.stride), weights: weights)
  }
}
