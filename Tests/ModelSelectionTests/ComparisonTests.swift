import Collectives
import Datasets
import Foundation
import Specs
import TestSupport
import Testing

@testable import ModelSelection

/// Comparisons in one process: the same bytes on any number of ranks, after any end, and for one fold alone.
@Suite struct ComparisonTests {
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var generator = TestGenerator(state: 1)
    let rows = (0..<47).map { row in
      let (a, b) = (Double.random(in: -1...1, using: &generator), Double.random(in: -1...1, using: &generator))
      return
        "\(a),\(b),\(2 * a - b + Double.random(in: -0.3...0.3, using: &generator)),\(row % 9),\(row / 2),\(row % 3),\(a > b ? "yes" : "no")"
    }
    try folder.write((["a,b,y,g,t,c,d"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func base(_ more: String = "", target: String = "y") throws -> ConfigValue {
    let text = """
      {"seed": 7, "data": {"train": {"format": "csv", "path": "t.csv", "targets": "\(target)", "features": ["a", "b"]},
         "test": {"fraction": 0.1}},
       "model": {"layers": [{"type": "dense", "units": 5, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": "mse", "optimizer": {"type": "sgd", "learning_rate": 0.05}, "training": {"epochs": 3, "global_batch_size": 8}\(more)}
      """
    return try ConfigValue.parse(Data(text.utf8), file: "t")
  }

  private static func options(_ path: String, folds: Int = 3, repeats: Int = 2, threads: Int = 1) -> ComparisonOptions {
    var options = ComparisonOptions(baseDirectory: path, configFile: "t.json")
    (options.folds, options.repeats, options.threads) = (folds, repeats, threads)
    return options
  }

  /// The bytes of `compare.json`.
  private static func compare(
    _ base: ConfigValue, losses: String? = "mse,huber:0.5", vary: [String] = [], _ options: ComparisonOptions,
    in directory: String? = nil, on cluster: any Cluster
  ) throws -> String {
    let candidates = try CandidateList.make(base: base, losses: losses, vary: vary)
    let comparison = try Comparison(candidates, options: options, cluster: cluster)
    guard case .finished(let report) = try comparison.run(in: directory) else { return "stopped" }
    return comparison.json(report, config: base).compactText
  }

  @Test("a log of folds by other groups is another comparison's, though all features are the same")
  func otherGroups() throws {
    let folder = try Self.folder(), base = try Self.base(), run = folder.path + "/run"
    var options = Self.options(folder.path, repeats: 1)
    options.request = .groups(.name("g"))
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    _ = try Self.compare(base, options, in: run, on: SoloCluster())
    let table = try String(contentsOfFile: folder.path + "/t.csv", encoding: .utf8)
    // The groups of two rows change places.
    let lines = table.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let changed = lines.enumerated().map { index, cells in
      var cells = cells
      if (1...2).contains(index) { cells[3] = lines[3 - index][3] }
      return cells.joined(separator: ",")
    }
    try folder.write(changed.joined(separator: "\n") + "\n", to: "t.csv")
    #expect(throws: (any Error).self) { try Self.compare(base, options, in: run, on: SoloCluster()) }
    try folder.write(table, to: "t.csv")
    _ = try Self.compare(base, options, in: run, on: SoloCluster())
  }

  @Test("1, 2, 3, 4 and 7 ranks, on one node and on several, with workers of their own: the same bytes")
  func ranks() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    let expected = try Self.compare(base, Self.options(path), on: SoloCluster())
    #expect(expected.contains("weights_sha256") && expected.contains(#""verdict": "reference""#))
    for (size, perNode, threads) in [(1, 1, 3), (2, 2, 1), (3, 2, 2), (4, 4, 1), (7, 3, 1)] {
      let found = try InProcessCluster.run(size: size, ranksPerNode: perNode) { cluster in
        try Self.compare(base, Self.options(path, threads: threads), on: cluster)
      }
      #expect(found.allSatisfy { $0 == expected }, "\(size) ranks, \(perNode) on a node, \(threads) workers")
    }
  }

  @Test("fewer trainings than ranks: groups of ranks train each, with the same bytes")
  func groups() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    let options = Self.options(path, folds: 2, repeats: 1)
    let expected = try Self.compare(base, options, on: SoloCluster())
    for size in [5, 7] {
      let found = try InProcessCluster.run(size: size, ranksPerNode: 4) { cluster in
        try Self.compare(base, options, on: cluster)
      }
      #expect(found.allSatisfy { $0 == expected }, "\(size) ranks")
    }
  }

  @Test("groups, time, classes and watched trainings: the same bytes, and no row on both sides", arguments: 0..<4)
  func rules(number: Int) throws {
    let folder = try Self.folder(), path = folder.path
    var options = Self.options(path)
    let column: FoldRequest = number == 0 ? .groups(.name("g")) : number == 1 ? .time(.name("t")) : .rows
    options.request = column
    var base = try Self.base(target: number == 2 ? "c" : "y")
    var losses: String? = "mse,mae", vary: [String] = []
    if number == 2 {
      base = try base.overriding("model.layers[1].units=3")
      losses = "categorical_cross_entropy,focal:1"
    }
    if number == 3 {
      base = try base.overriding(#"training.early_stopping={"patience": 1}"#).overriding("training.epochs=6")
      (losses, vary) = (nil, [#"data.normalize=["none","standard"]"#])
    }
    let expected = try Self.compare(base, losses: losses, vary: vary, options, on: SoloCluster())
    let (own, all, chosen) = (options, vary, losses), given = base
    let found = try InProcessCluster.run(size: 3) { cluster in
      try Self.compare(given, losses: chosen, vary: all, own, on: cluster)
    }
    #expect(found.allSatisfy { $0 == expected })
    let word = ["groups", "time", "classes", "rows"][number]
    #expect(expected.contains(#""by": "\#(word)""#))
  }

  @Test("what is in the log is not trained again, and the bytes are those of a comparison that was never interrupted")
  func goingOn() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base(), directory = path + "/out"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let expected = try Self.compare(base, Self.options(path), in: directory, on: SoloCluster())
    let log = directory + "/trainings-0.jsonl"
    let whole = try Data(contentsOf: URL(fileURLWithPath: log))
    let lines = whole.split(separator: UInt8(ascii: "\n")).count
    #expect(lines == 12)
    var generator = TestGenerator(state: 2)
    for size in [1, 2, 3] {
      try whole.prefix(Int.random(in: 0..<whole.count, using: &generator)).write(to: URL(fileURLWithPath: log))
      let found = try InProcessCluster.run(size: size) { cluster in
        try Self.compare(base, Self.options(path), in: directory, on: cluster)
      }
      #expect(found.allSatisfy { $0 == expected }, "\(size) ranks")
    }
    // More repeats go on from fewer.
    let more = try Self.compare(base, Self.options(path, repeats: 3), in: directory, on: SoloCluster())
    #expect(more.contains(#""repeats": 3"#))
    do {
      _ = try Self.compare(base, losses: "mse,mae", Self.options(path), in: directory, on: SoloCluster())
      Issue.record("another comparison went on from this log")
    } catch let failure as AgreedFailure {
      #expect(failure.exitCode == 78 && failure.sentence.contains("belongs to another comparison"))
    }
  }

  @Test("one fold trained alone, on any ranks, has the hash that the file says")
  func single() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    let text = try Self.compare(base, Self.options(path), on: SoloCluster())
    let file = try ConfigValue.parse(Data(text.utf8), file: "compare.json")
    guard case .array(let trainings)? = file["trainings"] else { throw CancellationError() }
    let stated = try #require(
      trainings.first {
        $0["repeat"] == .integer(2) && $0["fold"] == .integer(3) && $0["candidate"] == .string("huber:0.5")
      })
    for size in [1, 3] {
      let found = try InProcessCluster.run(size: size) { cluster in
        let candidates = try CandidateList.make(base: base, losses: "mse,huber:0.5", vary: [])
        let comparison = try Comparison(candidates, options: Self.options(path), cluster: cluster)
        return try comparison.retrain(cycle: 1, fold: 2, candidate: 1)?.result.weightsHash
      }
      #expect(found.allSatisfy { $0.map(ConfigValue.string) == stated["weights_sha256"] })
    }
  }

  @Test("equal candidates are identical, one that diverges is a result, and other seeds make no verdict of themselves")
  func verdicts() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    let same = try Self.compare(base, losses: "mse,mse", Self.options(path), on: SoloCluster())
    #expect(same.contains(#""verdict": "identical""#))
    let diverging = try Self.compare(
      base, losses: nil, vary: ["optimizer.learning_rate=[0.05,1e30]"], Self.options(path), on: SoloCluster())
    #expect(diverging.contains(#""verdict": "no value""#) && diverging.contains("the training diverged"))
    let seeds = try Self.compare(base, losses: nil, vary: ["seed=[1,2]"], Self.options(path), on: SoloCluster())
    #expect(!seeds.contains(#""verdict": "identical""#))
  }

