package import Specs

/// The speed of training steps, as `ptrain bench --json` prints it and a scaling measurement reads it.
///
/// Times are in milliseconds to 10 ns, as a step of a small network takes microseconds.
package struct BenchResult: Sendable, Equatable {
  /// The steps that were timed, each by itself on the first rank.
  package struct Steps: Sendable, Equatable {
    package var min: Double
    /// What to quote.
    package var median: Double
    package var mean: Double
    package var max: Double
  }

  /// Where the mean step's time went, on the first rank; the members mean what those of ``StepTimes`` mean.
  package struct Phases: Sendable, Equatable {
    package var compute: Double
    package var wait: Double
    package var communicate: Double
    package var update: Double
    package var data: Double

    /// What a step's exchange costs beyond computing.
    package var exposed: Double { wait + communicate }
  }

  /// The config's name.
  package var name: String
  package var ranks: Int
  package var threadsPerRank: Int
  package var shards: Int
  /// Samples of one step, of all ranks together.
  package var globalBatchSize: Int
  /// Numbers of the model that are trained.
  package var parameters: Int
  /// To a whole number.
  package var samplesPerSecond: Double
  package var stepMilliseconds: Steps
  package var phaseMilliseconds: Phases
  /// How gradients were summed across ranks.
  package var allreduce: String
  /// How exchanging overlapped computing: `off`, `thread` or `inline`.
  package var overlap: String
  /// Bytes that the first rank sent in each step, and the fewest that any allreduce could.
  package var bytesSentPerStep: Int
  package var bytesLowerBound: Int
  /// 10⁹ operations of the network in a second, of all ranks together, to one decimal.
  package var gigaflops: Double
  /// The SHA-256 of the weights after warm-up and timed steps.
  package var weightsHash: String
  /// The largest resident size of the first rank, in 10⁶ bytes to one decimal.
  package var peakMegabytes: Double
}

extension BenchResult: ResultEncodable, ResultDecodable {
  package var json: ConfigValue {
    .record([
      "name": name, "ranks": ranks, "threads_per_rank": threadsPerRank, "shards": shards,
      "global_batch_size": globalBatchSize, "parameters": parameters, "samples_per_second": samplesPerSecond,
      "step_ms": stepMilliseconds, "time_ms": phaseMilliseconds, "allreduce": allreduce, "overlap": overlap,
      "bytes_sent_per_step": bytesSentPerStep, "bytes_lower_bound": bytesLowerBound, "gflops": gigaflops,
      "weights_sha256": weightsHash, "peak_rss_mb": peakMegabytes,
    ])
  }

  package init?(json: ConfigValue) {
    guard let name: String = json.field("name"), let ranks: Int = json.field("ranks"),
      let threads: Int = json.field("threads_per_rank"), let shards: Int = json.field("shards"),
      let batch: Int = json.field("global_batch_size"), let parameters: Int = json.field("parameters"),
      let rate: Double = json.field("samples_per_second"), let steps: Steps = json.field("step_ms"),
      let phases: Phases = json.field("time_ms"), let allreduce: String = json.field("allreduce"),
      let overlap: String = json.field("overlap"), let sent: Int = json.field("bytes_sent_per_step"),
      let bound: Int = json.field("bytes_lower_bound"), let gigaflops: Double = json.field("gflops"),
      let hash: String = json.field("weights_sha256"), let peak: Double = json.field("peak_rss_mb")
    else { return nil }
    self.init(
      name: name, ranks: ranks, threadsPerRank: threads, shards: shards, globalBatchSize: batch,
      parameters: parameters, samplesPerSecond: rate, stepMilliseconds: steps, phaseMilliseconds: phases,
      allreduce: allreduce, overlap: overlap, bytesSentPerStep: sent, bytesLowerBound: bound, gigaflops: gigaflops,
      weightsHash: hash, peakMegabytes: peak)
  }
}

extension BenchResult.Steps: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .record(["min": min, "median": median, "mean": mean, "max": max]) }

  package init?(json: ConfigValue) {
    guard let min: Double = json.field("min"), let median: Double = json.field("median"),
      let mean: Double = json.field("mean"), let max: Double = json.field("max")
    else { return nil }
    self.init(min: min, median: median, mean: mean, max: max)
  }
}

extension BenchResult.Phases: ResultEncodable, ResultDecodable {
  package var json: ConfigValue {
    .record(["compute": compute, "wait": wait, "communicate": communicate, "update": update, "data": data])
  }

  package init?(json: ConfigValue) {
    guard let compute: Double = json.field("compute"), let wait: Double = json.field("wait"),
      let communicate: Double = json.field("communicate"), let update: Double = json.field("update"),
      let data: Double = json.field("data")
    else { return nil }
    self.init(compute: compute, wait: wait, communicate: communicate, update: update, data: data)
  }
}
