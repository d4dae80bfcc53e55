internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import MPI
internal import Networks
internal import Platform
internal import Specs
internal import Training

/// `ptrain bench config.json`: the speed of steps.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure steady-state speed, data in memory; nothing is written.")

  @OptionGroup var common: CommonOptions

  @Option(help: "Steps that are timed.")
  var steps = 50

  @Option(help: "Steps before the timing starts.")
  var warmup = 10

  @Flag(help: "One line of JSON instead of a table.")
  var json = false

  @Flag(help: "The dense products of the config's layers beside oneDNN's where it is installed, one thread.")
  var kernels = false

  @Flag(help: "Every loss with its gradient on one batch of the config's size and outputs, one thread.")
  var losses = false

  @Flag(help: "Every allreduce on 4 KiB to 256 MiB beside MPI_Allreduce, on the ranks of this launch.")
  var collectives = false

  @Option(help: "With --collectives: the largest gradient, in MiB.")
  var limit = 256

  @Flag(help: "Strong and weak scaling over ranks and threads; starts mpirun itself, so run it without.")
  var sweep = false

  @Option(help: "With --sweep: numbers of ranks, like 1,2,4; the cores' powers of two unless given.")
  var ranks: String?

  @Option(help: "With --sweep: numbers of threads per rank, like 1,2.")
  var threadCounts = "1"

  @Option(help: "With --sweep: runs of every layout.")
  var repeats = 3

  @Option(help: "With --sweep: a directory for scaling.json and scaling.svg.")
  var report: String?

  @Flag(
    inversion: .prefixedNo, help: "With --sweep: whether weak scaling, the batch growing with workers, is measured too."
  )
  var weak = true

  func validate() throws {
    try OptionRange.require("--repeats", repeats, 1...1000)
    for (name, text) in [("--ranks", ranks ?? "1"), ("--thread-counts", threadCounts)] where Self.counts(text) == nil {
      throw ValidationError("\(name) takes whole numbers from 1 to 4096 with commas between, found \(text)")
    }
    if common.trace != nil, sweep || collectives || kernels || losses {
      throw ValidationError("--trace shows training steps; leave out --sweep, --collectives, --kernels or --losses")
    }
    if report != nil, !sweep { throw ValidationError("--report goes with --sweep") }
    guard limit > 0, limit <= 1 << 20 else {
      throw ValidationError("--limit takes MiB from 1 to 1048576, found \(limit)")
    }
    try OptionRange.require("--steps", steps, 1...10_000_000)
    try OptionRange.require("--warmup", warmup, 0...10_000_000)
  }

  /// Whole numbers with commas between.
  private static func counts(_ text: String) -> [Int]? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    return numbers.allSatisfy { (1...4096).contains($0) } ? numbers : nil
  }

  private func runSweep() throws {
    let environment = PTrain.environment
    guard !environment.isUnderMPIRun else {
      throw RunError(.usage, "--sweep starts mpirun itself; run it without mpirun")
    }
    try common.requireFile("every layout reads the config")
    let config: RunConfig
    do { config = try common.load(SoloCluster()) } catch let error as AgreedFailure { throw error.asRunError }
    let cores = environment.number("SLURM_NTASKS") ?? Affinity.cores().count
    var powers = [1]
    while let last = powers.last, last * 2 <= cores { powers.append(last * 2) }
    let sweep = ScalingSweep(
      arguments: [common.config] + common.overrides.flatMap { ["--set", $0] },
      ranks: ranks.flatMap(Self.counts) ?? powers, threads: Self.counts(threadCounts) ?? [1],
      batch: config.training.globalBatchSize, repeats: repeats, steps: steps, warmup: warmup, measuresWeak: weak,
      isBatchJob: environment["SLURM_JOB_ID"] != nil,
      title: "\(config.name) on \(ProcessInfo.processInfo.hostName)")
    if let report { try OutputFile(report, option: "--report").makeDirectory() }
    StopSignal.listen()
    let (result, failure) = sweep.run(cores: cores) { line in
      if !common.quiet, !json { StandardError.write(line) }
    }
    if failure == nil || !result.points.isEmpty {
      if let report {
        try OutputFile(report + "/scaling.json", option: "--report").write(Array(result.json.prettyText.utf8))
        try OutputFile(report + "/scaling.svg", option: "--report").write(Array(ScalingPlot.svg(result).utf8))
      }
      try StandardOutput.answer(json ? result.json.compactText + "\n" : result.text, terminator: "")
    }
    if let failure { throw failure }
    guard result.disagreements.isEmpty || !config.parallel.isInvariant else {
      throw RunError(.internalError, "layouts gave different weights: \(result.disagreements.joined(separator: "; "))")
    }
  }

  func run() throws {
    if sweep { return try runSweep() }
    let measuresSteps = !collectives && !kernels && !losses
    if measuresSteps {
      StopSignal.listen()
      StopSignal.endAtOnce(speaks: PTrain.isFirstProcess, isAlone: !PTrain.launcher.knowsMPI)
    }
    try withCluster { cluster in
      let config = try common.load(cluster)
      let launch = try Launch(cluster, PTrain.environment, threads: common.threads, config: config)
      if cluster.rank == 0, !common.quiet, !json { launch.announce(config) }
      if collectives {
        let table = try CollectiveBenchmark.run(
          cluster: cluster, shards: config.parallel.shards ?? cluster.size, limit: limit << 20, repeats: steps)
        return try answer(json ? table.json.compactText + "\n" : CollectiveBenchmark.text(table), cluster)
      }
      try common.prepareTrace(cluster)
      let options = common.runOptions(launch, output: "")
      let trainer = try common.naming {
        try Trainer(
          config, data: LoadedData(config, options: options, cluster: cluster), options: options.trainer,
          cluster: cluster)
      }
      if kernels || losses {
        let table = try cluster.agree(describe: describeFailure) {
          guard cluster.rank == 0 else { return ConfigValue.null }
          return kernels
            ? try KernelBenchmark.run(trainer, repeats: steps).json
            : try LossBenchmark.run(
              rows: config.training.globalBatchSize, outputs: trainer.network.output.count, repeats: steps
            ).json
        }
        return try answer(json ? table.compactText + "\n" : table.prettyText, cluster)
      }
      // The first rank, which would end them all with a line, is the last to wait.
      if cluster.rank != 0 { StopSignal.waitForSteps() }
      try cluster.barrier()
      StopSignal.waitForSteps()
      let trace = common.makeTraceSink()
      let (result, stopped) = try Benchmark.run(
        trainer, warmup: warmup, steps: steps, cluster: cluster, trace: trace)
      try common.writeTrace(trace, cluster, consequence: nil)
      if let result = result?.json { try answer(json ? result.compactText + "\n" : result.prettyText, cluster) }
      guard let stopped else { return }
      throw AgreedFailure(
        rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.stopped.rawValue,
        sentence: "stopped on request (\(stopped.reason.words)) after \(stopped.steps) of \(steps) steps that are timed"
          + (result == nil ? "" : "; the figures are those of these steps"))
    }
  }
}
