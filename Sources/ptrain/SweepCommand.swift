internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Glibc
internal import ModelSelection
internal import Platform
internal import Specs
internal import Training

/// `ptrain sweep config.json --search KEY=…`: many configs, the best of them, by grid, random or Sobol points, with
/// or without halving.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Search keys of a config for the best values: grid, random, Sobol, successive halving, Hyperband.")

  @OptionGroup var common: CommonOptions

  @OptionGroup var search: SweepSearchOptions

  func validate() throws {
    if common.trace != nil { throw ValidationError("--trace shows one training; sweep makes many: leave it out") }
  }

  func run() throws {
    StopSignal.listen()
    StopSignal.endAtOnce(speaks: PTrain.isFirstProcess, isAlone: !PTrain.launcher.knowsMPI)
    signal(SIGPIPE, SIG_IGN)
    try withCluster { cluster in
      let (value, config) = try common.read(cluster)
      try cluster.startWatchdog(seconds: config.parallel.watchdogSeconds)
      let file = try spaceFile(cluster)
      var request = SweepRequest(baseDirectory: common.baseDirectory, configFile: common.config)
      (request.folds, request.metric, request.environment) = (search.folds, search.metric, PTrain.environment)
      typealias Single = (trial: Int, rung: Int, fold: Int)
      let (plan, single, added) = try cluster.agree(describe: describeFailure) { () -> (SweepPlan, Single?, [String]) in
        do {
          let (base, notes) = try request.complete(value, config)
          let space = try SearchSpace(words: search.search, file: file)
          let plan = try SweepPlan(base: base, space: space, options: search.options)
          return (plan, try search.single(of: plan), notes)
        } catch let error as ConfigError {
          throw error.exitCode == .config ? error.inFile(common.config) : error
        }
      }
      var shared = config
      // More ranks than shards are not idle here.
      shared.parallel.shards = nil
      let launch = try Launch(cluster, PTrain.environment, threads: common.threads, config: shared)
      request.threads = launch.threads
      let speaks = cluster.rank == 0 && !common.quiet && !search.json
      if speaks { launch.announce(config) }
      let sweep = try Sweep(plan, request: request, cluster: cluster)
      if speaks {
        StandardOutput.write(headline(sweep))
        for note in added + sweep.notes { StandardOutput.write(note) }
      }
      if let single { return try retrain(single, sweep, cluster) }
      let directory = common.output ?? "runs/\(config.name)-sweep"
      let lock = try SelectionDirectory.take(directory, cluster) { try sweep.requireOwn(directory) }
      defer { lock?.release() }
      try SelectionDirectory.listenForSteps(cluster)
      let (report, waited) = try run(sweep, in: directory, speaks: speaks, cluster)
      try conclude(report, waited: waited, sweep, base: value, in: directory, cluster)
    }
  }

  /// The file of `--space`, read by the first rank; collective.
  private func spaceFile(_ cluster: any Cluster) throws -> (name: String, content: ConfigValue)? {
    guard let path = search.space else { return nil }
    let bytes = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try GivenFile.contents(path, remedy: "give the path of a JSON file after --space") : []
    }
    let text = try cluster.broadcast(bytes, from: 0)
    return try cluster.agree(describe: describeFailure) {
      do { return (path, try ConfigValue.parse(Data(text), file: path, comments: .skipped)) } catch let error
        as ConfigError
      {
        throw error.inFile(path)
      }
    }
  }

  private func headline(_ sweep: Sweep) -> String {
    let plan = sweep.plan, count = plan.trials.count, keys = plan.space.keys.map(\.key).joined(separator: ", ")
    let rungs = plan.brackets.map(\.rungs.count).max() ?? 1
    let halving = rungs > 1 ? ", in \(plan.brackets.count.counted("bracket")) of up to \(rungs.counted("rung"))" : ""
    return "searching \(keys): \(count.counted("trial")) of up to \(plan.budget.words)\(halving), "
      + "by \(sweep.metric.name)"
  }

  private func run(
    _ sweep: Sweep, in directory: String, speaks: Bool, _ cluster: any Cluster
  ) throws -> (SweepReport, waited: Double) {
    let progress = CompareProgress(isShown: speaks, PTrain.environment, noun: sweep.plan.budget.unit)
    let outcome = try sweep.run(in: directory, report: progress.show)
    progress.end()
    switch outcome {
    case .finished(let report, let waited): return (report, waited)
    case .stopped(let reason, let done, let count):
      throw AgreedFailure(
        rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.stopped.rawValue,
        sentence:
          "stopped on request (\(reason.words)); \(done) of \(count.counted("training")) \(done.isOrAre) finished "
          + "and kept in \(directory), those under way too, the same command goes on")
    }
  }

  /// Writes `sweep.json` and `best.json` and says what was found; collective.
  private func conclude(
    _ report: SweepReport, waited: Double, _ sweep: Sweep, base: ConfigValue, in directory: String,
    _ cluster: any Cluster
  ) throws {
    try cluster.agree(describe: describeFailure) {
      guard cluster.rank == 0 else { return }
      let text = report.json(config: base, identity: sweep.identity, members: sweep.members).prettyText
      let path = directory + "/" + SweepReport.fileName, best = directory + "/" + SweepReport.bestName
      if let config = report.bestConfig(baseDirectory: common.baseDirectory) {
        try AtomicFile.write(Array(config.prettyText.utf8), to: best)
      }
      try AtomicFile.write(Array(text.utf8), to: path)
      if search.json {
        try StandardOutput.answer(text, terminator: "")
      } else if !common.quiet {
        let style = TerminalStyle(PTrain.environment)
        var lines = report.lines(isPlain: style.isPlain)
        if report.bestConfig != nil { lines.append("the best config: \(best)") }
        lines.append("every trial, its values and hashes: \(path)")
        if cluster.size > 1 {
          lines.append("ranks waited for others \(String(format: "%.1f", 100 * waited)) % of their time")
        }
        try StandardOutput.answer(lines.joined(separator: "\n"))
      }
    }
  }

  /// Trains one trial alone and says its hash; collective.
  private func retrain(_ single: (trial: Int, rung: Int, fold: Int), _ sweep: Sweep, _ cluster: any Cluster) throws {
    let found = try sweep.retrain(trial: single.trial, rung: single.rung, fold: single.fold)
    try cluster.agree(describe: describeFailure) {
      guard let found else { throw RunError(.stopped, "stopped on request; nothing is kept of this training") }
      guard cluster.rank == 0 else { return }
      guard let hash = found.weightsHash else {
        throw RunError(.notFinite, "the training diverged after \(found.steps.counted("step"))")
      }
      let value = found.value(of: sweep.metric.name)
      let number = value.isFinite ? ConfigValue.number(value).compactText : "undefined"
      let lines = common.quiet ? [] : ["after \(found.steps.counted("step")): \(sweep.metric.name) \(number)"]
      try StandardOutput.answer((lines + ["weights_sha256 \(hash)"]).joined(separator: "\n"))
    }
  }
}
