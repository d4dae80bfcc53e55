internal import Kernels
package import Specs

/// The learning rate times `factor` after every so many updates or epochs: `base · factor^⌊step / length⌋`, PyTorch's
/// `StepLR`.
package struct StepSchedule: ScheduleSpec {
  package static let kind = "step"
  package static let summary = "times factor after every so many updates or epochs"
  package static let examples = [#"{"every_steps": 7, "factor": 0.5}"#, #"{"every_epochs": 1}"#]

  var every: ScheduleLength
  var factor: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    every = try ScheduleLength("every", from: fields, default: 10, "how long each learning rate holds")
    factor = try fields.number("factor", default: 0.1, in: .positive, "what each new learning rate is multiplied by")
  }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    plan.base * power(factor, step / every.steps(plan))
  }
}
