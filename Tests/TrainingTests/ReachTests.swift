import Collectives
import Datasets
import Foundation
import Networks
import Platform
import Specs
import TestSupport
import Testing
import ToyLayers

@testable import Training

/// Layers that look further than a row, and layers with items within rows, give one model whatever the layout.
@Suite struct ReachTests {
  /// How a run is spread.
  struct Layout: CustomTestStringConvertible {
    var ranks: Int
    var threads: Int
    var ranksPerNode: Int? = nil
    var overlap = false
    var isSharded = false
    var microSteps = 1

    var testDescription: String {
      "\(ranks) × \(threads)\(overlap ? ", overlap" : "")\(isSharded ? ", sharded" : "")"
        + "\(ranksPerNode.map { ", \($0) ranks a node" } ?? "")\(microSteps > 1 ? ", \(microSteps) micro steps" : "")"
    }

    static let all =
      [1, 2, 3, 4].flatMap { ranks in (1...3).map { Layout(ranks: ranks, threads: $0) } }
      + [
        // More ranks than shards, and than rows of the last batch.
        Layout(ranks: 7, threads: 1), Layout(ranks: 2, threads: 1, overlap: true),
        Layout(ranks: 4, threads: 2, ranksPerNode: 2, overlap: true), Layout(ranks: 3, threads: 1, isSharded: true),
        Layout(ranks: 4, threads: 1, overlap: true, isSharded: true),
        Layout(ranks: 3, threads: 2, ranksPerNode: 2, isSharded: true),
      ]
  }

  private static let registries = Result {
    Registries.standard.with(
      try LayerRegistry.standard.adding(ToyStatistics.self).adding(ToyPanels.self))
  }

  /// What is trained: sums over the batch at the input, in the middle and at the end, over shards, and panels.
  private static func config(
    _ layout: Layout, epochs: Int, over: String = "batch", flaw: String = "none"
  ) throws -> RunConfig {
    let text = """
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25}},
       "model": {"layers": [
         {"type": "toy_statistics", "over": "\(over)"}, {"type": "dense", "units": 20, "activation": "tanh"},
         {"type": "toy_statistics", "over": "shard", "flaw": "\(flaw)"}, {"type": "toy_panels"},
         {"type": "dense", "units": 6, "activation": "relu"}, {"type": "toy_statistics", "over": "\(over)"},
         {"type": "dense", "units": 1}]},
       "loss": {"type": "mse"}, "optimizer": {"type": "adam"}, "seed": 3,
       "training": {"epochs": \(epochs), "global_batch_size": 16, "micro_steps": \(layout.microSteps),
         "ema": {"decay": 0.9}},
       "parallel": {"shards": 5, "overlap": \(layout.overlap), "update": "\(layout.isSharded ? "sharded" : "replicated")"}}
      """
    return try RunConfig(try ConfigValue.parse(Data(text.utf8), file: "t"), registries: registries.get())
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    // 51 rows of training: batches of 16, 16, 16 and 3, which fill three of five shards.
    let rows = (0..<68).map { row in
      let x = (0..<3).map { Double((row * (7 + 5 * $0) + 3 * $0) % 19) / 8 - 1 }
      return (x + [x[0] * x[1] - x[2]]).map { "\($0)" }.joined(separator: ",")
    }
    try folder.write(([("a,b,c,y")] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  /// Trains, in the folder's directory `run` or going on there, and returns the hash of the weights on every rank.
  private static func train(_ layout: Layout, _ config: RunConfig, in folder: TemporaryFolder) throws -> [String] {
    let path = folder.path
    return try InProcessCluster.run(size: layout.ranks, ranksPerNode: layout.ranksPerNode) { cluster in
      let options = RunOptions(
        baseDirectory: path, outputDirectory: path + "/run", threads: layout.threads)
      let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: cluster)
      defer { locks?.release() }
      return try Run(config, options: options, cluster: cluster).run(from: start, locks: locks).weightsHash
    }
  }

  private static func reference(over: String = "batch") throws -> String {
    let layout = Layout(ranks: 1, threads: 1)
    return try train(layout, try config(layout, epochs: 3, over: over), in: try folder())[0]
  }

  @Test("one hash for every layout")
  func layouts() throws {
    let expected = try Self.reference()
    #expect(expected.count == 64, "\(expected)")
    for layout in Layout.all {
      let found = try Self.train(layout, try Self.config(layout, epochs: 3), in: try Self.folder())
      #expect(found.allSatisfy { $0 == expected }, "\(layout): \(found), expected \(expected)")
    }
  }

  @Test("what reaches no further than a shard may be worked through in groups; what reads the batch is refused there")
  func microSteps() throws {
    let expected = try Self.reference(over: "shard")
    for layout in [
      Layout(ranks: 1, threads: 2, microSteps: 3), Layout(ranks: 2, threads: 1, overlap: true, microSteps: 2),
      Layout(ranks: 3, threads: 1, isSharded: true, microSteps: 2),
    ] {
      let config = try Self.config(layout, epochs: 3, over: "shard")
      let found = try Self.train(layout, config, in: try Self.folder())
      #expect(found.allSatisfy { $0 == expected }, "\(layout): \(found), expected \(expected)")
    }
    let layout = Layout(ranks: 1, threads: 1, microSteps: 2)
    let error = #expect(throws: ConfigError.self) {
      try Self.train(layout, try Self.config(layout, epochs: 1), in: try Self.folder())
    }
    #expect(
      error?.sentence
        == "training.micro_steps: model.layers[0] reads sums over the whole batch, which groups of its shards cannot know; "
        + "set 1")
  }

