import Collectives
import Datasets
import Foundation
import Kernels
import Networks
import Platform
import Specs
import TestSupport
import Testing
import ToyLayers

@testable import Training

/// Ids, masks and lengths from columns of a table: one model whatever the layout, and the same predictions from its
/// file.
@Suite struct InputRunTests {
  private static let registries = Result {
    Registries.standard.with(try LayerRegistry.standard.adding(ToyEmbedding.self).adding(ToyAttention.self))
  }

  /// Tokens, embedded, attend to each other as far as the length says; beside them numbers that are normalized.
  private static func config(_ layout: ReachTests.Layout, epochs: Int = 3, flaw: String = "none", rows: Int = 7)
    -> String
  {
    """
    {"data": {"train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25},
       "normalize": "standard"},
     "model": {
       "inputs": [
         {"name": "tokens", "columns": ["t0", "t1", "t2", "t3"], "dtype": "int32"}, {"name": "rest"},
         {"name": "length", "columns": ["n"], "dtype": "int32"}],
       "layers": [
         {"type": "toy_embedding", "rows": \(rows), "units": 6, "inputs": ["tokens"], "name": "e", "flaw": "\(flaw)"},
         {"type": "dense", "units": 6, "activation": "tanh", "name": "k"},
         {"type": "toy_attention", "inputs": ["e", "k", "length"]}, {"type": "flatten", "name": "a"},
         {"type": "concatenate", "inputs": ["a", "rest"]}, {"type": "dense", "units": 1}]},
     "loss": {"type": "mse"}, "optimizer": {"type": "adam"}, "seed": 3,
     "training": {"epochs": \(epochs), "global_batch_size": 16, "micro_steps": \(layout.microSteps), "ema": {"decay": 0.9}},
     "parallel": {"shards": 5, "overlap": \(layout.overlap), "update": "\(layout.isSharded ? "sharded" : "replicated")"}}
    """
  }

  /// Columns in another order than the inputs have them; 51 rows of training in batches of 16, 16, 16 and 3.
  private static func data(token: (Int, Int) -> Int = { ($0 * 3 + $1 * $0 + $1) % 7 }) -> String {
    "t3,a,t0,n,t1,b,t2,y\n"
      + (0..<68).map { row in
        let t = (0..<4).map { token(row, $0) }, a = Double(row % 5) * 100, b = Double(row * row % 11)
        let length = row % 5
        return "\(t[3]),\(a),\(t[0]),\(length),\(t[1]),\(b),\(t[2]),\(t[row % 4] % 3 + row % 2)\n"
      }.joined()
  }

