internal import ArgumentParser
internal import Collectives
internal import Networks
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

  @Flag(help: "The dense products of the config's layers beside oneDNN's, one thread.")
  var kernels = false

  @Flag(help: "Every loss with its gradient on one batch of the config's size and outputs, one thread.")
  var losses = false

  @Flag(help: "Every allreduce on 4 KiB to 256 MiB beside MPI_Allreduce, on the ranks of this launch.")
  var collectives = false

  @Option(help: "With --collectives: the largest gradient, in MiB.")
  var limit = 256

  func validate() throws {
    guard limit > 0, limit <= 1 << 20 else {
      throw ValidationError("--limit takes MiB from 1 to 1048576, found \(limit)")
    }
    guard steps > 0, steps <= 10_000_000 else {
      throw ValidationError("--steps takes a whole number from 1 to 10000000, found \(steps)")
    }
    guard warmup >= 0, warmup <= 10_000_000 else {
      throw ValidationError("--warmup takes a whole number from 0 to 10000000, found \(warmup)")
    }
  }

  func run() throws {
    try withCluster { cluster in
      let config = try common.load(cluster)
      let launch = try Launch(cluster, threads: common.threads, config: config)
      if cluster.rank == 0, !common.quiet, !json { launch.announce(config) }
      if collectives {
        let table = try CollectiveBenchmark.run(
          cluster: cluster, shards: config.parallel.shards ?? cluster.size, limit: limit << 20, repeats: steps)
        guard cluster.rank == 0 else { return }
        print(json ? table.compactText + "\n" : CollectiveBenchmark.text(table), terminator: "")
        return
      }
      let options = common.runOptions(launch, output: "", isQuiet: true, showsProgress: false)
      let trainer = try common.naming { try Trainer(config, options: options, cluster: cluster) }
      if kernels || losses {
        guard cluster.rank == 0 else { return }
        let table =
          kernels
          ? try KernelBenchmark.run(trainer, repeats: steps)
          : try LossBenchmark.run(
            rows: config.training.globalBatchSize, outputs: trainer.network.output.count, repeats: steps)
        print(json ? table.compactText : table.prettyText, terminator: json ? "\n" : "")
        return
      }
      let result = try Benchmark.run(trainer, warmup: warmup, steps: steps, cluster: cluster, threads: launch.threads)
      try common.writeTrace(options.trace, cluster)
      guard cluster.rank == 0 else { return }
      print(json ? result.compactText : result.prettyText, terminator: json ? "\n" : "")
    }
  }
}
