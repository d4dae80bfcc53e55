package import Platform

/// When the batch system ends the job, as its environment says.
package struct BatchDeadline: Sendable, Equatable {
  /// When the run has to save its state and stop, in seconds since 1970; nil: nothing is known.
  package private(set) var stopAt: Double?
  /// What is wrong with what the environment says.
  package private(set) var warning: String?

  /// A batch system ends the job hard: a minute is left for the last checkpoint, half of a job of two minutes or less.
  ///
  /// - Parameter now: seconds since 1970.
  package init(_ environment: ProcessEnvironment, now: Double) {
    let key = "SLURM_JOB_END_TIME"
    guard let text = environment[key] else { return }
    guard let end = Double(text), end.isFinite else {
      warning = "\(key) is '\(text.prefix(40))', not a time in seconds since 1970; it is ignored"
      return
    }
    // A shell that outlives its job hands it down, and every later run would stop after a step.
    guard end > now else {
      warning =
        "\(key) says that the job ended \(ProgressBar.duration(now - end)) ago, so it is not this one's; it is ignored (unset \(key))"
      return
    }
    stopAt = end - min(60, (end - now) / 2)
  }
}
