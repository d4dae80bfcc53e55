import Foundation
import Specs
import Testing

@testable import Optimization

/// Optimizers and schedules that a test adds are read as the standard ones are.
@Suite struct RegistryTests {
  struct Plain: OptimizerSpec {
    static let kind = "plain"
    static let summary = "w −= learning_rate · g"
    static let examples = ["{}", "{ }"]
    var learningRate: Double
    init(from fields: FieldReader) throws(ConfigError) {
      learningRate = try fields.number("learning_rate", default: 0.25, in: .nonNegative, "step length")
    }
    func makeOptimizer() -> any Optimizer { SGDOptimizer(momentum: 0, weightDecay: 0, isNesterov: false) }
  }

  struct Blink: ScheduleSpec {
    static let kind = "blink"
    static let summary = "every other step"
    static let examples = ["{}", "{ }"]
    init(from fields: FieldReader) throws(ConfigError) {}
    func learningRate(at step: Int, of plan: SchedulePlan) -> Double { step % 2 == 0 ? plan.base : 0 }
  }

  @Test("an added optimizer is read with its groups, and an added schedule within it")
  func section() throws {
    let registries = Registries.standard
      .with(try OptimizerRegistry.standard.adding(Plain.self))
      .with(try ScheduleRegistry.standard.adding(Blink.self))
    let text = #"""
      {"type": "plain", "schedule": {"type": "blink", "warmup_steps": 2},
       "parameter_groups": [{"match": "*.bias", "learning_rate": 2}]}
      """#
    let value = try ConfigValue.parse(Data(text.utf8), file: "t")
    func section(_ fields: FieldReader) throws(ConfigError) -> OptimizerSection { try OptimizerSection(from: fields) }
    let found = try FieldReader.readObject(value, path: "optimizer", registries: registries, section).0
    #expect(found.optimizer is Plain)
    #expect(found.groups.map(\.optimizer.learningRate) == [2])
    let plan = SchedulePlan(base: found.optimizer.learningRate, totalSteps: 10, stepsPerEpoch: 10)
    #expect((2..<5).map { found.schedule.learningRate(at: $0, of: plan) } == [0.25, 0, 0.25])
    let error = #expect(throws: ConfigError.self) { try FieldReader.readObject(value, path: "optimizer", section) }
    #expect(error?.problem.hasPrefix("unknown optimizer 'plain'") == true)
  }

  @Test("a name that is taken is refused")
  func taken() {
    #expect(throws: ConfigError.self) { try OptimizerRegistry.standard.adding(SGD.self) }
    #expect(throws: ConfigError.self) { try ScheduleRegistry.standard.adding(LinearSchedule.self) }
  }
}
