internal import Collectives
internal import Datasets
internal import Kernels
internal import Metrics
internal import Networks
internal import Platform
internal import Specs

extension Run {
  /// Writes the run's last files; collective.
  func finish(
    log: RunLog?, results: [(part: DataPart, result: Evaluation.Result)], seconds: Double, checkpointSeconds: Double
  ) throws -> ConfigValue {
    let executor = trainer.executor, selection = trainer.selection, stepsTaken = trainer.stepsTaken
    let model = trainer.modelFile(trainer.arena.pointer)
    let trainedSamples = Double((0..<stepsTaken).reduce(0) { $0 + trainer.batchCount(of: $1) })
    let times = executor.times
    let metrics = results.map { part, result in ConfigValue.Member(part.name, .object(result.members)) }
    let withoutBest = trainer.watches.filter { $0.key != "optimizer.schedule" && selection.keepsBest }.compactMap {
      watch in
      trainer.neverHadValue(watch).map { ConfigValue.Member("undefined", .object([.init("best_step", .string($0))])) }
    }
    let evidence = try RankTimes.gather(times, cluster: cluster)
    let summary = ConfigValue.object(
      [
        .init("name", .string(config.name)), .init("weights_sha256", .string(model.hash)), ArithmeticNumber.member,
        .init("invariant", .boolean(config.parallel.isInvariant)), .init("steps", .integer(stepsTaken)),
        .init("epochs", .integer((stepsTaken + trainer.stepsPerEpoch - 1) / trainer.stepsPerEpoch)),
        .init("metrics", .object(metrics)),
        .init("decision_threshold", trainer.threshold.map { .number($0.probability) } ?? .null),
        .init("stopped_early", .boolean(selection.isPatienceOver)),
        .init("data_fingerprint", .string(trainer.data.fingerprint)),
        .init("best_step", selection.bestStep.map(ConfigValue.integer) ?? .null),
      ] + withoutBest + [
        .init("skipped_steps", .integer(executor.skippedSteps)),
        .init("samples_per_second", .number(trainedSamples / max(seconds, 1e-9))),
        .init("ranks", .integer(cluster.size)),
        .init("threads_per_rank", .integer(options.trainer.threads)), .init("shards", .integer(trainer.shards)),
        .init("isa", .string(InstructionSet.active.name)),
        .init("parameters", .integer(trainer.network.parameterCount)),
        .init("peak_rss_mb", .number(ProcessMemory.peakMegabytes)),
        .init(
          "seconds",
          .object([
            .init("compute", .number(times.compute)), .init("wait", .number(times.wait)),
            .init("communicate", .number(times.communicate)), .init("update", .number(times.update)),
            .init("data", .number(times.data)), .init("checkpoint", .number(checkpointSeconds)),
            .init("total", .number(seconds)),
          ])), .init("seconds_by_rank", .array(evidence.map(\.value))),
        .init("allreduce", .string(executor.parallelism.allreduce)),
        .init("bytes_sent_per_step", .integer(executor.traffic.bytes)),
        .init("bytes_lower_bound", .integer(executor.traffic.lowerBound)),
      ])
    try cluster.agree(describe: describeFailure) {
      guard let log else { return }
      try locks?.verify()
      try model.write(to: log.directory + "/model.safetensors", progress: cluster.showProgress)
      if let last = selection.last {
        try locks?.verify()
        try trainer.modelFile(last.pointer).write(
          to: log.directory + "/last.safetensors", progress: cluster.showProgress)
      }
      try locks?.verify()
      try AtomicFile.write(Array(summary.prettyText.utf8), to: log.directory + "/summary.json")
      try sinks.tell(.ended)
    }
    slowRanks = RankTimes.slowRanks(evidence)
    return summary
  }
}
