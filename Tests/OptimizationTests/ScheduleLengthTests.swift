import Foundation
import Specs
import Testing

@testable import Optimization

/// Which schedules have other rates when a run is to have more epochs.
@Suite struct ScheduleLengthTests {
  @Test(
    "a schedule says that it runs over the whole run where its rates depend on the number of updates, and only there")
  func dependence() throws {
    for type in ScheduleRegistry.standard.all {
      for example in type.examples {
        guard case .object(let members) = try ConfigValue.parse(Data(example.utf8), file: "t") else { continue }
        let spec = ConfigValue.object([.init("type", .string(type.kind))] + members)
        let schedule = try FieldReader.readVariant(spec, ScheduleRegistry.standard, path: "").0
        func rates(_ total: Int) -> [Double] {
          let plan = SchedulePlan(base: 0.1, totalSteps: total, stepsPerEpoch: 5)
          return (0..<20).map { schedule.learningRate(at: $0, of: plan) }
        }
        #expect((rates(20) != rates(30)) == schedule.isOverRun, "\(type.kind) \(example)")
      }
    }
  }
}
