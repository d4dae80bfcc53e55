package import Specs

/// The command line of the ranks: that of the supervisor without what is the supervisor's own.
package struct TrainArguments: Sendable {
  package var config: String
  package var overrides: [String] = []
  package var output: String?
  package var trace: String?
  package var resume = ResumeMode.auto
  package var isForced = false
  package var isQuiet = false
  package var showsProgress = true

  package init(config: String) { self.config = config }

  /// The arguments of `ptrain`.
  ///
  /// - Parameter resume: how this start treats what is in the run's directory.
  package func line(threads: Int, resume: ResumeMode) -> [String] {
    var line = ["train", config]
    for override in overrides { line += ["--set", override] }
    line += ["--threads", "\(threads)"]
    if let output { line += ["--output", output] }
    switch resume {
    case .auto: break
    case .never: line += ["--resume", "never"]
    case .weights(let path): line += ["--resume", path, "--force"]
    }
    if isForced, !line.contains("--force") { line.append("--force") }
    if let trace { line += ["--trace", trace] }
    if isQuiet { line.append("--quiet") }
    if !showsProgress { line.append("--no-progress") }
    return line
  }

  /// How the next start treats the run's directory: what an earlier start of this supervisor has begun there goes on.
  ///
  /// - Parameters:
  ///   - hasBegun: whether an earlier start has got as far as to write the run's config.
  ///   - hasCheckpoint: a run that begins with the weights of another can go on only from its own first checkpoint.
  package func resumeMode(hasBegun: Bool, hasCheckpoint: Bool) -> ResumeMode {
    switch resume {
    case .auto: .auto
    case .never: hasBegun ? .auto : .never
    case .weights: hasBegun && hasCheckpoint ? .auto : resume
    }
  }
}
