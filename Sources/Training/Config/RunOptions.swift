package import Platform

/// What a run is started with.
package struct RunOptions {
  /// The directory that the config's paths start from.
  package var baseDirectory: String
  /// Where the run's files go.
  package var outputDirectory: String
  package var threads: Int
  package var isQuiet: Bool
  package var showsProgress: Bool
  /// Cores of this node for each of its ranks that no worker uses.
  package var spareCores = 0
  /// The shards of the run that goes on, which an earlier launch may have chosen.
  package var shards: Int?
  /// Whether the run may go on from a checkpoint of another ``ArithmeticNumber``.
  package var goesOnFromOtherArithmetic = false
  /// What the process was started with; by default nothing.
  package var environment: ProcessEnvironment = [:]

  /// Where the run's checkpoints go.
  func checkpointDirectory(_ config: RunConfig) -> String {
    config.checkpoint.directory ?? outputDirectory + "/checkpoints"
  }

  /// Takes note of what this rank does when.
  package var trace: TraceRecorder?

  package init(baseDirectory: String, outputDirectory: String, threads: Int, isQuiet: Bool, showsProgress: Bool) {
    self.baseDirectory = baseDirectory
    self.outputDirectory = outputDirectory
    self.threads = threads
    self.isQuiet = isQuiet
    self.showsProgress = showsProgress
  }
}
