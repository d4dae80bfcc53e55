import Collectives
import Foundation
import Networks
import Specs
import Testing

@testable import Training

/// What a run says about its ranks.
@Suite struct EvidenceTests {
  private static func trainer(_ cluster: any Cluster, check every: Int) throws -> Trainer {
    let text = #"""
      {"data": {"train": {"format": "synthetic", "task": "classification", "examples": 96, "features": [6], "classes": 3}},
       "model": {"layers": [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense", "units": 3}]},
       "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.1},
       "training": {"global_batch_size": 32}, "parallel": {"replica_check_every": \#(every)}}
      """#
    return try Run(
      RunConfig(ConfigValue.parse(Data(text.utf8), file: "t")),
      options: RunOptions(baseDirectory: ".", outputDirectory: "", threads: 1), cluster: cluster
    ).trainer
  }

  @Test("a rank whose weights differ by one bit is named, with the tensor, and the run stops", arguments: [2, 3])
  func replicas(ranks: Int) throws {
    let failures = try InProcessCluster.run(size: ranks) { cluster -> AgreedFailure? in
      let trainer = try Self.trainer(cluster, check: 2)
      do {
        for step in 0..<6 {
          if step == 3, cluster.rank == ranks - 1 {
            let slot = trainer.network.slots[2]
            let place = trainer.executor.memory.arena + slot.offset
            place[0] = Float(bitPattern: place[0].bitPattern ^ 1)
          }
          _ = try trainer.step(step)
        }
      } catch let failure as AgreedFailure { return failure }
      return nil
    }
    for failure in failures {
      #expect(failure?.exitCode == 70)
      #expect(
        failure?.sentence.hasPrefix(
          "step 4: rank \(ranks - 1) on localhost holds other weights than rank 0, first in layers.1.weight") == true,
        "\(failure?.sentence ?? "no failure")")
    }
  }

  @Test("negative control: equal ranks pass, and without the check nothing is said")
  func equalRanks() throws {
    for every in [0, 1, 2] {
      let done = try InProcessCluster.run(size: 2) { cluster in
        let trainer = try Self.trainer(cluster, check: every)
        if every == 0, cluster.rank == 1 { trainer.executor.memory.arena[0] += 1 }
        for step in 0..<4 { _ = try trainer.step(step) }
        return true
      }
      #expect(done == [true, true])
    }
  }

  @Test("ranks that compute much longer than the median are named")
  func slowRanks() {
    func times(_ seconds: [Double]) -> [RankTimes] {
      seconds.enumerated().map { RankTimes(rank: $0, host: "node-\($0)", times: StepTimes(compute: $1)) }
    }
    #expect(
      RankTimes.slowRanks(times([10, 10.2, 9.9, 11.8])) == ["rank 3 on node-3 computed 17 % longer than the median"])
    #expect(RankTimes.slowRanks(times([10, 10.5, 9.8])).isEmpty)
    #expect(RankTimes.slowRanks(times([10])).isEmpty)
    // Half a second of work says nothing of a rank.
    #expect(RankTimes.slowRanks(times([0.5, 0.7, 0.5])).isEmpty)
    #expect(RankTimes.slowRanks(times([0.5, 0.7])).isEmpty)
    #expect(RankTimes.slowRanks(times([0, 0])).isEmpty)
  }

  @Test("a trace holds every rank's events, and says what did not fit")
  func trace() throws {
    let files = try InProcessCluster.run(size: 2) { cluster in
      let recorder = TraceSink(capacity: 3)
      for step in 0..<4 { recorder.record(.compute, from: Double(step), to: Double(step) + 0.25) }
      return try recorder.collect(cluster)
    }
    #expect(files[1].isEmpty)
    let text = String(decoding: files[0], as: UTF8.self)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(files[0])) as? [String: Any])
    let events = try #require(object["traceEvents"] as? [[String: Any]])
    #expect(events.count { $0["ph"] as? String == "X" } == 6)
    #expect(Set(events.compactMap { $0["pid"] as? Int }) == [0, 1])
    #expect(events.allSatisfy { $0["ph"] as? String != "X" || $0["dur"] as? Double == 250_000 })
    #expect(text.contains(#""events_left_out":"2""#))
  }
}
