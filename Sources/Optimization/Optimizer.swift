package import Specs

/// An optimizer as config.json names it.
package protocol OptimizerSpec: Spec {
  /// The learning rate before the schedule.
  var learningRate: Double { get }
  func makeOptimizer() -> any Optimizer
}

/// The update of weights from a summed gradient, element by element: any cut of the arrays gives the same bits.
package protocol Optimizer: Sendable {
  /// The arrays of state, each as long as the parameters and 0 at the start.
  var stateNames: [String] { get }
  /// Updates the elements of the given slices; allocates nothing.
  ///
  /// - Parameters:
  ///   - gradient: the sum over samples; `g = gradient / weight · clip`.
  ///   - state: one pointer per state array, at the same element.
  ///   - weight: total weight of the batch, above 0.
  ///   - step: 1 at the first update.
  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int)
}

/// A schedule as config.json names it: the learning rate of each update.
package protocol ScheduleSpec: Spec {
  /// The learning rate of an update, a pure function.
  ///
  /// - Parameters:
  ///   - step: updates made before, from 0.
  ///   - base: the optimizer's learning rate.
  ///   - totalSteps: updates of the whole run.
  func learningRate(step: Int, base: Double, totalSteps: Int) -> Double
}

/// The `optimizer` object: an optimizer of the registry, and its schedule.
package struct OptimizerSection: Sendable {
  package var optimizer: any OptimizerSpec
  package var schedule: any ScheduleSpec

  package init(from fields: FieldReader) throws(ConfigError) {
    let kinds = OptimizerRegistry.registry.kinds
    let kind = try fields.text(
      "type", default: fields.isDescribing ? kinds[0] : nil, "the optimizer: \(kinds.joined(separator: ", "))")
    optimizer = try OptimizerRegistry.registry.make(kind, from: fields, path: fields.pathOf("type"))
    schedule = try fields.variant(
      "schedule", ScheduleRegistry.registry, default: "constant", "the learning rate over time")
    fields.later("parameter_groups", "l1", "l2")
  }
}
