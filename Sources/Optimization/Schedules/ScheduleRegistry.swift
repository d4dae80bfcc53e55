package import Specs

/// Every schedule config.json can name. New schedule: one file beside this one, one line here.
package enum ScheduleRegistry {
  package static let all: [any ScheduleSpec.Type] = [
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
  ]

  package static let registry = Registry<LearningRateSchedule>(
    "schedule",
    all.map { type in
      .init(type.kind, type.summary) { fields throws(ConfigError) in
        try LearningRateSchedule(try type.init(from: fields), from: fields)
      }
    })
}