  @Test("until sure: looks, and why it ended")
  func untilSure() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    var options = Self.options(path)
    options.maxRepeats = 2
    let text = try Self.compare(base, losses: "mse,mse", options, on: SoloCluster())
    #expect(text.contains("every candidate has a verdict") && text.contains(#""looks": [1, 2]"#))
    let other = try Self.compare(base, losses: nil, vary: ["seed=[1,2]"], options, on: SoloCluster())
    #expect(other.contains(#""ending""#))
  }

  @Test("where mistakes have costs: curves, thresholds and the same bytes, from a log too")
  func costs() throws {
    let folder = try Self.folder(), path = folder.path, directory = path + "/out"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let base = try Self.base(target: "d")
      .overriding(#"loss={"type": "binary_cross_entropy", "cost": {"false_positive": 1, "false_negative": 4}}"#)
    let expected = try Self.compare(
      base, losses: "binary_cross_entropy,focal:1", Self.options(path), in: directory, on: SoloCluster())
    let file = try ConfigValue.parse(Data(expected.utf8), file: "compare.json")
    guard case .array(let costs)? = file["costs"] else { throw CancellationError() }
    #expect(costs.map { $0["candidate"] } == [.string("binary_cross_entropy"), .string("focal:1")])
    #expect(costs.allSatisfy { $0["false_negative"] == .integer(4) })
    let again = try Self.compare(
      base, losses: "binary_cross_entropy,focal:1", Self.options(path), in: directory, on: SoloCluster())
    #expect(again == expected)
    let found = try InProcessCluster.run(size: 3) { cluster in
      try Self.compare(base, losses: "binary_cross_entropy,focal:1", Self.options(path), on: cluster)
    }
    #expect(found.allSatisfy { $0 == expected })
  }

  @Test("a config that one candidate cannot have is refused with its name before anything is trained")
  func refusals() throws {
    let folder = try Self.folder(), path = folder.path, base = try Self.base()
    func sentence(_ losses: String?, _ vary: [String] = []) throws -> String {
      do {
        return
          "none: \(try Self.compare(base, losses: losses, vary: vary, Self.options(path), on: SoloCluster()).prefix(80))"
      } catch let failure as AgreedFailure {
        return failure.sentence
      } catch let error as any ReportableError {
        return error.sentence
      }
    }
    // Targets of both signs.
    #expect(try sentence("mse,poisson").contains("(candidate 'poisson')"))
    #expect(try sentence("mse,gaussian_nll").contains("(candidate 'gaussian_nll')"))
    #expect(try sentence(nil, ["data.test.fraction=[0.1,0.2]"]).contains("learn from other rows"))
    #expect(try sentence("mse,huber").hasPrefix("none"))
  }
}
