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
    log: RunLog?, results: [(part: DataPart, result: Evaluation.Result)], constant: ConstantResults?,
    smearing: [RunSummary.SmearingFactor], seconds: Double, checkpointSeconds: Double
  ) throws -> RunSummary {
    let executor = trainer.executor, selection = trainer.selection, stepsTaken = trainer.stepsTaken
    let provenance = self.provenance, model = trainer.modelFile(trainer.arena.pointer, provenance: provenance)
    let trainedSamples = Double((0..<stepsTaken).reduce(0) { $0 + trainer.batchCount(of: $1) })
    let times = executor.times
    let withoutBest =
      selection.keepsBest
      ? trainer.watches.lazy.filter { $0.key != "optimizer.schedule" }.compactMap(trainer.neverHadValue).first : nil
    let evidence = try RankTimes.gather(times, cluster: cluster)
    let summary = RunSummary(
      name: config.name, weightsHash: model.hash, arithmetic: ArithmeticNumber.current,
      isInvariant: config.parallel.isInvariant, steps: stepsTaken,
      epochs: (stepsTaken + trainer.stepsPerEpoch - 1) / trainer.stepsPerEpoch,
      metrics: results.map { .init(name: $0.part.name, report: $0.result.report) },
      constant: constant.map { constant in
        .init(
          prediction: constant.name,
          metrics: constant.parts.map { .init(name: $0.part.name, report: $0.result.report) })
      },
      smearing: smearing, decisionThreshold: trainer.threshold?.probability, isStoppedEarly: selection.isPatienceOver,
      dataFingerprint: trainer.data.fingerprint, bestStep: selection.bestStep, bestStepReason: withoutBest,
      skippedSteps: executor.skippedSteps, samplesPerSecond: trainedSamples / max(seconds, 1e-9), ranks: cluster.size,
      threadsPerRank: options.trainer.threads, shards: trainer.shards,
      bits: config.parallel.isInvariant ? RunSummary.anyCPU : nil, instructionSet: InstructionSet.active.name,
      provenance: try RunProvenance.gather(provenance, cluster: cluster),
      parameters: trainer.network.parameterCount, peakMegabytes: ProcessMemory.peakMegabytes,
      seconds: .init(steps: times, checkpoint: checkpointSeconds, total: seconds), secondsByRank: evidence,
      allreduce: executor.parallelism.allreduce, bytesSentPerStep: executor.traffic.bytes,
      bytesLowerBound: executor.traffic.lowerBound)
    try cluster.agree(describe: describeFailure) {
      guard let log else { return }
      try locks?.verify()
      try model.write(to: log.directory + "/model.safetensors", progress: cluster.showProgress)
      if let last = selection.last {
        try locks?.verify()
        try trainer.modelFile(last.pointer, provenance: provenance).write(
          to: log.directory + "/last.safetensors", progress: cluster.showProgress)
      }
      try locks?.verify()
      try AtomicFile.write(Array(summary.json.prettyText.utf8), to: log.directory + "/summary.json")
      try sinks.tell(.ended)
    }
    slowRanks = RankTimes.slowRanks(evidence)
    return summary
  }
}
