import Foundation
import TestSupport
import Testing

/// The first promise: one config, one model, whatever the ranks and threads.
@Suite(.serialized) struct InvarianceTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    var name: String
    var config: String
    var overrides: [String]
    var testDescription: String { name }
  }

  static let problems = [
    Problem(name: "digits", config: "configs/digits.json", overrides: ["training.epochs=2"]),
    Problem(name: "diabetes", config: "configs/diabetes.json", overrides: ["training.epochs=3"]),
    Problem(name: "breast cancer", config: "configs/breast_cancer.json", overrides: ["training.epochs=3"]),
    Problem(
      name: "shards that ranks do not divide", config: "configs/digits.json",
      overrides: ["training.epochs=1", "parallel.shards=5", "training.global_batch_size=33"]),
    Problem(
      name: "fewer samples than shards", config: "configs/digits.json",
      overrides: ["training.steps=20", "parallel.shards=17", "training.global_batch_size=7"]),
    Problem(
      name: "a graph with shared weights", config: "configs/digits.json",
      overrides: [
        "training.epochs=1",
        #"""
        model.layers=[{"type": "dense", "units": 48, "activation": "relu", "name": "a"},
        {"type": "dense", "units": 48, "activation": "relu", "name": "b"}, {"type": "add", "inputs": ["a", "b"]},
        {"type": "dense", "units": 48, "activation": "tanh", "share_weights_with": "b", "name": "c"},
        {"type": "concatenate", "inputs": ["a", "c", "input"]}, {"type": "dense", "units": 10}]
        """#,
      ]),
    Problem(
      name: "a net of denormals", config: "configs/digits.json",
      overrides: [
        "training.epochs=1", #"model.layers[0].initializer={"type": "normal", "deviation": 1e-38}"#,
        #"model.layers[2].initializer={"type": "normal", "deviation": 1e-20}"#,
        #"optimizer={"type": "sgd", "learning_rate": 1e-3, "momentum": 0.5}"#,
      ]),
    // Alone and on two ranks wide layers transpose their weights on the way, on more ranks they keep them; slices are
    // updated.
    Problem(
      name: "wide layers, tall batches", config: "configs/digits.json",
      overrides: [
        "training.steps=6", "training.global_batch_size=640", "model.layers[0].units=1024", "model.layers[2].units=512",
      ]),
    Problem(
      name: "gelu, silu, Nesterov", config: "configs/digits.json",
      overrides: [
        "training.epochs=1", "model.layers[0].activation=gelu", "model.layers[2].activation=silu",
        "optimizer.nesterov=true", "optimizer.weight_decay=0.0001",
      ]),
  ]

  @Test("same bits on 1, 2, 3, 4, 7 ranks and 1, 2 threads", arguments: problems)
  func sameBits(_ problem: Problem) throws {
    var hashes: [String: [String]] = [:]
    for ranks in [0, 1, 2, 3, 4, 7] {
      for threads in [1, 2] {
        let hash = try hash(problem.config, problem.overrides, ranks: ranks, threads: threads)
        hashes[hash, default: []].append("\(ranks) × \(threads)")
      }
    }
    #expect(hashes.count == 1, "\(hashes)")
  }

  @Test("same bits with every invariant allreduce")
  func allReduces() throws {
    let plain = try hash("configs/digits.json", ["training.epochs=1"], ranks: 0, threads: 1)
    for kind in ["auto", "ordered", "recursive", "shared_memory", "hierarchical"] {
      for ranks in [2, 3, 4] {
        let found = try hash(
          "configs/digits.json", ["training.epochs=1", "parallel.allreduce=\(kind)"], ranks: ranks, threads: 1)
        #expect(found == plain, "\(kind) on \(ranks) ranks")
      }
    }
    let ring = ["training.epochs=1", "parallel.allreduce=ring", "parallel.invariant=false"]
    #expect(try hash("configs/digits.json", ring, ranks: 4, threads: 1) != plain, "the ring rounds in another order")
  }

  @Test("negative control: another number of shards, another seed give other bits")
  func otherBits() throws {
    let short = ["training.epochs=1"]
    let plain = try hash("configs/digits.json", short, ranks: 2, threads: 1)
    #expect(try hash("configs/digits.json", short + ["parallel.shards=4"], ranks: 2, threads: 1) != plain)
    #expect(try hash("configs/digits.json", short + ["seed=43"], ranks: 2, threads: 1) != plain)
  }

  /// All pairs of values of ranks and threads beside others; the full product in the long run.
  static let mnistLayouts =
    ProcessInfo.processInfo.environment["PTRAIN_FULL"] == nil
    ? [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2), (7, 1)]
    : [1, 2, 3, 4, 7].flatMap { ranks in [1, 2].map { (ranks, $0) } }

  @Test("MNIST for an epoch gives the same bits on 1, 2, 3, 4, 7 ranks and 1, 2 threads")
  func mnist() throws {
    let folder = Command.root + "/../shared/data/mnist"
    guard FileManager.default.fileExists(atPath: folder) else {
      print("MNIST is not there (\(folder)): its test is left out")
      return
    }
    var hashes: Set<String> = []
    for (ranks, threads) in Self.mnistLayouts {
      hashes.insert(
        try hash(
          "configs/mnist-mlp.json",
          [
            "training.epochs=1", "data.train.features=\(folder)/train-images-idx3-ubyte.gz",
            "data.train.targets=\(folder)/train-labels-idx1-ubyte.gz",
            "data.test.features=\(folder)/t10k-images-idx3-ubyte.gz",
            "data.test.targets=\(folder)/t10k-labels-idx1-ubyte.gz",
          ], ranks: ranks, threads: threads))
    }
    #expect(hashes.count == 1)
  }

  private func hash(_ config: String, _ overrides: [String], ranks: Int, threads: Int) throws -> String {
    let folder = try TemporaryFolder()
    let outcome = try Command.ptrain(
      [config, "--quiet", "--threads", "\(threads)", "--output", folder.path + "/run"]
        + overrides.flatMap { ["--set", $0] }, ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let line = try #require(outcome.output.split(separator: "\n").last { $0.hasPrefix("weights_sha256 ") })
    let hash = String(line.dropFirst("weights_sha256 ".count))
    #expect(hash.count == 64)
    return hash
  }
}
