internal import ArgumentParser
internal import Collectives
internal import Glibc
internal import ModelSelection
internal import Platform
internal import Specs
internal import Training

/// `ptrain compare config.json --losses mse,huber`: cross-validation of several configs on the same folds, with
/// verdicts.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare losses, or values of any key, by cross-validation on the same folds, with verdicts.")

  @OptionGroup var common: CommonOptions

  @OptionGroup var compare: CompareOptions

  func validate() throws {
    if common.trace != nil { throw ValidationError("--trace shows one training; compare makes many: leave it out") }
  }

  func run() throws {
    StopSignal.listen()
    StopSignal.endAtOnce(speaks: PTrain.isFirstProcess, isAlone: !PTrain.launcher.knowsMPI)
    signal(SIGPIPE, SIG_IGN)
    try withCluster { cluster in
      let (value, config) = try common.read(cluster)
      try cluster.startWatchdog(seconds: config.parallel.watchdogSeconds)
      let candidates = try cluster.agree(describe: describeFailure) {
        do { return try CandidateList.make(base: value, losses: compare.losses, vary: compare.vary) } catch let error
          as ConfigError
        {
          throw error.exitCode == .config ? error.inFile(common.config) : error
        }
      }
      let single = try cluster.agree(describe: describeFailure) { try compare.single(among: candidates) }
      var shared = config
      // More ranks than shards are not idle here.
      shared.parallel.shards = nil
      let launch = try Launch(cluster, PTrain.environment, threads: common.threads, config: shared)
      let speaks = cluster.rank == 0 && !common.quiet && !compare.json
      if speaks { launch.announce(config) }
      let comparison = try Comparison(candidates, options: options(launch), cluster: cluster)
      if speaks {
        StandardOutput.write(headline(comparison))
        for note in comparison.notes { StandardOutput.write(note) }
      }
      if let single { return try retrain(single, comparison, cluster) }
      let directory = common.output ?? "runs/\(config.name)-compare"
      let lock = try SelectionDirectory.take(directory, cluster) { try comparison.requireOwn(directory) }
      defer { lock?.release() }
      try SelectionDirectory.listenForSteps(cluster)
      try conclude(
        run(comparison, in: directory, speaks: speaks, cluster), comparison, base: value, in: directory, cluster)
    }
  }

  private func options(_ launch: Launch) -> ComparisonOptions {
    var options = ComparisonOptions(baseDirectory: common.baseDirectory, configFile: common.config)
    (options.folds, options.repeats) = (compare.folds, compare.repeats ?? options.repeats)
    options.request = compare.request
    options.metrics = compare.metricNames
    options.region = compare.region
    options.maxRepeats = compare.until.map { _ in compare.maxRepeats ?? 30 }
    options.environment = PTrain.environment
    options.threads = launch.threads
    return options
  }

  private func headline(_ comparison: Comparison) -> String {
    let names = comparison.candidates.map { $0.name.excerpt(60) }
    let shown = names.prefix(8).joined(separator: " | ") + (names.count > 8 ? " | … (\(names.count))" : "")
    let cells = comparison.options.maxRepeats.map { "up to \($0)" } ?? "\(comparison.options.repeats)"
    return "comparing \(shown): \(cells) × \(comparison.options.folds) folds, by "
      + comparison.metrics.map(\.name).joined(separator: ", ")
  }

  private func run(
    _ comparison: Comparison, in directory: String, speaks: Bool, _ cluster: any Cluster
  ) throws -> ComparisonReport {
    let progress = CompareProgress(isShown: speaks, PTrain.environment)
    let outcome = try comparison.run(in: directory, report: progress.show)
    progress.end()
    switch outcome {
    case .finished(let report): return report
    case .stopped(let reason, let done, let count):
      throw AgreedFailure(
        rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.stopped.rawValue,
        sentence:
          "stopped on request (\(reason.words)); \(done) of \(count.counted("training")) \(done.isOrAre) finished and kept in \(directory), the same command goes on"
      )
    }
  }

  /// Writes `compare.json` and says what was found; collective.
  private func conclude(
    _ report: ComparisonReport, _ comparison: Comparison, base: ConfigValue, in directory: String,
    _ cluster: any Cluster
  ) throws {
    try cluster.agree(describe: describeFailure) {
      guard cluster.rank == 0 else { return }
      let text = comparison.json(report, config: base).prettyText, path = directory + "/" + Comparison.fileName
      try AtomicFile.write(Array(text.utf8), to: path)
      if compare.json {
        try StandardOutput.answer(text, terminator: "")
      } else if !common.quiet {
        let style = TerminalStyle(PTrain.environment)
        let lines =
          ComparisonText(isPlain: style.isPlain).lines(report) + ["every fold, its rows, seeds and hashes: \(path)"]
        try StandardOutput.answer(lines.joined(separator: "\n"))
      }
    }
  }

  /// Trains one fold alone and says its hash; collective.
  private func retrain(_ single: CompareOptions.Single, _ comparison: Comparison, _ cluster: any Cluster) throws {
    let found = try comparison.retrain(cycle: single.cycle, fold: single.fold, candidate: single.candidate)
    try cluster.agree(describe: describeFailure) {
      guard let found else { throw RunError(.stopped, "stopped on request; nothing is kept of this training") }
      guard cluster.rank == 0 else { return }
      guard let hash = found.result.weightsHash else {
        throw RunError(.notFinite, found.trace ?? "the training diverged after \(found.result.steps.counted("step"))")
      }
      let figures = comparison.metrics.map { metric in
        let value = found.result.value(of: metric.name)
        return "\(metric.name) \(value.isFinite ? ConfigValue.number(value).compactText : "undefined")"
      }
      let test = common.quiet ? [] : ["fold: " + figures.joined(separator: "  ")]
      try StandardOutput.answer((test + ["weights_sha256 \(hash)"]).joined(separator: "\n"))
    }
  }
}
