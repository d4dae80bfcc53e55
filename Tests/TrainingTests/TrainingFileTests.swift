import Collectives
import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// A training between two steps in a file: it goes on from there to the same bits, and what is damaged is no training.
@Suite struct TrainingFileTests {
  private static func config(_ more: String = "") throws -> RunConfig {
    let text = """
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25}},
       "model": {"layers": [{"type": "dense", "units": 5, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": {"type": "mse"}, "optimizer": {"type": "adam"}, "parallel": {"shards": 3},
       "training": {"epochs": 6, "global_batch_size": 8, "ema": {"decay": 0.9}, "restore_best": true\(more)}}
      """
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t"))
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let rows = (0..<41).map { row in "\(row % 7),\(row * row % 11),\(row % 5)" }
    try folder.write((["a,b,y"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func data(_ path: String, _ cluster: any Cluster) throws -> LoadedData {
    try LoadedData(
      config(), options: RunOptions(baseDirectory: path, outputDirectory: "", threads: 1), cluster: cluster)
  }

  /// Writes a training that has made some steps, and tells the hash that it would end with.
  private static func write(_ file: String, in path: String) throws -> String {
    let config = try config(), data = try data(path, SoloCluster()), options = TrainerOptions(threads: 1)
    let whole = try Trainer(config, data: data, options: options, cluster: SoloCluster())
    _ = try whole.train()
    _ = try whole.conclude(testing: false)
    let part = try Trainer(config, data: data, options: options, cluster: SoloCluster())
    guard case .paused = try part.train(pausingWhen: { part.stepsTaken == 6 }) else { throw CancellationError() }
    try part.suspend().write(to: file, mark: "own")
    return whole.weightsHash
  }

  @Test("it goes on from the file on other ranks, with the config that these have")
  func goesOn() throws {
    let folder = try Self.folder(), path = folder.path, file = path + "/a.state"
    let expected = try Self.write(file, in: path)
    #expect(SuspendedTraining.steps(in: file, mark: "own") == 7)
    // Ranks of which none has it end the process.
    _ = try #require(SuspendedTraining.read(file, mark: "own"))
    let found = try InProcessCluster.run(size: 3) { cluster -> String in
      let data = try Self.data(path, cluster)
      let own = cluster.rank == 0 ? SuspendedTraining.read(file, mark: "own") : nil
      let training = try SuspendedTraining.travel(own, through: cluster)
      let trainer = try Trainer(
        resuming: training, config: Self.config(), data: data, options: TrainerOptions(threads: 1), cluster: cluster)
      _ = try trainer.train()
      _ = try trainer.conclude(testing: false)
      return trainer.weightsHash
    }
    #expect(found == [expected, expected, expected])
  }

  @Test("no file, another's mark, any cut and any changed byte: no training, and no trap")
  func damage() throws {
    let folder = try Self.folder(), file = folder.path + "/a.state", url = URL(fileURLWithPath: file)
    _ = try Self.write(file, in: folder.path)
    let whole = try Data(contentsOf: url)
    #expect(SuspendedTraining.read(file, mark: "own") != nil)
    #expect(SuspendedTraining.read(file, mark: "other") == nil)
    #expect(SuspendedTraining.read(file + "x", mark: "own") == nil)
    #expect(SuspendedTraining.read(folder.path, mark: "own") == nil)
    var generator = TestGenerator(state: 8)
    for _ in 0..<60 {
      try whole.prefix(Int.random(in: 0..<whole.count, using: &generator)).write(to: url)
      #expect(SuspendedTraining.read(file, mark: "own") == nil)
    }
    try (whole + [0]).write(to: url)
    #expect(SuspendedTraining.read(file, mark: "own") == nil)
    for place in Array(0..<64) + (0..<60).map({ _ in Int.random(in: 0..<whole.count, using: &generator) }) {
      var bytes = whole
      bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      try bytes.write(to: url)
      #expect(SuspendedTraining.read(file, mark: "own") == nil, "byte \(place)")
    }
  }
}
