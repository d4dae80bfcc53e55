package import Specs

/// The schedules that config.json can name. New schedule: one file beside this one, one line below.
package typealias ScheduleRegistry = Registry<any ScheduleSpec.Type, LearningRateSchedule>

extension ScheduleRegistry {
  package static var standard: ScheduleRegistry { standardSchedules }
}

private let standardSchedules = ScheduleRegistry(
  "schedule",
  [
    ConstantSchedule.self,
    StepSchedule.self,
    MultiStepSchedule.self,
    ExponentialSchedule.self,
    PolynomialSchedule.self,
    LinearSchedule.self,
    CosineSchedule.self,
    OneCycleSchedule.self,
    InverseSquareRootSchedule.self,
    ReduceOnPlateau.self,
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try LearningRateSchedule(try type.init(from: fields), from: fields) }
