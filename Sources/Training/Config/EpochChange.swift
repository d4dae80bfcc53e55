internal import Optimization
internal import Specs

/// Whether a run may go on with another number of epochs: where its steps so far are those of a run that had asked for
/// them from the start.
enum EpochChange {
  /// The epochs that a stored config states.
  static func epochs(of config: ConfigValue) -> Int? {
    guard case .integer(let epochs)? = config["training"]?["epochs"] else { return nil }
    return epochs
  }

  /// Why a run with so many epochs cannot become one of this config; nil: it can.
  ///
  /// - Parameter before: the epochs that it was started with.
  static func refusal(from before: Int, to config: RunConfig) -> String? {
    let after = config.training.epochs
    guard after != before else { return nil }
    let change = "training.epochs was \(before), is \(after)"
    if after < before { return "\(change), and a run cannot go on with fewer" }
    if let steps = config.training.steps {
      return "\(change), but training.steps ends the run after \(steps) updates, and more cannot be added to those"
    }
    let schedule = config.optimizer.schedule
    if schedule.isOverRun {
      return
        "\(change), but the schedule '\(type(of: schedule.spec).kind)' runs over the whole run: with more epochs all "
        + "learning rates so far would have been others"
    }
    return nil
  }
}
