import Foundation
import Specs
import Testing

@testable import Training

/// What `ptrain bench` prints, and what a scaling measurement takes from it.
@Suite struct BenchResultTests {
  private static let result = BenchResult(
    name: "net", ranks: 2, threadsPerRank: 3, shards: 8, globalBatchSize: 256, parameters: 26, samplesPerSecond: 20122,
    stepMilliseconds: .init(min: 1, median: 1.25, mean: 2, max: 10.00001),
    phaseMilliseconds: .init(compute: 1, wait: 0.25, communicate: 0.5, update: 0.125, data: 0.0625),
    allreduce: "ordered", overlap: "off", bytesSentPerStep: 208, bytesLowerBound: 104, gigaflops: 12.5,
    weightsHash: String(repeating: "0b", count: 32), peakMegabytes: 29.2)

  private static let golden = """
    {"name": "net", "ranks": 2, "threads_per_rank": 3, "shards": 8, "global_batch_size": 256, "parameters": 26, \
    "samples_per_second": 20122, "step_ms": {"min": 1, "median": 1.25, "mean": 2, "max": 10.00001}, \
    "time_ms": {"compute": 1, "wait": 0.25, "communicate": 0.5, "update": 0.125, "data": 0.0625}, \
    "allreduce": "ordered", "overlap": "off", "bytes_sent_per_step": 208, "bytes_lower_bound": 104, "gflops": 12.5, \
    "weights_sha256": "\(String(repeating: "0b", count: 32))", "peak_rss_mb": 29.2}
    """

  @Test("the bytes, and every field back from them")
  func bytes() throws {
    #expect(Self.result.json.compactText == Self.golden)
    let value = try ConfigValue.parse(Data(Self.golden.utf8), file: "bench")
    #expect(BenchResult(json: value) == Self.result)
    guard case .object(let members) = value else {
      Issue.record("no object")
      return
    }
    #expect(members.count == Mirror(reflecting: Self.result).children.count)
    // A line that lacks a figure is not taken for one with a 0 there.
    for index in members.indices {
      var less = members
      less.remove(at: index)
      #expect(BenchResult(json: .object(less)) == nil, "\(members[index].key)")
    }
  }

  @Test("a scaling measurement: points take results, and the report's bytes")
  func scaling() {
    var first = ScalingPoint(kind: .strong, ranks: 1, threads: 1, batch: 64)
    var second = ScalingPoint(kind: .strong, ranks: 2, threads: 1, batch: 64)
    var other = Self.result
    other.stepMilliseconds.median = 0.625
    other.stepMilliseconds.mean = 1
    first.add(Self.result)
    first.add(Self.result)
    second.add(other)
    #expect(first.steps == [1.25, 1.25] && first.communication == [0.375, 0.375] && first.hashes.count == 2)
    let hash = Self.result.weightsHash
    #expect(
      ScalingReport(title: "t", points: [first, second]).json.compactText == """
        {"title": "t", "same_weights": true, "points": [{"scaling": "strong", "ranks": 1, "threads_per_rank": 1, \
        "global_batch_size": 64, "step_ms": 1.25, "step_ms_of_runs": [1.25, 1.25], "efficiency": 1, \
        "communication_share": 0.375, "weights_sha256": "\(hash)"}, {"scaling": "strong", "ranks": 2, \
        "threads_per_rank": 1, "global_batch_size": 64, "step_ms": 0.625, "step_ms_of_runs": [0.625], "efficiency": 1, \
        "communication_share": 0.75, "weights_sha256": "\(hash)"}]}
        """)
  }

  @Test("the tables of collectives, kernels and losses")
  func tables() {
    let row = CollectiveBenchmark.Row(
      allreduce: "ordered", runsAs: "ordered", bytes: 4096, ranks: 2, microseconds: 12, busGigabytesPerSecond: 0.34,
      timesMPIAllreduce: 1.5, bytesSentPerRank: 4096)
    #expect(
      [row].json.compactText
        == #"[{"allreduce": "ordered", "bytes": 4096, "ranks": 2, "runs_as": "ordered", "microseconds": 12, "#
        + #""bus_gb_per_second": 0.34, "times_mpi_allreduce": 1.5, "bytes_sent_per_rank": 4096}]"#)
    #expect(
      CollectiveBenchmark.text([row])
        == """
        allreduce        bytes        µs      bus GB/s   MPI_Allreduce = 1
        ordered          4096         12         0.34       1.5

        """.replacingOccurrences(of: "1.5\n", with: "1.5 \n"))
    let kernel = KernelBenchmark.Row(
      product: "forward", rows: 64, inner: 8, outer: 4, gigaflops: 50.5, libraryGigaflops: 101, ratio: 0.5)
    #expect(
      kernel.json.compactText
        == #"{"product": "forward", "rows": 64, "inner": 8, "outer": 4, "gflops": 50.5, "onednn_gflops": 101, "ratio": 0.5}"#
    )
    let loss = LossBenchmark.Row(loss: "mse", rows: 9, outputs: 3, milliseconds: 0.125, gigabytesPerSecond: 4.5)
    #expect(
      loss.json.compactText == #"{"loss": "mse", "rows": 9, "outputs": 3, "ms": 0.125, "gb_per_second": 4.5}"#)
  }
}
