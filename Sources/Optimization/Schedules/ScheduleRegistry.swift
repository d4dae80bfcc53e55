package import Specs

/// Every schedule config.json can name. New schedule: one file beside this one, one line here.
package enum ScheduleRegistry {
  package static let all: [any ScheduleSpec.Type] = [
    ConstantSchedule.self
  ]

  package static let registry = Registry<any ScheduleSpec>(
    "schedule",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })
}
