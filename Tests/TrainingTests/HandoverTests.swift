import Collectives
import Foundation
import Metrics
import Networks
import Specs
import TestSupport
import Testing
import ToyLayers

@testable import Datasets
@testable import Training

/// A training that goes from group to group between two steps ends as if it had stayed where it began.
@Suite struct HandoverTests {
  /// Everything that a training remembers from step to step: arrays, averages, best weights, states of layers, means,
  /// plateaus, patience.
  private static let kinds: [String] = [
    #""optimizer": {"type": "adam"}, "parallel": {"shards": 6, "update": "sharded"}"#,
    #""optimizer": {"type": "sgd", "momentum": 0.9}, "parallel": {"shards": 6, "overlap": true}"#,
    #""optimizer": {"type": "lamb", "learning_rate": 0.01}, "parallel": {"shards": 4, "update": "replicated"}"#,
    #""optimizer": {"type": "adam", "learning_rate": 0.05, "schedule": {"type": "reduce_on_plateau", "patience": 0}}, "parallel": {"shards": 5}"#,
    #""optimizer": {"type": "adam", "schedule": {"type": "one_cycle"}}, "parallel": {"shards": 3, "overlap": true, "bucket_mb": 0.001}"#,
  ]
  /// What training is made of beside that.
  private static let trainings = [
    #""epochs": 4, "global_batch_size": 10"#,
    #""epochs": 4, "global_batch_size": 10, "ema": {"decay": 0.9}, "restore_best": true"#,
    #""epochs": 9, "global_batch_size": 16, "early_stopping": {"patience": 2}, "on_non_finite": "skip_step", "gradient_clip_norm": 0.5"#,
    #""epochs": 3, "global_batch_size": 24, "micro_steps": 2"#,
  ]

  /// With a layer that has states.
  private static func registries() throws -> Registries {
    Registries.standard.with(try LayerRegistry.standard.adding(ToyStatistics.self))
  }

