internal import Kernels
package import Specs

/// The learning rate times `factor` at each of some epochs (or updates): PyTorch's `MultiStepLR`.
package struct MultiStepSchedule: ScheduleSpec {
  package static let kind = "multi_step"
  package static let summary = "times factor at each of the given epochs or updates"
  package static let examples = [#"{"at_steps": [5, 12, 13], "factor": 0.5}"#, #"{"at_epochs": [1, 3]}"#]

  var steps: [Int]
  var epochs: [Int]
  var factor: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    func integers(_ key: String, _ summary: String) throws(ConfigError) -> [Int] {
      try fields.list(key, of: .integer(0...Int(Int32.max)), default: [], summary) {
        value, path throws(ConfigError) in
        (try FieldReader.integer(value, in: 0...Int(Int32.max), path: path), value)
      }
    }
    steps = try integers("at_steps", "updates after which the learning rate changes")
    epochs = try integers("at_epochs", "epochs after which the learning rate changes")
    factor = try fields.number("factor", default: 0.1, in: .positive, "what each new learning rate is multiplied by")
    if !fields.isDescribing, steps.isEmpty == epochs.isEmpty {
      throw fields.error("at_steps", "give either at_steps or at_epochs, a list of whole numbers")
    }
  }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double {
    let passed = steps.count { $0 <= step } + epochs.count { $0 * plan.stepsPerEpoch <= step }
    return plan.base * power(factor, passed)
  }
}
