package import Collectives
internal import Kernels
internal import Platform
package import Specs
internal import Statistics

/// The speed of every allreduce beside the MPI library's own.
package enum CollectiveBenchmark {
  /// Bytes of a gradient: 4 KiB to 256 MiB.
  package static let sizes = (0...8).map { 4096 << (2 * $0) }

  /// One algorithm on one size.
  package struct Row: ResultEncodable {
    /// The kind that was asked for, and what ran in its place.
    package var allreduce: String
    package var runsAs: String
    /// Of the gradient.
    package var bytes: Int
    package var ranks: Int
    /// Until the last rank is done: the median, to 0.1 µs.
    package var microseconds: Double
    /// The traffic of an ideal allreduce over the time, in 10⁹ bytes a second to two decimals.
    package var busGigabytesPerSecond: Double
    /// How many times as fast as `MPI_Allreduce`, to two decimals.
    package var timesMPIAllreduce: Double
    package var bytesSentPerRank: Int

    package var json: ConfigValue {
      .record([
        "allreduce": allreduce, "bytes": bytes, "ranks": ranks, "runs_as": runsAs, "microseconds": microseconds,
        "bus_gb_per_second": busGigabytesPerSecond, "times_mpi_allreduce": timesMPIAllreduce,
        "bytes_sent_per_rank": bytesSentPerRank,
      ])
    }
  }

  /// The exchanges of an algorithm on one size.
  private struct Line {
    var kind: String
    var bytes: Int
    var exchange: GradientExchange
    var seconds: [Double] = []
  }

  /// Times exchanges; the algorithms of one size take turns, so that all of them see the same minutes of the machine.
  ///
  /// Each is started with the ranks together, and lasts until the last rank is done. The partial sums are written
  /// before each, as a step does, so none finds them in another's cache. `mpi` is `MPI_Allreduce` in place.
  ///
  /// - Parameters:
  ///   - limit: bytes of the largest gradient.
  ///   - repeats: exchanges of each kind and size that are timed, after a third as many that are not.
  package static func run(cluster: any Cluster, shards: Int, limit: Int, repeats: Int) throws -> [Row] {
    try Denormals.flushing { try measure(cluster: cluster, shards: shards, limit: limit, repeats: repeats) }
  }

  private static func measure(cluster: any Cluster, shards: Int, limit: Int, repeats: Int) throws -> [Row] {
    let plan = ReductionPlan(shards: max(shards, cluster.size), ranks: cluster.size)
    var table: [Row] = []
    for bytes in sizes where bytes <= limit {
      let count = bytes / MemoryLayout<Float>.size
      var lines = try AllReduceRegistry.standard.all.map { algorithm in
        Line(
          kind: algorithm.kind, bytes: bytes,
          exchange: try cluster.makeExchange(algorithm: algorithm.kind, plan: plan, count: count, trailer: 0))
      }
      let turns = max(3, bytes > 1 << 24 ? repeats / 8 : repeats)
      for turn in 0..<turns + turns / 3 {
        for index in lines.indices {
          let seconds = try time(lines[index].exchange, plan: plan, cluster: cluster)
          if turn >= turns / 3 { lines[index].seconds.append(seconds) }
        }
      }
      let library = median(lines.first { $0.kind == LibraryAllReduce.kind }?.seconds ?? [])
      for line in lines {
        let seconds = median(line.seconds)
        // The traffic of an ideal allreduce, 2 (p - 1) / p of the bytes, over the time: comparable between numbers of
        // ranks.
        let bus = 2 * Double(cluster.size - 1) / Double(cluster.size) * Double(bytes) / seconds / 1e9
        table.append(
          Row(
            allreduce: line.kind, runsAs: line.exchange.algorithm, bytes: bytes, ranks: cluster.size,
            microseconds: (seconds * 1e7).rounded() / 10, busGigabytesPerSecond: (bus * 100).rounded() / 100,
            timesMPIAllreduce: (library / seconds * 100).rounded() / 100,
            bytesSentPerRank: line.exchange.traffic.bytes))
        try line.exchange.close()
      }
    }
    return table
  }

  /// The table as text, a line for each algorithm and size.
  package static func text(_ table: [Row]) -> String {
    var lines = ["allreduce        bytes        µs      bus GB/s   MPI_Allreduce = 1"]
    for row in table {
      func cell(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
      }
      func cell(_ number: Double, _ width: Int) -> String { cell(number.json.compactText, width) }
      lines.append(
        cell(row.allreduce, 17) + cell("\(row.bytes)", 13) + cell(row.microseconds, 11)
          + cell(row.busGigabytesPerSecond, 11) + cell(row.timesMPIAllreduce, 0))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func time(
    _ exchange: GradientExchange, plan: ReductionPlan, cluster: any Cluster
  ) throws -> Double {
    for index in plan.subtrees(of: cluster.rank).indices {
      exchange.partial(index).update(repeating: Float(cluster.rank + 1), count: exchange.count)
    }
    try cluster.barrier()
    let start = Clock.now()
    try exchange.allReduce(shardsInUse: plan.shards)
    let own = Clock.now() - start
    return try cluster.gather(own).reduce(0, max)
  }
}
