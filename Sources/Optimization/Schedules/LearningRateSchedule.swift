internal import Specs

/// The `schedule` of an optimizer: a schedule of the registry, and the warm-up that any of them can have.
package struct LearningRateSchedule: Sendable {
  package var spec: any ScheduleSpec
  private var warmup: ScheduleLength?
  private var startFactor: Double

  /// Reads the keys that all schedules have in common.
  init(_ spec: any ScheduleSpec, from fields: FieldReader) throws(ConfigError) {
    self.spec = spec
    let length = try ScheduleLength(
      "warmup", from: fields, default: 1, "a rise in a straight line before the schedule starts")
    warmup = fields.has("warmup_steps") || fields.has("warmup_epochs") ? length : nil
    startFactor = try fields.number(
      "warmup_start_factor", default: 0.01, in: .unit, "where the warm-up starts, in units of the learning rate")
  }

  /// What the learning rate depends on beside the number of the update, where it does.
  package var plateau: ReduceOnPlateau? { spec as? ReduceOnPlateau }

  /// Whether its rates depend on the number of updates of the whole run. The length of a warm-up does not.
  package var isOverRun: Bool { spec.isOverRun }

  /// The learning rate of an update, counted from 0.
  ///
  /// Warm-up of n updates: `base · (start + (1 − start) · step / n)`, PyTorch's `LinearLR`; then the schedule from its
  /// start over the rest of the run.
  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    guard let warmup else { return spec.learningRate(at: step, of: plan) }
    let length = warmup.steps(plan)
    guard step >= length else {
      return plan.base * (startFactor + (1 - startFactor) * Double(step) / Double(length))
    }
    var rest = plan
    rest.totalSteps = max(1, plan.totalSteps - length)
    return spec.learningRate(at: step - length, of: rest)
  }
}
