package import Specs

/// A schedule as config.json names it: the learning rate of each update, a pure function of its number.
package protocol ScheduleSpec: Spec {
  /// The learning rate of an update.
  ///
  /// - Parameter step: updates made before, from 0; counted from the end of the warm-up.
  func learningRate(at step: Int, of plan: SchedulePlan) -> Double
  /// Whether its rates depend on the number of updates of the whole run: with more epochs all of them would be others.
  var isOverRun: Bool { get }
}

extension ScheduleSpec {
  package var isOverRun: Bool { false }
}

/// What a schedule runs over.
package struct SchedulePlan: Sendable, Equatable {
  /// The optimizer's learning rate.
  package var base: Double
  /// Updates of the whole run, without the warm-up.
  package var totalSteps: Int
  package var stepsPerEpoch: Int

  package init(base: Double, totalSteps: Int, stepsPerEpoch: Int) {
    self.base = base
    self.totalSteps = totalSteps
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// How far a step is through the run, 0 at the first update and 1 after the last.
  func progress(_ step: Int) -> Double { totalSteps > 0 ? min(1, Double(step) / Double(totalSteps)) : 1 }
}

/// A length in updates, or in epochs.
package struct ScheduleLength: Sendable, Equatable {
  private var steps: Int?
  private var epochs: Int?

  /// Reads `NAME_steps` or `NAME_epochs`.
  init(_ name: String, from fields: FieldReader, default epochs: Int, _ summary: String) throws(ConfigError) {
    steps = try fields.optionalInteger("\(name)_steps", in: 1...Int(Int32.max), summary + ", in updates")
    let given = try fields.optionalInteger("\(name)_epochs", in: 1...1_000_000, summary + ", in epochs")
    if steps != nil, given != nil {
      throw fields.error("\(name)_epochs", "give either \(name)_steps or \(name)_epochs, not both")
    }
    self.epochs = steps == nil ? given ?? epochs : nil
  }

  /// The length in updates.
  func steps(_ plan: SchedulePlan) -> Int { steps ?? max(1, (epochs ?? 1) * plan.stepsPerEpoch) }
}
