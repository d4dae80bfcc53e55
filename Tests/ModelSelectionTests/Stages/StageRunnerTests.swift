import Collectives
import Datasets
import Foundation
import Specs
import TestSupport
import Testing
import Training

@testable import ModelSelection

/// Trainings in stages, on any ranks, joined at any instant, gone on with from files: always the bits of one that was
/// trained alone.
@Suite struct StageRunnerTests {
  /// Small networks of one table, of which each is trained for its own time.
  private struct ToyTrials: TrialSet {
    let configs: [RunConfig]
    let data: LoadedData

    func key(of index: Int) -> String { "\(index)" }
    func words(of index: Int) -> String { "toy \(index)" }
    func plan(_ index: Int) -> TrialPlan { TrialPlan(config: configs[index], data: data) }
  }

  private static let optimizers = [
    #"{"type": "adam", "learning_rate": 0.01}"#, #"{"type": "sgd", "momentum": 0.9, "learning_rate": 0.02}"#,
    #"{"type": "adagrad"}"#,
  ]

  private static func config(_ index: Int) throws -> RunConfig {
    let more = index % 2 == 0 ? #", "ema": {"decay": 0.9}"# : ""
    let text = """
      {"seed": \(index), "data": {"validation": {"fraction": 0.25},
         "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}},
       "model": {"layers": [{"type": "dense", "units": \(4 + 9 * index), "activation": "tanh"},
         {"type": "dense", "units": 1}]},
       "loss": {"type": "mse"}, "metrics": ["mae"], "optimizer": \(optimizers[index % 3]), "parallel": {"shards": 4},
       "training": {"epochs": \(4 + 3 * index), "global_batch_size": \(6 + index)\(more)}}
      """
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t"))
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let rows = (0..<53).map { row in "\(row % 7),\(row * row % 11),\(row % 5)" }
    try folder.write((["a,b,y"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func set(_ count: Int, in path: String, on cluster: any Cluster) throws -> ToyTrials {
    let configs = try (0..<count).map(config)
    let options = RunOptions(baseDirectory: path, outputDirectory: "", threads: 1)
    // Whatever chooses rows, all have the same.
    var first = configs[0]
    first.seed = 1
    return ToyTrials(configs: configs, data: try LoadedData(first, options: options, cluster: cluster))
  }

  private static func tasks(_ trials: ToyTrials, rung: Int) -> [StageTask] {
    trials.configs.indices.map { index in
      let epochs = trials.configs[index].training.epochs
      return StageTask(
        index: index, rung: rung, budget: .epochs(rung == 0 ? epochs / 3 : epochs), isLast: rung == 1,
        steps: 10, cost: 1, shards: 4)
    }
  }

  /// Both stages; what they gave.
  private static func run(
    _ count: Int, in path: String, to directory: String, threads: Int = 1, on cluster: any Cluster
  ) throws -> (results: [String: String], joins: Int) {
    let trials = try set(count, in: path, on: cluster)
    let own = directory.replacing("NODE", with: "\(cluster.place.node)")
    try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    let log = try TrialLog(directory: own, identity: "toy", rank: cluster.rank)
    let runner = try StageRunner(
      cluster, threads: threads, in: own, identity: "toy", judged: .validation, log: log, least: 0)
    var results = try TrialLog.read(own, identity: "toy")
    for rung in 0...1 {
      let left = tasks(trials, rung: rung).filter { results[trials.key(of: $0)] == nil }
      let known = try cluster.broadcast(left.map(\.index), from: 0)
      guard case .finished = try runner.run(trials, left.filter { known.contains($0.index) }, into: &results) else {
        return ([:], 0)
      }
    }
    return (results.mapValues { $0.json.compactText }, runner.joins)
  }

  /// The same, each trained alone in one piece.
  private static func alone(_ count: Int, in path: String) throws -> [String: String] {
    let cluster = SoloCluster(), trials = try set(count, in: path, on: cluster)
    var results: [String: String] = [:]
    for task in tasks(trials, rung: 0) + tasks(trials, rung: 1) {
      var options = TrainerOptions(threads: 1)
      options.shards = 4
      let trainer = try Trainer(trials.configs[task.index], data: trials.data, options: options, cluster: SoloCluster())
      let target = task.budget.count * trainer.stepsPerEpoch
      let outcome = try trainer.train(pausingWhen: { trainer.stepsTaken + 1 >= target })
      let found: Evaluation.Result?
      if case .finished = outcome {
        found = try trainer.conclude(testing: false).first?.result
      } else {
        found = try trainer.evaluate(.validation)
      }
      let result = TrialResult(
        weightsHash: trainer.weightsHash, steps: trainer.stepsTaken, metrics: TrialTraining.numbers(found))
      results[trials.key(of: task)] = result.json.compactText
    }
    return results
  }

  @Test("1, 2, 3, 4 and 7 ranks, some with threads, joined as often as they can be")
  func ranks() throws {
    let folder = try Self.folder(), path = folder.path
    let expected = try Self.alone(5, in: path)
    #expect(expected.count == 10 && Set(expected.values).count == 10)
    var joins = 0
    for (size, perNode, threads) in [(1, 1, 1), (1, 1, 3), (2, 2, 1), (3, 3, 2), (4, 4, 1), (7, 7, 1), (4, 2, 1)] {
      let found = try InProcessCluster.run(size: size, ranksPerNode: perNode) { cluster in
        try Self.run(
          5, in: path, to: "\(path)/\(size).\(perNode).\(threads)", threads: threads, on: cluster)
      }
      #expect(
        found.allSatisfy { $0.results == expected }, "\(size) ranks, \(perNode) on a node, \(threads) threads")
      joins += found[0].joins
    }
    #expect(joins > 3, "\(joins) trainings went on in another group")
  }

  @Test("nodes with directories of their own hand trainings to each other")
  func ownDirectories() throws {
    let folder = try Self.folder(), path = folder.path
    let expected = try Self.alone(3, in: path)
    let found = try InProcessCluster.run(size: 4, ranksPerNode: 2) { cluster in
      try Self.run(3, in: path, to: path + "/node-NODE", on: cluster).results
    }
    #expect(found.allSatisfy { $0 == expected })
  }

  @Test("what is lost or damaged of log and states is made once more")
  func lost() throws {
    let folder = try Self.folder(), path = folder.path, directory = path + "/run"
    let expected = try Self.alone(4, in: path)
    #expect(try Self.run(4, in: path, to: directory, on: SoloCluster()).results == expected)
    let log = try Data(contentsOf: URL(fileURLWithPath: directory + "/trainings-0.jsonl"))
    let states = try FileManager.default.contentsOfDirectory(atPath: directory + "/states").sorted()
    #expect(states.count == 4, "\(states)")
    var generator = TestGenerator(state: 4)
    for round in 0..<8 {
      for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(".jsonl") {
        try FileManager.default.removeItem(atPath: directory + "/" + name)
      }
      try log.prefix(Int.random(in: 0..<log.count, using: &generator)).write(
        to: URL(fileURLWithPath: directory + "/trainings-0.jsonl"))
      for name in states {
        let file = URL(fileURLWithPath: directory + "/states/" + name)
        guard var bytes = try? Data(contentsOf: file), !bytes.isEmpty else { continue }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: try FileManager.default.removeItem(at: file)
        case 1: try bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator)).write(to: file)
        case 2:
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1
          try bytes.write(to: file)
        default: break
        }
      }
      let size = 1 + round % 3
      let found = try InProcessCluster.run(size: size) { cluster in
        try Self.run(4, in: path, to: directory, on: cluster).results
      }
      #expect(found.allSatisfy { $0 == expected }, "round \(round), \(size) ranks")
    }
  }
}
