internal import Kernels
package import Specs

/// Down to a minimum along half a cosine (Loshchilov & Hutter 2017): `min + (base − min) (1 + cos(π t / T)) / 2`.
///
/// Without restarts T is the run: PyTorch's `CosineAnnealingLR`. With `first_period_*` the curve starts again after
/// each period, each `period_factor` times as long as the one before: PyTorch's `CosineAnnealingWarmRestarts`.
package struct CosineSchedule: ScheduleSpec {
  package static let kind = "cosine"
  package static let summary = "down to end_factor along half a cosine, over the run or again and again"
  package static let examples = [
    #"{"end_factor": 0.1}"#, #"{"first_period_steps": 5, "period_factor": 2}"#, #"{"first_period_epochs": 1}"#,
  ]

  var endFactor: Double
  var period: ScheduleLength?
  var periodFactor: Int

  package init(from fields: FieldReader) throws(ConfigError) {
    endFactor = try fields.number("end_factor", default: 0, in: .unit, "the least learning rate, in units of the first")
    let length = try ScheduleLength("first_period", from: fields, default: 1, "the time to the first restart")
    period = fields.has("first_period_steps") || fields.has("first_period_epochs") ? length : nil
    periodFactor = try fields.integer(
      "period_factor", default: 1, in: 1...1000, "how much longer each period is than the one before")
  }

  package var isOverRun: Bool { period == nil }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    let least = plan.base * endFactor
    var progress = plan.progress(step)
    if let period {
      var start = 0, length = period.steps(plan)
      if periodFactor == 1 { start = step / length * length }
      while step - start >= length {
        start += length
        length *= periodFactor
      }
      progress = Double(step - start) / Double(length)
    }
    return least + (plan.base - least) * (1 + DoubleFunctions.cos(.pi * progress)) / 2
  }
}
