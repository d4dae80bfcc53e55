/// What a layer needs beside its inputs, its output and its parameters: one value, computed once when the network is planned.
package struct LayerNeeds: Sendable, Equatable {
  /// Floats per row that forward keeps for backward, beside input and output.
  package var savedCount: Int
  /// Floats that the layer adds up over the samples of a step beside its gradients, by the same tree, for
  /// ``Layer/updateStates(_:statistics:weight:)``.
  package var statisticsCount: Int
  /// Floats derived from the parameters after each update, like transposed weights.
  package var derivedCount: Int
  /// Items of work that renew the derived floats.
  package var derivedItems: Int
  /// Floats of scratch memory of a worker that make up for the derived ones: ``LayerPass/derived`` may then be nil. 0: nothing does.
  package var derivedScratchCount: Int
  /// Items of work of the weight gradient.
  package var gradientItems: Int

  package init(
    savedCount: Int = 0, statisticsCount: Int = 0, derivedCount: Int = 0, derivedItems: Int = 0,
    derivedScratchCount: Int = 0, gradientItems: Int = 0
  ) {
    self.savedCount = savedCount
    self.statisticsCount = statisticsCount
    self.derivedCount = derivedCount
    self.derivedItems = derivedItems
    self.derivedScratchCount = derivedScratchCount
    self.gradientItems = gradientItems
  }
}
