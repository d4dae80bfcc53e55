internal import Kernels
package import Specs

/// Up to the base and down to almost nothing, both along half a cosine (Smith & Topin 2019), PyTorch's `OneCycleLR`:
/// from `base / start_divisor` up during the first `rise` of the run, then down to `base / start_divisor /
/// end_divisor`.
package struct OneCycleSchedule: ScheduleSpec {
  package static let kind = "one_cycle"
  package static let summary = "up to the learning rate and down to almost nothing"
  package static let examples = ["{}", #"{"rise": 0.4, "start_divisor": 10, "end_divisor": 100}"#]

  var rise: Double
  var startDivisor: Double
  var endDivisor: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    rise = try fields.number("rise", default: 0.3, in: .unit, "share of the run that rises")
    startDivisor = try fields.number("start_divisor", default: 25, in: .positive, "the start is the base over this")
    endDivisor = try fields.number("end_divisor", default: 10_000, in: .positive, "the end is the start over this")
  }

  package var isOverRun: Bool { true }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    let start = plan.base / startDivisor, end = start / endDivisor
    let top = rise * Double(plan.totalSteps) - 1, last = Double(plan.totalSteps) - 1
    func curve(_ from: Double, _ to: Double, _ progress: Double) -> Double {
      to + (from - to) / 2 * (1 + DoubleFunctions.cos(.pi * min(1, max(0, progress))))
    }
    let place = Double(step)
    if place <= top { return curve(start, plan.base, top > 0 ? place / top : 1) }
    return curve(plan.base, end, last > top ? (place - top) / (last - top) : 1)
  }
}
