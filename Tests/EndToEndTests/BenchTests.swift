import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `ptrain bench` in its forms, and `--trace`: what they print is what they say.
@Suite(.serialized) struct BenchTests {
  @Test("one line of JSON with the keys that others rely on", arguments: [0, 2])
  func line(ranks: Int) throws {
    let outcome = try Command.ptrain(
      ["bench", "configs/digits.json", "--steps", "20", "--threads", "1", "--json"], ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try Self.object(outcome.output)
    for key in [
      "ranks", "threads_per_rank", "shards", "global_batch_size", "parameters", "samples_per_second", "step_ms",
      "time_ms", "gflops", "peak_rss_mb", "weights_sha256", "bytes_sent_per_step", "bytes_lower_bound",
    ] {
      #expect(object[key] != nil, "\(key)")
    }
    let steps = try #require(object["step_ms"] as? [String: Double])
    #expect(try #require(steps["min"]) <= #require(steps["median"]))
  }

  @Test("what a rank sends is near the lower bound of an allreduce", arguments: [2, 4])
  func bytes(ranks: Int) throws {
    let outcome = try Command.ptrain(
      [
        "bench", "configs/digits.json", "--steps", "2", "--threads", "1", "--json", "--set",
        "parallel.allreduce=recursive",
      ], ranks: ranks)
    let object = try Self.object(outcome.output)
    let sent = try #require(object["bytes_sent_per_step"] as? Double)
    let bound = try #require(object["bytes_lower_bound"] as? Double)
    // Beside gradients a rank sends its trailer, and slices are rounded to cache lines.
    #expect(sent >= bound - 256 && sent <= bound * 1.02 + 1024)
  }

  @Test("every allreduce at every size", arguments: [1, 3])
  func collectives(ranks: Int) throws {
    let outcome = try Command.ptrain(
      ["bench", "configs/digits.json", "--collectives", "--limit", "1", "--steps", "6", "--json"], ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    let kinds = ["ordered", "recursive", "shared_memory", "hierarchical", "ring", "mpi"]
    #expect(rows.count == 5 * kinds.count)
    for kind in kinds { #expect(rows.count { $0["allreduce"] as? String == kind } == 5) }
    #expect(rows.allSatisfy { ($0["microseconds"] as? Double ?? 0) > 0 || ranks == 1 })
  }

  @Test("a sweep measures every layout, and all gave one model; table, JSON and picture")
  func sweep() throws {
    let folder = try TemporaryFolder()
    let outcome = try Command.run([
      Command.ptrain, "bench", "configs/digits.json", "--sweep", "--ranks", "1,2,4", "--thread-counts", "1,2",
      "--repeats", "2", "--steps", "5", "--report", folder.path, "--quiet",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("all layouts of a batch gave the same weights, bit for bit"))
    #expect(outcome.output.split(separator: "\n").count == 2 + 12 + 1)
    let json = try Self.object(
      String(decoding: Data(contentsOf: URL(fileURLWithPath: folder.path + "/scaling.json")), as: UTF8.self))
    #expect(json["same_weights"] as? Bool == true)
    let points = try #require(json["points"] as? [[String: Any]])
    #expect(points.count == 12 && points.allSatisfy { ($0["step_ms"] as? Double ?? 0) > 0 })
    let strong = points.filter { $0["scaling"] as? String == "strong" }
    #expect(Set(strong.compactMap { $0["weights_sha256"] as? String }).count == 1)
    let picture = try XMLParser(data: Data(contentsOf: URL(fileURLWithPath: folder.path + "/scaling.svg"))).parse()
    #expect(picture)
  }

  @Test("the sweep finds layouts that disagree")
  func disagreement() throws {
    let outcome = try Command.run([
      Command.ptrain, "bench", "configs/digits.json", "--sweep", "--ranks", "1,2,4", "--repeats", "1", "--steps", "20",
      "--quiet", "--no-weak", "--set", "parallel.invariant=false", "--set", "parallel.wire=bfloat16",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("DIFFERENT WEIGHTS: batch 64: 1 × 1 gave "))
  }

  @Test("a trace of all ranks, on training and on bench")
  func trace() throws {
    let folder = try TemporaryFolder()
    for arguments in [
      ["configs/digits.json", "--quiet", "--output", folder.path + "/run", "--set", "training.steps=10"],
      ["bench", "configs/digits.json", "--steps", "10"],
    ] {
      let file = folder.path + "/trace.json"
      let outcome = try Command.ptrain(arguments + ["--threads", "1", "--trace", file], ranks: 3)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let object = try Self.object(String(decoding: Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self))
      let events = try #require(object["traceEvents"] as? [[String: Any]])
      for rank in 0..<3 {
        let own = events.filter { $0["pid"] as? Int == rank && $0["name"] as? String == "compute" }
        #expect(own.count == 10, "rank \(rank)")
      }
    }
  }

  @Test("summary.json tells where each rank's time went")
  func evidence() throws {
    let folder = try TemporaryFolder()
    let outcome = try Command.ptrain(
      ["configs/digits.json", "--quiet", "--output", folder.path + "/run", "--set", "training.steps=10"], ranks: 3)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let summary = try Self.object(
      String(decoding: Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/summary.json")), as: UTF8.self))
    let ranks = try #require(summary["seconds_by_rank"] as? [[String: Any]])
    #expect(ranks.compactMap { $0["rank"] as? Int } == [0, 1, 2])
    #expect(ranks.allSatisfy { ($0["compute"] as? Double ?? 0) > 0 })
    #expect(summary["allreduce"] as? String == "shared_memory")
  }

  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }
}
