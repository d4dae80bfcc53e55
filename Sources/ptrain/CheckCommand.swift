internal import ArgumentParser
internal import Collectives
internal import Networks
internal import Platform
internal import Specs
internal import Training

/// `ptrain check config.json`: everything but the training.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Validate config and data, print the plan; trains nothing and needs no MPI.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let cluster = SoloCluster()
    let config: RunConfig
    do { config = try common.load(cluster) } catch let error as AgreedFailure { throw error.asRunError }
    do { try common.prepareTrace(cluster) } catch let error as AgreedFailure { throw error.asRunError }
    let run: Run
    do {
      run = try common.naming {
        try Run(
          config,
          options: RunOptions(
            baseDirectory: common.baseDirectory, outputDirectory: common.outputDirectory(config),
            threads: common.threads ?? 1), cluster: cluster)
      }
    } catch let error as AgreedFailure { throw error.asRunError }
    try run.requireSpace()
    guard PTrain.isFirstProcess else { return }
    for warning in run.trainer.network.warnings { StandardError.write("warning: \(warning)") }
    try StandardOutput.answer(run.plan, terminator: "")
  }
}

extension AgreedFailure {
  /// The failure of a run with one rank.
  var asRunError: RunError { RunError(ExitCode(rawValue: exitCode) ?? .internalError, sentence) }
}
