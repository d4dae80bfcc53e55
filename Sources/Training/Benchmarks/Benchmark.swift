package import Collectives
internal import Networks
internal import Platform
internal import Specs
internal import Statistics

/// The speed of training steps.
package enum Benchmark {
  /// Times steps of a trainer, all ranks together.
  ///
  /// Every step is timed by itself on the first rank; the median is what to quote. A request to stop ends it early,
  /// with the figures of the steps so far.
  ///
  /// - Returns: the figures, nil where no step was timed; and what stopped it after how many timed steps.
  package static func run(
    _ trainer: Trainer, warmup: Int, steps: Int, cluster: any Cluster, trace: TraceSink? = nil
  ) throws -> (result: BenchResult?, stopped: (reason: StopReason, steps: Int)?) {
    /// One step; what all ranks know to have asked for the end.
    func makeStep(_ step: Int) throws -> StopReason? {
      do {
        return StopReason(rawValue: try trainer.step(step, control: StopReason.ofSignal?.rawValue ?? 0).control)
      } catch let divergence as Divergence { throw divergence.agreed(cluster) }
    }
    for step in 0..<warmup {
      if let reason = try makeStep(step) { return (nil, (reason, 0)) }
    }
    try cluster.barrier()
    if let trace { trainer.sinks.add(trace) }
    let before = trainer.executor.times
    var seconds: [Double] = []
    seconds.reserveCapacity(steps)
    var last = Clock.now()
    var reason: StopReason?
    for step in 0..<steps where reason == nil {
      reason = try makeStep(warmup + step)
      let now = Clock.now()
      seconds.append(now - last)
      last = now
    }
    guard let summary = Summary(seconds) else { return (nil, reason.map { ($0, 0) }) }
    let steps = summary.count
    let after = trainer.executor.times
    let total = seconds.reduce(0, +)
    let samples = (0..<steps).reduce(0) { $0 + trainer.batchCount(of: warmup + $1) }
    let flops = Double(trainer.network.flopsPerSample) * Double(samples) / total
    // The hash below makes copies.
    let peak = ProcessMemory.peakMegabytes
    func phase(_ difference: Double) -> Double { rounded(difference / Double(steps) * 1e3) }
    let result = BenchResult(
      name: trainer.config.name, ranks: cluster.size, threadsPerRank: trainer.options.threads, shards: trainer.shards,
      globalBatchSize: trainer.batchSize, parameters: trainer.network.parameterCount,
      samplesPerSecond: (Double(samples) / total).rounded(),
      stepMilliseconds: .init(
        min: rounded(summary.min * 1e3), median: rounded(summary.median * 1e3), mean: rounded(summary.mean * 1e3),
        max: rounded(summary.max * 1e3)),
      phaseMilliseconds: .init(
        compute: phase(after.compute - before.compute), wait: phase(after.wait - before.wait),
        communicate: phase(after.communicate - before.communicate), update: phase(after.update - before.update),
        data: phase(after.data - before.data)),
      allreduce: trainer.executor.parallelism.allreduce, overlap: trainer.executor.parallelism.overlap.rawValue,
      bytesSentPerStep: trainer.executor.traffic.bytes, bytesLowerBound: trainer.executor.traffic.lowerBound,
      gigaflops: (flops / 1e9 * 10).rounded() / 10, weightsHash: trainer.weightsHash,
      peakMegabytes: (peak * 10).rounded() / 10)
    return (result, reason.map { ($0, steps) })
  }

  private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 1e5).rounded() / 1e5 }
}
