package import Specs

/// `base · √(scale / (scale + step))`: falls with the root of the number of updates (Vaswani et al. 2017, without their
/// warm-up, which any schedule can have).
package struct InverseSquareRootSchedule: ScheduleSpec {
  package static let kind = "inverse_sqrt"
  package static let summary = "falls with the root of the number of updates"
  package static let examples = ["{}", #"{"scale_steps": 20}"#]

  var scale: Int

  package init(from fields: FieldReader) throws(ConfigError) {
    scale = try fields.integer(
      "scale_steps", default: 1000, in: 1...Int(Int32.max), "updates after which it has fallen to 0.707")
  }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    plan.base * (Double(scale) / Double(scale + step)).squareRoot()
  }
}
