import Foundation
import TestSupport
import Testing

/// One model from every layout: all pairs of values of ranks, threads, allreduce, overlap, update and bucket size; the
/// whole product in the long run.
@Suite(.serialized) struct LayoutTests {
  static let values: [[String]] = [
    ["1", "2", "3", "4", "7"],
    ["1", "2", "3"],
    ["auto", "ordered", "recursive", "shared_memory", "hierarchical"],
    ["true", "false"],
    ["replicated", "sharded"],
    ["0.0625", "1", "64"],
  ]

  /// Layouts, as indices of ``values``, such that any two values of two dimensions meet: greedily, in a fixed order.
  static let pairs: [[Int]] = {
    struct Pair: Hashable {
      var a: Int
      var x: Int
      var b: Int
      var y: Int
    }
    var open: Set<Pair> = []
    for a in values.indices {
      for b in values.indices where b > a {
        for x in values[a].indices { for y in values[b].indices { open.insert(Pair(a: a, x: x, b: b, y: y)) } }
      }
    }
    func covered(_ layout: [Int]) -> [Pair] {
      layout.indices.flatMap { a in
        layout.indices.filter { $0 > a }.map { Pair(a: a, x: layout[a], b: $0, y: layout[$0]) }
      }
    }
    let all = product
    var chosen: [[Int]] = []
    while !open.isEmpty {
      guard
        let best = all.max(by: { covered($0).count { open.contains($0) } < covered($1).count { open.contains($0) } })
      else { break }
      chosen.append(best)
      open.subtract(covered(best))
    }
    return chosen
  }()

  static var product: [[Int]] {
    values.reduce([[]]) { layouts, values in layouts.flatMap { layout in values.indices.map { layout + [$0] } } }
  }

  static let layouts = ProcessInfo.processInfo.environment["PTRAIN_FULL"] == nil ? pairs : product

  /// Wide enough for several buckets of the smallest size.
  static let problem = [
    "training.steps=12", "model.layers[0].units=320", "model.layers[2].units=200",
    #"optimizer={"type": "adam", "learning_rate": 0.003}"#,
  ]

  @Test("the same hash from every layout")
  func sameHash() throws {
    #expect(Self.pairs.count <= 36, "\(Self.pairs.count) layouts")
    let problem = Self.problem
    let expected = try hash(problem, ranks: 0, threads: 1)
    #expect(try hash(problem + ["seed=43"], ranks: 2, threads: 1) != expected, "negative control: another seed")
    for layout in Self.layouts {
      let text = zip(Self.values, layout).map { $0[$1] }
      let found = try hash(
        problem + [
          "parallel.allreduce=\(text[2])", "parallel.overlap=\(text[3])", "parallel.update=\(text[4])",
          "parallel.bucket_mb=\(text[5])",
        ], ranks: Int(text[0]) ?? 0, threads: Int(text[1]) ?? 0)
      #expect(found == expected, "\(text)")
    }
  }

  @Test("gradients that need all buckets first: clipping by norm, shared weights, micro steps, overlapped and sharded")
  func wholeGradients() throws {
    let variants = [
      ["training.gradient_clip_norm=0.5"], ["training.on_non_finite=skip_step"], ["training.micro_steps=3"],
      ["training.ema={\"decay\": 0.9}"],
      [
        #"""
        model.layers=[{"type": "dense", "units": 128, "activation": "relu", "name": "a"},
        {"type": "dense", "units": 128, "activation": "relu", "name": "b"},
        {"type": "dense", "units": 128, "activation": "tanh", "share_weights_with": "b", "name": "c"},
        {"type": "dense", "units": 10}]
        """#
      ],
    ]
    for variant in variants {
      let base = ["training.steps=10"] + variant
      let expected = try hash(base, ranks: 0, threads: 1)
      for (ranks, update) in [(2, "sharded"), (3, "replicated"), (4, "sharded")] {
        let found = try hash(
          base + ["parallel.overlap=true", "parallel.bucket_mb=0.02", "parallel.update=\(update)"], ranks: ranks,
          threads: 2)
        #expect(found == expected, "\(variant) on \(ranks) ranks, \(update)")
      }
    }
  }

  @Test("weights and velocities that decay below the smallest normal number are 0 in every layout, on every thread")
  func denormals() throws {
    // Pixels that are never inked have no gradient; their weights halve with each step.
    let problem = [
      "training.steps=400", "training.epochs=40",
      #"optimizer={"type": "sgd", "learning_rate": 0.05, "momentum": 0.5, "weight_decay": 5}"#,
    ]
    let folder = try TemporaryFolder()
    let expected = try hash(problem, ranks: 0, threads: 1, folder: folder)
    let model = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/model.safetensors")))
    let start = 8 + model[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let weights = stride(from: start, to: model.count - 3, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(model[place + $1]) << (8 * $1) })
    }
    #expect(weights.contains { $0 == 0 } && weights.contains { $0 != 0 }, "\(weights.count) weights")
    #expect(!weights.contains { $0.isSubnormal })
    for (ranks, threads, overlap) in [(0, 2, false), (2, 1, true), (3, 2, true), (4, 1, false)] {
      let found = try hash(problem + ["parallel.overlap=\(overlap)"], ranks: ranks, threads: threads)
      #expect(found == expected, "\(ranks) ranks × \(threads) threads, overlap \(overlap)")
    }
  }

  @Test("files hold numbers below the smallest normal one as the config does, and the run goes on", arguments: [0, 2])
  func smallestNumber(ranks: Int) throws {
    let folder = try TemporaryFolder()
    for epochs in [1, 2] {
      let outcome = try Command.ptrain(
        [
          "configs/digits.json", "--quiet", "--threads", "2", "--output", folder.path + "/run", "--set",
          "training.epochs=\(epochs)", "--set", "training.early_stopping={\"min_delta\": 5e-324}",
        ], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(!outcome.errors.contains("another config"), "\(outcome.errors)")
      let files = try #require(FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String])
      for name in files where name.hasSuffix("config.json") || name.hasSuffix("manifest.json") {
        let text = try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
        #expect(text.contains(#""min_delta": 5e-324"#), "\(name)")
      }
      #expect(files.contains { $0.hasSuffix("manifest.json") })
    }
  }

  private func hash(_ overrides: [String], ranks: Int, threads: Int, folder: TemporaryFolder? = nil) throws -> String {
    let folder = try folder ?? TemporaryFolder()
    let outcome = try Command.ptrain(
      ["configs/digits.json", "--quiet", "--threads", "\(threads)", "--output", folder.path + "/run"]
        + overrides.flatMap { ["--set", $0] }, ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let line = try #require(outcome.output.split(separator: "\n").last { $0.hasPrefix("weights_sha256 ") })
    return String(line)
  }
}
