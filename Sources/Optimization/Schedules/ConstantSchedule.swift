package import Specs

/// The same learning rate at every update.
package struct ConstantSchedule: ScheduleSpec {
  package static let kind = "constant"
  package static let summary = "the same learning rate throughout"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double { plan.base }
}