  private static func config(_ kind: String, _ training: String) throws -> RunConfig {
    let reach = training.contains("micro_steps") ? "shard" : "batch"
    let text = """
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25}},
       "model": {"layers": [{"type": "dense", "units": 9, "activation": "tanh"}, {"type": "toy_statistics", "over": "\(reach)"},
         {"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 1}]},
       "loss": {"type": "huber"}, "seed": 11, \(kind), "training": {\(training)}}
      """
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t"), registries: registries())
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let rows = (0..<69).map { row in "\(row % 7),\(row * row % 11),\(row % 5)" }
    try folder.write((["a,b,y"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func options(_ path: String, _ name: String = "run") -> RunOptions {
    var options = RunOptions(baseDirectory: path, outputDirectory: "\(path)/\(name)", threads: 1)
    // Exchanges that overlap have a thread of their own.
    options.trainer.spareCores = 1
    return options
  }

  /// What a training ends with, as bits.
  private static func end(_ trainer: Trainer) throws -> [String] {
    let results = try trainer.conclude()
    let values = results.flatMap(\.result.report.entries).map { "\($0.name) \($0.value.bitPattern)" }
    return ["steps \(trainer.stepsTaken)", trainer.weightsHash] + values
  }

  /// Trains in groups that change whenever `lengths` steps were made; the last group trains to the end.
  private static func travel(
    _ config: RunConfig, _ whole: any Cluster, groups: [[Int]], lengths: [Int], in path: String
  ) throws -> [String]? {
    let options = options(path)
    let data = try LoadedData(config, options: options, cluster: whole)
    var trainer: Trainer?, group: (any Cluster)?
    for (index, members) in groups.enumerated() {
      let suspended = index == 0 ? nil : try trainer?.suspend()
      try group?.close()
      let found = index == 0 ? nil : try SuspendedTraining.travel(suspended, through: whole)
      (trainer, group) = (nil, try whole.split(color: members.contains(whole.rank) ? 0 : nil))
      guard let group else { continue }
      let next =
        try found.map {
          try Trainer(
            resuming: $0, data: data, options: options.trainer, registries: registries(), cluster: group)
        }
        ?? Trainer(config, data: data, options: options.trainer, cluster: group)
      trainer = next
      guard index < groups.count - 1 else { break }
      let last = next.stepsTaken + lengths[index % lengths.count]
      let outcome = try next.train(pausingWhen: { next.stepsTaken + 1 >= last && whole.rank == members.last })
      guard case .paused = outcome else { return ["\(outcome) after \(next.stepsTaken) steps"] }
      #expect(next.stepsTaken == last)
    }
    let outcome = try trainer?.train()
    defer { withExtendedLifetime(group) {} }
    guard let trainer else { return nil }
    guard case .finished? = outcome else { return ["\(String(describing: outcome))"] }
    return try end(trainer)
  }

  @Test("from one rank to three, two and four, with everything that it remembers", arguments: kinds, trainings)
  func everything(kind: String, training: String) throws {
    let folder = try Self.folder(), path = folder.path
    let config = try Self.config(kind, training)
    let data = try LoadedData(config, options: Self.options(path), cluster: SoloCluster())
    let alone = try Trainer(config, data: data, options: TrainerOptions(threads: 2), cluster: SoloCluster())
    _ = try alone.train()
    let expected = try Self.end(alone)
    let groups = [[0], [0, 1, 2], [2, 3], [0, 1, 2, 3], [3], [1, 2]]
    for nodes in [4, 2] {
      let found = try InProcessCluster.run(size: 4, ranksPerNode: nodes) { cluster in
        let config = try Self.config(kind, training)
        return try Self.travel(config, cluster, groups: groups, lengths: [1, 2, 1, 3], in: path)
      }
      for (rank, result) in found.enumerated() {
        #expect(result == (groups[5].contains(rank) ? expected : nil), "rank \(rank), \(nodes) ranks on a node")
      }
    }
  }

  @Test("a training on a view of the data takes it along to ranks that have never seen it")
  func view() throws {
    let folder = try Self.folder(), path = folder.path
    let options = Self.options(path)
    /// Rows of the training part, some several times, and those that are left.
    @Sendable func fold(_ data: LoadedData) throws -> LoadedData {
      let all = Array(0..<data.description.count(of: .train))
      return try data.view(
        of: .train, [all.filter { $0 % 3 != 0 } + [1, 1], all.filter { $0 % 3 == 0 }, []],
        normalize: NormalizationMethod(.string("standard"), path: ""), normalizeTargets: .none)
    }
    let config = try Self.config(Self.kinds[0], Self.trainings[1])
    let data = try fold(LoadedData(config, options: options, cluster: SoloCluster()))
    let alone = try Trainer(config, data: data, options: options.trainer, cluster: SoloCluster())
    _ = try alone.train()
    let expected = try Self.end(alone)
    let found = try InProcessCluster.run(size: 3, ranksPerNode: 2) { whole -> [String]? in
      let config = try Self.config(Self.kinds[0], Self.trainings[1]), options = Self.options(path)
      let data = try LoadedData(config, options: options, cluster: whole)
      var suspended: SuspendedTraining?
      if let first = try whole.split(color: whole.rank == 0 ? 0 : nil) {
        let trainer = try Trainer(config, data: fold(data), options: options.trainer, cluster: first)
        guard case .paused = try trainer.train(pausingWhen: { trainer.stepsTaken == 6 }) else { return ["no pause"] }
        suspended = try trainer.suspend()
        try first.close()
      }
      let training = try SuspendedTraining.travel(suspended, through: whole)
      guard let second = try whole.split(color: whole.rank > 0 ? 0 : nil) else { return nil }
      let trainer = try Trainer(
        resuming: training, data: data, options: options.trainer, registries: Self.registries(), cluster: second)
      _ = try trainer.train()
      return try Self.end(trainer)
    }
    #expect(found == [nil, expected, expected])
  }

  @Test("at random instants over random groups")
  func random() throws {
    let folder = try Self.folder(), path = folder.path
    var generator = TestGenerator(state: 7)
    for round in 0..<30 {
      let kind = Self.kinds[round % Self.kinds.count], training = Self.trainings[round % Self.trainings.count]
      let config = try Self.config(kind, training)
      let data = try LoadedData(config, options: Self.options(path), cluster: SoloCluster())
      let alone = try Trainer(config, data: data, options: TrainerOptions(threads: 1), cluster: SoloCluster())
      _ = try alone.train()
      let expected = try Self.end(alone)
      let count = Int.random(in: 1...6, using: &generator)
      let groups = (0...count).map { _ in
        let members = (0..<4).filter { _ in Bool.random(using: &generator) }
        return members.isEmpty ? [Int.random(in: 0..<4, using: &generator)] : members
      }
      let lengths = (0..<count).map { _ in Int.random(in: 1...max(1, (alone.stepsTaken - 1) / count), using: &generator)
      }
      let nodes = Int.random(in: 1...4, using: &generator)
      let found = try InProcessCluster.run(size: 4, ranksPerNode: nodes) { cluster in
        try Self.travel(Self.config(kind, training), cluster, groups: groups, lengths: lengths, in: path)
      }
      for (rank, result) in found.enumerated() {
        #expect(
          result == (groups[count].contains(rank) ? expected : nil),
          "round \(round), rank \(rank): \(groups), \(lengths)")
      }
    }
  }

  /// A run that has gone on elsewhere.
  private struct Weak { weak var run: Run? }

  @Test("a run keeps its directory: log, checkpoints and summary are those of a run that stayed")
  func run() throws {
    let folder = try Self.folder(), path = folder.path
    let keys = Self.kinds[0] + #", "checkpoint": {"every_steps": 3, "keep": 100}, "output": {"log_every_steps": 2}"#
    let stayed = try Run(
      Self.config(keys, Self.trainings[1]), options: Self.options(path, "stayed"), cluster: SoloCluster()
    ).run()
    let groups = [[1], [0, 1, 2], [2, 3], [0, 3]]
    let found = try InProcessCluster.run(size: 4, ranksPerNode: 2) { whole -> RunSummary? in
      let config = try Self.config(keys, Self.trainings[1]), options = Self.options(path, "moved")
      let data = try LoadedData(config, options: options, cluster: whole)
      var run: Run?, group: (any Cluster)?, earlier: [Weak] = []
      for (index, members) in groups.enumerated() {
        let suspended = index == 0 ? nil : try run?.suspend()
        try group?.close()
        let found = index == 0 ? nil : try SuspendedTraining.travel(suspended, through: whole)
        if let run { earlier.append(Weak(run: run)) }
        (run, group) = (nil, try whole.split(color: members.contains(whole.rank) ? 0 : nil))
        guard let group else { continue }
        let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: group)
        let next =
          try found.map {
            try Run(resuming: $0, data: data, options: options, registries: Self.registries(), cluster: group)
          }
          ?? Run(Trainer(config, data: data, options: options.trainer, cluster: group), options: options)
        try next.begin(from: start, locks: locks)
        run = next
        guard index < groups.count - 1 else { break }
        let summary = try next.train(pausingWhen: { next.trainer.stepsTaken % 5 == 4 })
        #expect(summary == nil)
      }
      defer { withExtendedLifetime(group) {} }
      #expect(earlier.allSatisfy { $0.run == nil })
      return try run?.train()
    }
    func comparable(_ summary: RunSummary?) -> [String] {
      [
        "\(String(describing: summary?.weightsHash))", "\(String(describing: summary?.metrics))",
        "\(String(describing: summary?.steps))", "\(String(describing: summary?.bestStep))",
        "\(String(describing: summary?.shards))", "\(String(describing: summary?.dataFingerprint))",
      ]
    }
    for (rank, summary) in found.enumerated() {
      #expect(groups[3].contains(rank) ? comparable(summary) == comparable(stayed) : summary == nil, "rank \(rank)")
    }
    /// Lines of the log without what is of the clock.
    func lines(_ name: String) throws -> [String] {
      let text = try String(contentsOfFile: "\(path)/\(name)/metrics.jsonl", encoding: .utf8)
      return text.split(separator: "\n").map { String($0).replacing(/"samples_per_second": ?[0-9.e+]+/, with: "") }
    }
    #expect(try lines("moved") == lines("stayed"))
    let names = try ["moved", "stayed"].map {
      try FileManager.default.contentsOfDirectory(atPath: "\(path)/\($0)/checkpoints").sorted()
    }
    #expect(names[0] == names[1] && names[0].count > 4, "\(names)")
  }

  @Test("a run that began with other weights and was started again remembers them where its first rank has left it")
  func origin() throws {
    let folder = try Self.folder(), path = folder.path
    let keys = Self.kinds[0] + #", "checkpoint": {"every_steps": 3}"#, model = "\(path)/model/model.safetensors"
    @Sendable func config(_ seed: Int) throws -> RunConfig {
      try RunConfig(
        Self.config(keys, Self.trainings[0]).resolved.overriding("seed=\(seed)"), registries: Self.registries())
    }
    _ = try Run(config(5), options: Self.options(path, "model"), cluster: SoloCluster()).run()
    let stayed = try Run(config(11), options: Self.options(path, "stayed"), cluster: SoloCluster())
    _ = try stayed.warmStart(from: model)
    let expected = try stayed.run()
    let found = try InProcessCluster.run(size: 3) { whole -> String? in
      let config = try config(11), options = Self.options(path, "moved")
      let data = try LoadedData(config, options: options, cluster: whole)
      var suspended: SuspendedTraining?
      // Started, and after a while started again: from the checkpoint.
      for isFirst in [true, false] {
        guard let group = try whole.split(color: whole.rank < 2 ? 0 : nil) else { continue }
        let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: group)
        let run = try Run(
          Trainer(config, data: data, options: options.trainer, cluster: group), options: options)
        if isFirst { _ = try run.warmStart(from: model) }
        try run.begin(from: start, locks: locks)
        #expect(run.trainer.stepsTaken == (isFirst ? 0 : 6))
        let last = isFirst ? 7 : 8
        #expect(try run.train(pausingWhen: { run.trainer.stepsTaken + 1 >= last }) == nil)
        suspended = try run.suspend()
        try group.close()
      }
      let training = try SuspendedTraining.travel(suspended, through: whole)
      guard let group = try whole.split(color: whole.rank > 0 ? 0 : nil) else { return nil }
      let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: group)
      let run = try Run(
        resuming: training, data: data, options: options, registries: Self.registries(), cluster: group)
      try run.begin(from: start, locks: locks)
      return try run.train()?.weightsHash
    }
    #expect(found == [nil, expected.weightsHash, expected.weightsHash])
    let origins = try ["moved", "stayed"].map {
      try String(contentsOfFile: "\(path)/\($0)/origin.json", encoding: .utf8)
    }
    #expect(origins[0] == origins[1])
  }
}
