internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Glibc
internal import Metrics
internal import Platform
internal import Specs
internal import Training

/// `ptrain config.json`: trains.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train (the default): alone, or under mpirun or srun.")

  @OptionGroup var common: CommonOptions

  @OptionGroup var train: TrainOptions

  func run() throws {
    StopSignal.listen()
    StopSignal.endAtOnce(speaks: PTrain.isFirstProcess, isAlone: !PTrain.launcher.knowsMPI)
    // A reader that leaves, like `head`, must not end the training.
    signal(SIGPIPE, SIG_IGN)
    try withCluster { cluster in
      let config = try common.load(cluster)
      try cluster.startWatchdog(seconds: config.parallel.watchdogSeconds)
      let launch = try Launch(cluster, PTrain.environment, threads: common.threads, config: config)
      let speaks = cluster.rank == 0 && !common.quiet
      if speaks { launch.announce(config) }
      var options = common.runOptions(launch, output: common.outputDirectory(config))
      options.trainer.sinks = [
        TerminalSink(isQuiet: common.quiet, showsProgress: !train.noProgress, environment: options.environment)
      ]
      let traceSink = common.makeTraceSink()
      if let traceSink { options.trainer.sinks.append(traceSink) }
      let (start, locks) = try RunLocks.begin(config, options: options, mode: train.mode, cluster: cluster)
      if case .finished(let summary) = start {
        try common.naming { try summary.requireData(config, options: options, cluster: cluster) }
        if speaks {
          StandardOutput.write("\(options.outputDirectory): this run is finished; --resume never starts it anew")
        }
        return try conclude(summary, config, directory: options.outputDirectory, cluster)
      }
      try common.prepareTrace(cluster)
      switch start {
      case .goOn(let shards): options.trainer.shards = shards
      case .unknown(let shards): options.trainer.shards = shards
      default: break
      }
      options.goesOnFromOtherArithmetic = train.force
      let run = try common.naming { try Run(config, options: options, cluster: cluster) }, trainer = run.trainer
      if case .weights(let path) = train.mode {
        let missing = try run.warmStart(from: path)
        if speaks, !missing.isEmpty {
          StandardOutput.write("not in \(path), begun anew: \(missing.joined(separator: ", "))")
        }
      }
      if speaks {
        StandardOutput.write(trainer.headline)
        for line in trainer.classShareLines + trainer.classLines { StandardOutput.write(line) }
        for note in trainer.data.notes { StandardOutput.write(note) }
        if let warning = trainer.memoryWarning { StandardOutput.write("warning: \(warning)") }
        for line in trainer.watchLines { StandardOutput.write(line) }
        if cluster.size > 1 { StandardOutput.write(trainer.executor.parallelism.line) }
      }
      let summary = try train(run, from: start, locks: locks, trace: traceSink, cluster)
      let trace = Result {
        try common.writeTrace(
          traceSink, cluster,
          consequence: "the run is finished all the same, its files are in \(options.outputDirectory)")
      }
      if speaks { for line in run.slowRanks { StandardOutput.write(line) } }
      try conclude(summary, config, directory: options.outputDirectory, cluster)
      try trace.get()
    }
  }

  /// Trains; a run that stops or fails leaves the trace of what it has done so far. Collective.
  private func train(
    _ run: Run, from start: RunStart, locks: RunLocks?, trace: TraceSink?, _ cluster: any Cluster
  ) throws -> RunSummary {
    do { return try run.run(from: start, locks: locks) } catch {
      // Ranks that have not all failed together have nobody to send their events to.
      if error is AgreedFailure || cluster.size == 1 { try common.rescueTrace(trace, cluster) }
      throw error
    }
  }

  /// The last lines of a run; collective.
  private func conclude(
    _ summary: RunSummary, _ config: RunConfig, directory: String, _ cluster: any Cluster
  ) throws {
    try cluster.agree(describe: describeFailure) {
      guard cluster.rank == 0 else { return }
      if !common.quiet { report(summary, config, directory: directory) }
      StandardOutput.write("weights_sha256 \(summary.weightsHash)")
      try StandardOutput.check("the run is finished all the same, its files are in \(directory)")
    }
  }

  private func report(_ summary: RunSummary, _ config: RunConfig, directory: String) {
    for part in summary.metrics {
      let figures = part.report.entries.map { $0.words { $0.json.compactText } }
      StandardOutput.write("\(part.name): \(figures.joined(separator: "  "))")
    }
    if let comparison = summary.constantComparison(config) {
      StandardOutput.write((comparison.isBetter ? "" : "warning: ") + comparison.line)
    }
    for line in summary.smearingLines(config) { StandardOutput.write(line) }
    StandardOutput.write("run directory: \(directory) (config.json, metrics.jsonl, model.safetensors, summary.json)")
  }
}
