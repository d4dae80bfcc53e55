package import Platform

/// What a run is started with.
package struct RunOptions {
  /// The directory that the config's paths start from.
  package var baseDirectory: String
  /// Where the run's files go.
  package var outputDirectory: String
  package var trainer: TrainerOptions
  /// Whether the run may go on from a checkpoint of another ``ArithmeticNumber``.
  package var goesOnFromOtherArithmetic = false
  /// What the process was started with; by default nothing.
  package var environment: ProcessEnvironment = [:]

  /// Whether figures of the columns are taken down while the data are read.
  package var profilesColumns = false

  /// Where the run's checkpoints go.
  func checkpointDirectory(_ config: RunConfig) -> String {
    config.checkpoint.directory ?? outputDirectory + "/checkpoints"
  }

  package init(baseDirectory: String, outputDirectory: String, threads: Int) {
    self.baseDirectory = baseDirectory
    self.outputDirectory = outputDirectory
    trainer = TrainerOptions(threads: threads)
  }
}
