internal import Kernels
package import Specs

/// From the base to an end along a power of what is left: `(base − end) (1 − step / total)^power + end`, Keras'
/// `PolynomialDecay`; `end = end_factor · base`.
package struct PolynomialSchedule: ScheduleSpec {
  package static let kind = "polynomial"
  package static let summary = "down to end_factor along a power of what is left of the run"
  package static let examples = [#"{"power": 2}"#, #"{"power": 0.5, "end_factor": 0.1}"#]

  var power: Double
  var endFactor: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    power = try fields.number("power", default: 1, in: .positive, "the exponent")
    endFactor = try fields.number(
      "end_factor", default: 0, in: .unit, "the learning rate at the end, in units of the first")
  }

  package var isOverRun: Bool { true }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    let end = plan.base * endFactor
    return (plan.base - end) * DoubleFunctions.pow(1 - plan.progress(step), power) + end
  }
}
