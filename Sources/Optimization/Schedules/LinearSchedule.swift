package import Specs

/// From the base to `end_factor · base` in a straight line over the run, PyTorch's `LinearLR` with `start_factor` 1.
package struct LinearSchedule: ScheduleSpec {
  package static let kind = "linear"
  package static let summary = "in a straight line down to end_factor"
  package static let examples = ["{}", #"{"end_factor": 0.25}"#]

  var endFactor: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    endFactor = try fields.number(
      "end_factor", default: 0, in: .unit, "the learning rate at the end, in units of the first")
  }

  package var isOverRun: Bool { true }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    plan.base * (1 + (endFactor - 1) * plan.progress(step))
  }
}
