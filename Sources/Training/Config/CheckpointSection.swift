package import Specs

/// When a run saves its state, `checkpoint`.
package struct CheckpointSection: Sendable {
  package var everySteps: Int?
  package var everyMinutes: Double?
  package var everyEpochs: Int?
  /// Checkpoints that are kept, the newest ones.
  package var keep: Int
  /// Where they go; nil: `checkpoints` in the run's directory.
  package var directory: String?

  package init(from fields: FieldReader) throws(ConfigError) {
    everySteps = try fields.optionalInteger("every_steps", in: 1...Int(Int32.max), "save after so many updates")
    everyMinutes = try fields.number(
      "every_minutes", default: 10, in: .nonNegative, "save after so much time; 0: not by time")
    everyEpochs = try fields.optionalInteger("every_epochs", in: 1...1_000_000, "save after so many epochs")
    keep = try fields.integer("keep", default: 3, in: 1...1_000_000, "checkpoints that are kept, the newest")
    directory = try fields.optionalText("directory", "where checkpoints go, instead of the run's directory")
    if directory?.isEmpty == true {
      throw fields.error("directory", "an empty text names no directory; give one, or leave the key out")
    }
  }

  /// Whether the steps or epochs say that it is time.
  func isDue(afterStep step: Int, endsEpoch: Bool, epoch: Int) -> Bool {
    if let everySteps, step % everySteps == 0 { return true }
    if let everyEpochs, endsEpoch, epoch % everyEpochs == 0 { return true }
    return false
  }
}
