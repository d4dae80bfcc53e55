import Foundation
import Specs
import Testing

@testable import Optimization

/// The battery of schedules, beside PyTorch's and Keras' values.
@Suite struct ScheduleTests {
  struct Golden: Codable {
    struct Run: Codable {
      var config: String
      var rates: [Double]
    }

    var base: Double
    var total: Int
    var epoch: Int
    var schedules: [Run]
    var losses: [Double]
    var plateaus: [Run]
  }

  static let kinds = ScheduleRegistry.standard.kinds

  static let golden = Result {
    try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: OptimizerTests.folder.appendingPathComponent("schedules.json")))
  }

  static func schedule(_ text: String) throws -> LearningRateSchedule {
    try FieldReader.readVariant(
      ConfigValue.parse(Data(text.utf8), file: "schedule"), ScheduleRegistry.standard, path: "schedule"
    ).0
  }

  static func difference(_ run: Golden.Run, of golden: Golden, shift: Int = 0) throws -> Double {
    let schedule = try schedule(run.config)
    let plan = SchedulePlan(base: golden.base, totalSteps: golden.total, stepsPerEpoch: golden.epoch)
    return run.rates.enumerated().map { step, rate in
      abs(schedule.learningRate(at: step + shift, of: plan) - rate) / max(rate, 1e-9)
    }.max() ?? .infinity
  }

  @Test("equal to PyTorch's and Keras' values")
  func values() throws {
    let golden = try Self.golden.get()
    #expect(golden.schedules.count >= 16)
    for run in golden.schedules {
      let difference = try Self.difference(run, of: golden)
      #expect(difference < 1e-9, "\(run.config): \(difference)")
    }
  }

  @Test("negative control: one step later is something else, but for constant ones")
  func control() throws {
    let golden = try Self.golden.get()
    for run in golden.schedules where run.config != #"{"type": "constant"}"# {
      #expect(try Self.difference(run, of: golden, shift: 1) > 1e-6, "\(run.config)")
    }
  }

  @Test("plateaus are found where PyTorch finds them")
  func plateaus() throws {
    let golden = try Self.golden.get()
    for run in golden.plateaus {
      let schedule = try #require(try Self.schedule(run.config).plateau)
      var state = PlateauState()
      for (loss, rate) in zip(golden.losses, run.rates) {
        state.note(loss, higherIsBetter: false, base: golden.base, schedule: schedule)
        #expect(abs(state.scale * golden.base - rate) < 1e-12, "\(run.config)")
        let copy = try #require(PlateauState(numbers: state.numbers))
        #expect(copy.numbers.map(\.bitPattern) == state.numbers.map(\.bitPattern))
      }
    }
    #expect(PlateauState(numbers: [2, 0, 0, 0]) == nil)
    #expect(PlateauState(numbers: [1]) == nil)
  }

  @Test(
    "every example is finite, not negative, and the same when asked again; also with a warm-up",
    arguments: kinds)
  func battery(kind: String) throws {
    let type = try #require(ScheduleRegistry.standard.all.first { $0.kind == kind })
    #expect(type.examples.count >= 2)
    for example in type.examples {
      for warmup in [[], [ConfigValue.Member("warmup_steps", .integer(6))]] {
        guard case .object(let members) = try ConfigValue.parse(Data(example.utf8), file: "example") else { return }
        let schedule = try FieldReader.readVariant(
          .object([.init("type", .string(kind))] + members + warmup), ScheduleRegistry.standard, path: "schedule"
        ).0
        for total in [0, 1, 2, 3, 100] {
          let plan = SchedulePlan(base: 0.5, totalSteps: total, stepsPerEpoch: 10)
          for step in 0..<total + 5 {
            let rate = schedule.learningRate(at: step, of: plan)
            #expect(rate.isFinite && rate >= 0 && rate <= 0.5 + 1e-12, "\(example) at \(step) of \(total): \(rate)")
            #expect(rate == schedule.learningRate(at: step, of: plan))
          }
        }
      }
    }
  }
}
