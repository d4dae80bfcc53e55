internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Specs
internal import Training

/// `ptrain config.json`: trains.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train (the default): alone, or under mpirun or srun.")

  @OptionGroup var common: CommonOptions

  @Flag(help: "No progress bar, plain lines instead.")
  var noProgress = false

  @Option(help: "never: start anew; an existing run directory is renamed.")
  var resume: String?

  func validate() throws {
    if let resume, resume != "never" {
      throw ValidationError("--resume \(resume) is not in this version; allowed: never")
    }
  }

  func run() throws {
    try withCluster { cluster in
      let config = try common.load(cluster)
      let launch = try Launch(cluster, threads: common.threads, config: config)
      if cluster.rank == 0, !common.quiet { launch.announce(config) }
      try common.prepareTrace(cluster)
      let options = common.runOptions(
        launch, output: common.outputDirectory(config), isQuiet: common.quiet, showsProgress: !noProgress)
      let trainer = try common.naming { try Trainer(config, options: options, cluster: cluster) }
      if cluster.rank == 0, !common.quiet {
        print(trainer.headline)
        if cluster.size > 1 { print(trainer.executor.parallelism.line) }
      }
      let summary = try trainer.run()
      try common.writeTrace(options.trace, cluster)
      guard cluster.rank == 0 else { return }
      if !common.quiet {
        for line in trainer.slowRanks { print(line) }
        report(summary, directory: common.outputDirectory(config))
      }
      print("weights_sha256 \(text(summary["weights_sha256"]))")
    }
  }

  private func report(_ summary: ConfigValue, directory: String) {
    if case .object(let parts)? = summary["metrics"] {
      for part in parts {
        guard case .object(let members) = part.value else { continue }
        let figures = members.map { "\($0.key) \($0.value.compactText)" }.joined(separator: "  ")
        print("\(part.key): \(figures)")
      }
    }
    print("run directory: \(directory) (config.json, metrics.jsonl, model.safetensors, summary.json)")
  }

  private func text(_ value: ConfigValue?) -> String {
    if case .string(let text)? = value { return text }
    return value?.compactText ?? ""
  }
}