  @Test("a run that goes on from a checkpoint, elsewhere, ends with the same states and averages")
  func resumed() throws {
    let expected = try Self.reference(), folder = try Self.folder()
    for (epochs, layout) in [
      (1, Layout(ranks: 3, threads: 1)), (2, Layout(ranks: 1, threads: 2)),
      (3, Layout(ranks: 4, threads: 1, overlap: true, isSharded: true)),
    ] {
      let found = try Self.train(layout, try Self.config(layout, epochs: epochs), in: folder)
      if epochs == 3 { #expect(found.allSatisfy { $0 == expected }, "\(found), expected \(expected)") }
    }
  }

  @Test("a state that is not finite ends the run with its name, on all ranks alike", arguments: [1, 2])
  func brokenState(ranks: Int) throws {
    let folder = try TemporaryFolder()
    // Finite once normalized, with a variance beyond float32.
    try folder.write("a,y\n" + (0..<16).map { "\($0 % 2 == 0 ? "1e30" : "-1e30"),\($0)\n" }.joined(), to: "t.csv")
    let text = #"""
      {"data": {"normalize": "none", "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}},
       "model": {"layers": [{"type": "toy_statistics"}, {"type": "dense", "units": 1}]}, "loss": {"type": "mse"},
       "optimizer": {"type": "sgd", "learning_rate": 0.001}, "training": {"epochs": 1, "global_batch_size": 16}}
      """#
    let config = try RunConfig(try ConfigValue.parse(Data(text.utf8), file: "t"), registries: Self.registries.get())
    let error = #expect(throws: AgreedFailure.self) {
      try Self.train(Layout(ranks: ranks, threads: 1), config, in: folder)
    }
    #expect(error?.exitCode == ExitCode.notFinite.rawValue)
    #expect(
      error?.sentence.hasPrefix("step 0: layers.0.running_var holds values that are not finite") == true,
      "\(error?.sentence ?? "")")
  }

  @Test("ranks that hold other states are told apart")
  func statesInHash() throws {
    let network = try Network(
      [LayerNode(ToyStatistics(over: .batch))], input: Port([5]), path: "model.layers")
    let arena = AlignedBuffer<Float>(count: network.storageCount), hash = WeightHash(network)
    network.initialize(arena.pointer, seed: 1)
    let before = hash.hash(arena.pointer, threads: 1), parts = hash.hashes(arena.pointer)
    let index = try #require(network.tensors.firstIndex { $0.name == "layers.0.running_var" })
    arena[network.tensors[index].range.lowerBound + 4] += 1
    #expect(hash.hash(arena.pointer, threads: 1) != before)
    #expect(zip(parts, hash.hashes(arena.pointer)).map { $0 != $1 } == network.tensors.indices.map { $0 == index })
  }

  /// Batches of 8 rows, and one of 4, through layers whose work is cut within rows from two threads on.
  @Test("few rows of wide layers: one hash for any number of threads")
  func fewRows() throws {
    func hash(_ layout: Layout) throws -> [String] {
      let text = """
        {"data": {"train": {"format": "synthetic", "task": "classification", "examples": 20, "features": 300, "classes": 3}},
         "model": {"layers": [
           {"type": "dense", "units": 450, "activation": "gelu"}, {"type": "toy_panels"},
           {"type": "dense", "units": 500, "activation": "relu"}, {"type": "dense", "units": 3}]},
         "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd"}, "seed": 3,
         "training": {"epochs": 2, "global_batch_size": 8, "micro_steps": \(layout.microSteps)},
         "parallel": {"overlap": \(layout.overlap)}}
        """
      let config = try RunConfig(
        try ConfigValue.parse(Data(text.utf8), file: "t"), registries: Self.registries.get())
      return try Self.train(layout, config, in: try TemporaryFolder())
    }
    let expected = try hash(Layout(ranks: 1, threads: 1))[0]
    #expect(expected.count == 64, "\(expected)")
    for layout in [
      Layout(ranks: 1, threads: 2), Layout(ranks: 1, threads: 3), Layout(ranks: 2, threads: 3),
      Layout(ranks: 3, threads: 2, overlap: true), Layout(ranks: 1, threads: 2, microSteps: 3),
    ] {
      let found = try hash(layout)
      #expect(found.allSatisfy { $0 == expected }, "\(layout): \(found), expected \(expected)")
    }
  }

  @Test("negative control: a layer that reads another shard's sums depends on the layout")
  func control() throws {
    let one = Layout(ranks: 1, threads: 1), three = Layout(ranks: 3, threads: 1)
    func hash(_ layout: Layout) throws -> String {
      try Self.train(layout, try Self.config(layout, epochs: 1, flaw: "readsFirstShard"), in: try Self.folder())[0]
    }
    #expect(try hash(one) != hash(three))
  }
}
