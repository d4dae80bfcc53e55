import Collectives
import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// A group of ranks is enough to train in.
@Suite struct GroupTrainingTests {
  private static func config(seed: Int, loss: String = "mse", epochs: Int = 2) throws -> RunConfig {
    let text = """
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25}},
       "model": {"layers": [{"type": "dense", "units": 7, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": {"type": "\(loss)"}, "optimizer": {"type": "adam"}, "seed": \(seed),
       "training": {"epochs": \(epochs), "global_batch_size": 16}, "parallel": {"overlap": true}}
      """
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t"))
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let rows = (0..<68).map { row in "\(row % 7),\(row * row % 11),\(row % 5)" }
    try folder.write((["a,b,y"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func train(seed: Int, _ cluster: any Cluster, in folder: String, as name: String) throws -> String {
    let options = RunOptions(
      baseDirectory: folder, outputDirectory: "\(folder)/\(name)", threads: 1)
    let config = try config(seed: seed)
    let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: cluster)
    return try Run(config, options: options, cluster: cluster).run(from: start, locks: locks).weightsHash
  }

  @Test("four ranks train one network after the other in changing groups; each has the weights of its training alone")
  func hashes() throws {
    let folder = try Self.folder(), path = folder.path
    // For each round and rank the color, which is the seed.
    let rounds: [[Int?]] = [[1, 1, 2, 2], [3, 4, 3, 4], [5, 6, 6, 6], [nil, 7, nil, 7], [8, 8, 8, 8]]
    let found = try InProcessCluster.run(size: 4, ranksPerNode: 2) { cluster in
      try rounds.map { colors -> String? in
        let seed = colors[cluster.rank]
        guard let group = try cluster.split(color: seed), let seed else { return nil }
        let hash = try Self.train(seed: seed, group, in: path, as: "run-\(seed)")
        try group.close()
        return hash
      }
    }
    let alone = try (1...8).map { try Self.train(seed: $0, SoloCluster(), in: path, as: "alone-\($0)") }
    #expect(Set(alone).count == 8 && alone.allSatisfy { $0.count == 64 }, "\(alone)")
    for (rank, hashes) in found.enumerated() {
      for (colors, hash) in zip(rounds, hashes) { #expect(hash == colors[rank].map { alone[$0 - 1] }, "rank \(rank)") }
    }
  }

  /// Makes a training in each of two groups of two ranks, on targets from 0 to 4 that are read once for the whole.
  ///
  /// - Parameter body: what becomes of it; called with the color of its group.
  private static func inTwoGroups<Value: Sendable>(
    loss: String, _ body: @escaping @Sendable (Result<Trainer, SharedFailure>, Int) throws -> Value
  ) throws -> [Value] {
    let folder = try folder(), path = folder.path
    let whole = try config(seed: 1), config = try config(seed: 1, loss: loss, epochs: 50)
    return try InProcessCluster.run(size: 4) { cluster in
      let options = RunOptions(baseDirectory: path, outputDirectory: "", threads: 1), color = cluster.rank % 2
      let data = try LoadedData(whole, options: options, cluster: cluster)
      let group = try #require(try cluster.split(color: color))
      let trainer = try group.result { try Trainer(config, data: data, options: options.trainer, cluster: group) }
      let value = try body(trainer, color)
      if case .success(let trainer) = trainer { try trainer.close() }
      try group.close()
      return value
    }
  }

  @Test("targets that a loss cannot take are refused in a group without the rank that has read them, too")
  func refusedRows() throws {
    let found = try Self.inTwoGroups(loss: "gamma") { trainer, _ in
      if case .failure(let failure) = trainer { return "\(failure.exitCode): \(failure.sentence)" }
      return "trains"
    }
    #expect(found[0].hasPrefix("65: ") && found[0].contains("t.csv: ") && found[0] == found[2], "\(found)")
    #expect(found[1].hasPrefix("65: ") && found[1].contains("t.csv: ") && found[1] == found[3], "\(found)")
  }

  @Test("a group stops after the step at which its first rank says so; one that is asked elsewhere trains to its end")
  func stopped() throws {
    let found = try Self.inTwoGroups(loss: "mse") { made, color in
      let trainer = try made.get()
      let outcome = try trainer.train(stoppingWhen: {
        if color == 1 { return trainer.cluster.rank == 1 ? .interrupt : nil }
        return trainer.stepsTaken == 2 ? .timeLimit : nil
      })
      switch outcome {
      case .stopped(let reason): return "\(reason.words) after \(trainer.stepsTaken)"
      case .finished: return "all \(trainer.stepsTaken == trainer.totalSteps)"
      case .paused: return "paused"
      case .diverged: return "diverged"
      }
    }
    #expect(found == ["time limit after 3", "all true", "time limit after 3", "all true"])
  }

  @Test("a training that was stopped goes on to the weights that it would have had")
  func goesOn() throws {
    let found = try Self.inTwoGroups(loss: "mse") { made, color in
      let trainer = try made.get()
      if color == 0 { _ = try trainer.train(stoppingWhen: { trainer.stepsTaken == 7 ? .userSignal : nil }) }
      _ = try trainer.train()
      return trainer.weightsHash
    }
    #expect(Set(found).count == 1)
  }

  @Test("what all ranks fail at alike is a result; what one fails at alone, or differently, is none")
  func results() throws {
    let found = try InProcessCluster.run(size: 3) { cluster in
      /// Ranks fail with these codes, nil: not at all.
      func failing(_ codes: [ExitCode?]) -> String {
        do {
          let result = try cluster.result {
            if let code = codes[cluster.rank] { throw RunError(code, "rank \(cluster.rank)") }
          }
          if case .failure(let failure) = result { return "\(failure.exitCode) \(failure.sentence)" }
          return "succeeds"
        } catch { return "throws \((error as? RunError)?.exitCode.rawValue ?? 0)" }
      }
      return [
        failing([nil, nil, nil]), failing([.data, .data, .data]), failing([nil, .data, .data]),
        failing([.data, .data, .config]),
      ]
    }
    for rank in found { #expect(rank == ["succeeds", "65 rank 0", "throws 70", "throws 70"]) }
  }

  @Test("what all ranks find not to be finite is a result of theirs, too")
  func notFinite() throws {
    let found = try InProcessCluster.run(size: 2) { cluster -> String in
      let result: Result<Int, SharedFailure> = try cluster.result {
        throw Divergence(step: 3, trace: "step 3: the loss is not finite", wayOut: "lower the learning rate")
      }
      guard case .failure(let failure) = result else { return "none" }
      return "\(failure.exitCode): \(failure.sentence)"
    }
    #expect(found == [String](repeating: "76: step 3: the loss is not finite; lower the learning rate", count: 2))
  }
}