  private static func folder(_ data: String = data()) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(data, to: "t.csv")
    return folder
  }

  private static func train(
    _ layout: ReachTests.Layout, _ text: String? = nil, in folder: TemporaryFolder
  ) throws -> [String] {
    let value = try ConfigValue.parse(Data((text ?? config(layout)).utf8), file: "t")
    let config = try RunConfig(value, registries: registries.get()), path = folder.path
    return try InProcessCluster.run(size: layout.ranks, ranksPerNode: layout.ranksPerNode) { cluster in
      let options = RunOptions(
        baseDirectory: path, outputDirectory: path + "/run", threads: layout.threads)
      let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: cluster)
      defer { locks?.release() }
      return try Run(config, options: options, cluster: cluster).run(from: start, locks: locks).weightsHash
    }
  }

  private static let one = ReachTests.Layout(ranks: 1, threads: 1)

  @Test("one hash for every layout, with micro steps too")
  func layouts() throws {
    let expected = try Self.train(Self.one, in: Self.folder())[0]
    #expect(expected.count == 64, "\(expected)")
    let groups = [
      ReachTests.Layout(ranks: 1, threads: 2, microSteps: 3),
      ReachTests.Layout(ranks: 2, threads: 1, overlap: true, microSteps: 2),
      ReachTests.Layout(ranks: 3, threads: 1, isSharded: true, microSteps: 2),
    ]
    for layout in ReachTests.Layout.all + groups {
      let found = try Self.train(layout, in: Self.folder())
      #expect(found.allSatisfy { $0 == expected }, "\(layout): \(found), expected \(expected)")
    }
  }

  @Test("a run that goes on from a checkpoint elsewhere ends with the same weights")
  func resumed() throws {
    let expected = try Self.train(Self.one, in: Self.folder())[0], folder = try Self.folder()
    for (epochs, layout) in [
      (1, ReachTests.Layout(ranks: 3, threads: 1)), (2, ReachTests.Layout(ranks: 1, threads: 2)),
      (3, ReachTests.Layout(ranks: 4, threads: 1, overlap: true, isSharded: true)),
    ] {
      let found = try Self.train(layout, Self.config(layout, epochs: epochs), in: folder)
      if epochs == 3 { #expect(found.allSatisfy { $0 == expected }, "\(found), expected \(expected)") }
    }
  }

  @Test("negative control: an embedding whose gradient knows how many leaves there are depends on the layout")
  func control() throws {
    func hash(_ layout: ReachTests.Layout) throws -> String {
      try Self.train(layout, Self.config(layout, flaw: "countsLeaves"), in: Self.folder())[0]
    }
    let one = try hash(Self.one), three = try hash(ReachTests.Layout(ranks: 3, threads: 1))
    #expect(one != three && one.count == 64, "\(one)")
  }

  @Test("whole numbers are not normalized, other features are")
  func normalization() throws {
    let folder = try Self.folder()
    _ = try Self.train(Self.one, Self.config(Self.one, epochs: 1), in: folder)
    let description = try SavedModel(folder.path + "/run", registries: Self.registries.get()).description
    // t3, a, t0, n, t1, b, t2
    #expect(description.fields.map(\.runs) == [[2..<3, 4..<5, 6..<7, 0..<1], [1..<2, 5..<6], [3..<4]])
    for feature in [0, 2, 3, 4, 6] { #expect(description.normalization[feature] == (0, 1)) }
    for feature in [1, 5] { #expect(description.normalization[feature].shift > 1) }
    #expect(try DataDescription(description.configValue) == description)
  }

  @Test("a model's file predicts as the network that wrote it, from a table whose columns stand otherwise")
  func predictions() throws {
    let folder = try Self.folder()
    _ = try Self.train(Self.one, Self.config(Self.one, epochs: 1), in: folder)
    let model = try SavedModel(folder.path + "/run", registries: Self.registries.get())
    func outputs(_ table: String) throws -> [Float] {
      let file = try TemporaryFolder()
      try file.write(table, to: "p.csv")
      try file.write(#"{"format": "csv", "path": "\#(file.path)/p.csv"}"#, to: "p.json")
      let source = try RunSource.load(
        run: folder.path + "/run", origin: .source(file.path + "/p.json"), model: model, withTargets: false,
        environment: [:], cluster: SoloCluster())
      return try model.outputs(try #require(source.prepared.rows(of: .test)), threads: 2, cluster: SoloCluster())
    }
    let expected = try outputs("t3,a,t0,n,t1,b,t2\n6,200,1,2,0,4,3\n0,0,5,4,5,9,5\n")
    let turned = try outputs("b,a,n,t0,t1,t2,t3\n4,200,2,1,0,3,6\n9,0,4,5,5,5,0\n")
    #expect(expected == turned && expected.count == 2 && expected[0] != expected[1])
    let error = #expect(throws: AgreedFailure.self) {
      try outputs("t3,a,t0,n,t1,b,t2\n6,200,1,2,0,4,3\n0,0,7,4,5,9,5\n")
    }
    #expect(
      error?.sentence.hasSuffix(
        "/p.csv: line 3: the input 'tokens' holds 7, and model.layers[0] reads whole numbers from 0 to 6; correct the data, "
          + "or the layer") == true, "\(error?.sentence ?? "")")
  }

  @Test("ids beyond the layer's, and what is not whole, are refused with their line", arguments: [1, 2])
  func refused(ranks: Int) throws {
    let layout = ReachTests.Layout(ranks: ranks, threads: 1)
    func sentence(_ data: String, rows: Int = 7) throws -> String? {
      let folder = try Self.folder(data)
      do {
        _ = try Self.train(layout, Self.config(layout, rows: rows), in: folder)
        return nil
      } catch let failure as AgreedFailure {
        #expect(failure.exitCode == ExitCode.data.rawValue)
        return failure.sentence
      }
    }
    let beyond = Self.data { row, place in row == 20 && place == 2 ? 6 : (row + place) % 5 }
    let found = try sentence(beyond, rows: 5)
    #expect(
      found?.contains(
        "t.csv: line 22: the input 'tokens' holds 6, and model.layers[0] reads whole numbers from 0 to 4; correct")
        == true,
      "\(found ?? "nothing")")
    let lines = Self.data().split(separator: "\n")
    let broken = (lines[..<9] + ["1,0,2,3,1.5,0,0,1"] + lines[9...]).joined(separator: "\n") + "\n"
    #expect(
      try sentence(broken)?.contains(
        "t.csv: line 10, column 't1': 1.5 is no whole number between -16777215 and 16777215, and the model reads it as int32; "
          + "correct it, or give the input dtype float32") == true)
  }
}
