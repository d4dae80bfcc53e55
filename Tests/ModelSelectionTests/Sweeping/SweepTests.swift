import Collectives
import Foundation
import Specs
import TestSupport
import Testing
import Training

@testable import ModelSelection

/// Searches in one process: the same bytes on any number of ranks, after any end, and for one trial alone.
@Suite struct SweepTests {
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var generator = TestGenerator(state: 1)
    let rows = (0..<61).map { row in
      let (a, b) = (Double.random(in: -1...1, using: &generator), Double.random(in: -1...1, using: &generator))
      return "\(a),\(b),\(2 * a - b + Double.random(in: -0.3...0.3, using: &generator))"
    }
    try folder.write((["a,b,y"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func base(_ more: String = "") throws -> ConfigValue {
    let text = """
      {"seed": 7, "data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "test": {"fraction": 0.1}},
       "model": {"layers": [{"type": "dense", "units": 5, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": "mse", "optimizer": {"type": "sgd", "learning_rate": 0.05},
       "training": {"epochs": 9, "global_batch_size": 8\(more)}}
      """
    return try ConfigValue.parse(Data(text.utf8), file: "t")
  }

  private static let words = ["optimizer.learning_rate=1e-3..1e12:log", "model.layers[0].units=2..40:int"]

  private static func halving() -> SweepOptions {
    var options = SweepOptions()
    (options.halving, options.trials, options.method) = (.halving, 9, .sobol)
    return options
  }

  private static func sweep(
    _ base: ConfigValue, _ options: SweepOptions, in path: String, folds: Int? = nil, threads: Int = 1,
    on cluster: any Cluster
  ) throws -> Sweep {
    var request = SweepRequest(baseDirectory: path, configFile: "t.json")
    (request.folds, request.threads) = (folds, threads)
    let (complete, _) = try request.complete(base, RunConfig(base))
    let plan = try SweepPlan(base: complete, space: SearchSpace(words: words, file: nil), options: options)
    return try Sweep(plan, request: request, cluster: cluster)
  }

  /// The bytes of `sweep.json`.
  private static func run(
    _ base: ConfigValue, _ options: SweepOptions, in path: String, to directory: String, folds: Int? = nil,
    threads: Int = 1, on cluster: any Cluster
  ) throws -> String {
    let sweep = try sweep(base, options, in: path, folds: folds, threads: threads, on: cluster)
    if cluster.rank == 0 {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
    try cluster.barrier()
    guard case .finished(let report, let waited) = try sweep.run(in: directory) else { return "stopped" }
    #expect(waited >= 0 && waited <= 1)
    return report.json(config: base, identity: sweep.identity, members: sweep.members).compactText
  }

  @Test("1, 2, 3, 4 and 7 ranks with any threads: the same bytes, with and without halving, folds and an early end")
  func ranks() throws {
    let folder = try Self.folder(), path = folder.path
    var hyperband = SweepOptions(), plain = SweepOptions()
    hyperband.halving = .hyperband
    plain.trials = 4
    let patient = try Self.base(#", "early_stopping": {"patience": 1}"#)
    let kinds: [(ConfigValue, SweepOptions, Int?)] = [
      (try Self.base(), Self.halving(), nil), (try Self.base(), hyperband, nil), (patient, Self.halving(), nil),
      (try Self.base(), plain, 3),
    ]
    for (number, (base, options, folds)) in kinds.enumerated() {
      let expected = try Self.run(
        base, options, in: path, to: "\(path)/\(number)", folds: folds, on: SoloCluster())
      #expect(expected.contains("weights_sha256") && expected.contains(#""state": "done""#), "\(expected.prefix(300))")
      for (size, perNode, threads) in [(1, 1, 3), (2, 2, 1), (3, 2, 2), (4, 4, 1), (7, 7, 1)] {
        let found = try InProcessCluster.run(size: size, ranksPerNode: perNode) { cluster in
          try Self.run(
            base, options, in: path, to: "\(path)/\(number).\(size)", folds: folds, threads: threads, on: cluster)
        }
        #expect(found.allSatisfy { $0 == expected }, "kind \(number), \(size) ranks, \(threads) workers")
      }
    }
  }

  @Test("halving ends what is worse, and a trial that diverges is the last, not the end")
  func halted() throws {
    let folder = try Self.folder(), path = folder.path
    let text = try Self.run(Self.base(), Self.halving(), in: path, to: path + "/run", on: SoloCluster())
    let file = try ConfigValue.parse(Data(text.utf8), file: "sweep.json")
    guard case .array(let trials)? = file["trials"] else { throw CancellationError() }
    let states = trials.compactMap { trial -> String? in
      if case .string(let state)? = trial["state"] { return state }
      return nil
    }
    let done = states.count { $0 == "done" }
    #expect(states.count == 9 && done == 1)
    #expect(states.contains("halted") && states.contains("diverged"), "\(states)")
    #expect(!FileManager.default.fileExists(atPath: path + "/run/states"))
  }

  @Test("what is in the log is not trained again, and the bytes are those of a search that was never interrupted")
  func goingOn() throws {
    let folder = try Self.folder(), path = folder.path, directory = path + "/run", base = try Self.base()
    let expected = try Self.run(base, Self.halving(), in: path, to: directory, on: SoloCluster())
    let log = directory + "/trainings-0.jsonl", whole = try Data(contentsOf: URL(fileURLWithPath: log))
    var generator = TestGenerator(state: 2)
    for size in [1, 2, 3] {
      try whole.prefix(Int.random(in: 0..<whole.count, using: &generator)).write(to: URL(fileURLWithPath: log))
      let found = try InProcessCluster.run(size: size) { cluster in
        try Self.run(base, Self.halving(), in: path, to: directory, on: cluster)
      }
      #expect(found.allSatisfy { $0 == expected }, "\(size) ranks")
    }
    var other = Self.halving()
    other.eta = 2
    do {
      _ = try Self.run(base, other, in: path, to: directory, on: SoloCluster())
      Issue.record("another search went on from this log")
    } catch let failure as AgreedFailure {
      #expect(failure.exitCode == 78 && failure.sentence.contains("belongs to another sweep"), "\(failure.sentence)")
    }
  }

  @Test("a config that ends trainings before a rung's place: each is trained once, and somebody's files stay")
  func short() throws {
    let folder = try Self.folder(), path = folder.path, own = path + "/run/states/own.txt"
    try FileManager.default.createDirectory(atPath: path + "/run/states", withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: own, contents: Data("own".utf8)))
    // 54 steps in all, judged after 100, 300 and 900.
    let base = try Self.base(#", "steps": 900"#)
    let text = try Self.run(base, Self.halving(), in: path, to: path + "/run", on: SoloCluster())
    #expect(text.contains(#""state": "done""#))
    let log = try Data(contentsOf: URL(fileURLWithPath: path + "/run/trainings-0.jsonl"))
    #expect(String(decoding: log, as: UTF8.self).split(separator: "\n").count == 9)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/run/states") == ["own.txt"])
  }

  @Test("a trial trained alone up to a rung, and the best config as a run of its own, have the hashes of the file")
  func alone() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    let sweep = try Self.sweep(base, Self.halving(), in: path, on: SoloCluster())
    try FileManager.default.createDirectory(atPath: path + "/run", withIntermediateDirectories: true)
    guard case .finished(let report, _) = try sweep.run(in: path + "/run") else { throw CancellationError() }
    let best = try #require(report.best), outcomes = try #require(report.results.outcomes[best])
    for (rung, outcome) in outcomes.enumerated() {
      let found = try InProcessCluster.run(size: 3) { cluster in
        try Self.sweep(base, Self.halving(), in: path, on: cluster).retrain(trial: best, rung: rung, fold: 0)
      }
      #expect(found.allSatisfy { $0 == outcome[0] }, "rung \(rung)")
    }
    let config = try RunConfig(#require(report.bestConfig))
    let options = RunOptions(baseDirectory: path, outputDirectory: path + "/best", threads: 2)
    let summary = try Run(config, options: options, cluster: SoloCluster()).run()
    #expect(summary.weightsHash == outcomes.last?[0].weightsHash)
  }

  @Test("what cannot be searched is refused before anything is trained")
  func refusals() throws {
    let folder = try Self.folder(), path = folder.path
    func sentence(_ word: String, metric: String? = nil, trials: Int = 40) throws -> String {
      var request = SweepRequest(baseDirectory: path, configFile: "t.json")
      request.metric = metric
      do {
        let base = try Self.base(), (complete, _) = try request.complete(base, RunConfig(base))
        var options = SweepOptions()
        options.trials = trials
        let plan = try SweepPlan(base: complete, space: SearchSpace(words: [word], file: nil), options: options)
        _ = try Sweep(plan, request: request, cluster: SoloCluster())
        return "none"
      } catch let failure as AgreedFailure {
        return failure.sentence
      } catch let error as any ReportableError {
        return error.sentence
      }
    }
    #expect(try sentence("data.test.fraction=0.1..0.2").contains("read their data in more than 32 ways"))
    #expect(try sentence("loss=[\"mse\",\"poisson\"]", trials: 2).contains("poisson"))
    #expect(try sentence("seed=1..3:int", metric: "accuracy", trials: 3).contains("accuracy"))
    #expect(try sentence("seed=1..3:int", trials: 3) == "none")
  }
}
