internal import Kernels

/// What a layer needs beside its inputs, its output and its parameters: one value, computed once when the network is
/// planned.
package struct LayerNeeds: Sendable, Equatable {
  /// Floats per row that forward keeps for backward, beside input and output.
  package var savedCount: Int
  /// Whom the layer's sums are added over before it reads them.
  package var reach: LayerReach
  /// Numbers that the layer adds up over samples from its inputs, for ``Layer/forward(_:rows:)`` where it reaches
  /// further than a row, and for ``Layer/updateStates(_:sums:samples:)``.
  package var forwardSums: Int
  /// Numbers that it adds up from the gradient of its output, for ``Layer/backwardToInput(_:rows:scratch:)``; 0 where
  /// it reaches no further than a row.
  package var backwardSums: Int
  /// Floats derived from the parameters after each update, like transposed weights.
  package var derivedCount: Int
  /// Items of work that renew the derived floats.
  package var derivedItems: Int
  /// Floats of scratch memory of a worker that make up for the derived ones: ``LayerPass/derived`` may then be nil. 0:
  /// nothing does.
  package var derivedScratchCount: Int
  /// Floats of scratch memory of a worker for ``Layer/forward(_:rows:scratch:)``.
  package var forwardScratchCount: Int
  /// The same for ``Layer/backwardToInput(_:rows:scratch:)``, where those that make up for derived floats lie behind
  /// them.
  package var backwardScratchCount: Int
  /// The same for the weight gradient, where those of the kernels lie behind them. Each of the three is a multiple
  /// of 16.
  package var gradientScratchCount: Int
  /// Items of work of the weight gradient.
  package var gradientItems: Int
  /// Items of work that ``Layer/forward(_:rows:item:)`` cuts the outputs of rows into; 0: it does not.
  package var forwardItems: Int
  /// Items of work that ``Layer/backwardToInput(_:rows:item:)`` cuts the gradients of inputs into, where what is
  /// derived from the parameters, if anything, is kept; 0: it does not.
  package var backwardItems: Int
  /// Floating-point operations of a row on the way forward; those of the way back are taken for as many. Asked for
  /// where there are items within rows.
  package var rowOperations: Int

  package init(
    savedCount: Int = 0, reach: LayerReach = .row, forwardSums: Int = 0, backwardSums: Int = 0, derivedCount: Int = 0,
    derivedItems: Int = 0, derivedScratchCount: Int = 0, forwardScratchCount: Int = 0, backwardScratchCount: Int = 0,
    gradientScratchCount: Int = 0, gradientItems: Int = 0, forwardItems: Int = 0, backwardItems: Int = 0,
    rowOperations: Int = 0
  ) {
    self.savedCount = savedCount
    self.reach = reach
    self.forwardSums = forwardSums
    self.backwardSums = backwardSums
    self.derivedCount = derivedCount
    self.derivedItems = derivedItems
    self.derivedScratchCount = derivedScratchCount
    self.forwardScratchCount = forwardScratchCount
    self.backwardScratchCount = backwardScratchCount
    self.gradientScratchCount = gradientScratchCount
    self.gradientItems = gradientItems
    self.forwardItems = forwardItems
    self.backwardItems = backwardItems
    self.rowOperations = rowOperations
  }

  /// Floats from one row of what is saved to the next; as much as a row of the output lies as the output does.
  func savedStride(beside output: Port) -> Int {
    savedCount == output.rowCount ? output.rowStride : Matrix.stride(for: savedCount)
  }
}
