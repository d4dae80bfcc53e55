package import Specs

/// An optimizer as config.json names it.
package protocol OptimizerSpec: Spec {
  /// The learning rate before the schedule.
  var learningRate: Double { get }
  func makeOptimizer() -> any Optimizer
}

/// The update of weights from a summed gradient.
package protocol Optimizer: Sendable {
  /// The arrays of state, each as long as the parameters and 0 at the start.
  var stateNames: [String] { get }
}

/// An optimizer that scales each tensor's step by norms of the whole tensor, as LARS and LAMB do: first all directions,
/// then the norms, then all moves. Both are element by element.
package protocol LayerwiseOptimizer: Optimizer {
  /// Turns the gradient (already divided by the batch's weight) into the direction whose norm matters; allocates
  /// nothing.
  func direct(
    weights: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, step: Int)
  /// The step length of a tensor with these norms; a vector is a tensor of one axis, like a bias.
  func rate(isVector: Bool, weightNorm: Double, directionNorm: Double, learningRate: Double) -> Double
  /// Moves the weights along the direction; allocates nothing.
  func move(
    weights: UnsafeMutablePointer<Float>, direction: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, rate: Double)
}

/// An optimizer that works element by element: any cut of the arrays gives the same bits.
package protocol ElementwiseOptimizer: Optimizer {
  /// Updates the elements of the given slices; allocates nothing.
  ///
  /// - Parameters:
  ///   - gradient: the sum over samples; `g = gradient / weight · clip`.
  ///   - state: one pointer per state array, at the same element.
  ///   - weight: total weight of the batch, above 0.
  ///   - step: 1 at the first update.
  /// - Returns: true where gradient, weights and state were seen to be finite; false where they were not, or were not
  ///   looked at: then the caller looks.
  @discardableResult
  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool
}
