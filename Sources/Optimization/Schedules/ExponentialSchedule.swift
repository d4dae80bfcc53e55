internal import Kernels
package import Specs

/// The learning rate times `factor` in each epoch, smoothly: `base · factor^(step / steps per epoch)`; at the ends of
/// epochs PyTorch's `ExponentialLR`.
package struct ExponentialSchedule: ScheduleSpec {
  package static let kind = "exponential"
  package static let summary = "times factor in each epoch, smoothly"
  package static let examples = [#"{"factor": 0.9}"#, #"{"factor": 0.5}"#]

  var factor: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    factor = try fields.number("factor", default: 0.95, in: .positive, "what an epoch multiplies the learning rate by")
  }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    plan.base * DoubleFunctions.pow(factor, Double(step) / Double(max(1, plan.stepsPerEpoch)))
  }
}
