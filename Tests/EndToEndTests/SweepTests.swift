import Foundation
import Networks
import Optimization
import Specs
import TestSupport
import Testing

/// Every loss's example, every optimizer and every way to steer training: the same bits for different layouts, on real
/// ranks.
@Suite struct SweepTests {
  /// Ranks and threads; each value beside each other one at least once.
  static let layouts = [(1, 1), (2, 2), (3, 1)]

  static let losses =
    (try? FileManager.default.contentsOfDirectory(atPath: Command.root + "/configs/losses"))?
    .filter { $0.hasSuffix(".json") }.sorted() ?? []

  static let settings: [String] =
    [
      #"{"type": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": true, "weight_decay": 0.001}"#,
      #"{"type": "adam"}"#, #"{"type": "adamw"}"#, #"{"type": "adagrad"}"#, #"{"type": "adadelta"}"#,
      #"{"type": "rmsprop", "momentum": 0.9, "centered": true}"#, #"{"type": "amsgrad"}"#, #"{"type": "nadam"}"#,
      #"{"type": "radam"}"#, #"{"type": "adamax"}"#, #"{"type": "lion"}"#, #"{"type": "lars"}"#, #"{"type": "lamb"}"#,
      #"{"type": "sgd", "l1": 0.001, "l2": 0.01, "parameter_groups": [{"match": "*.bias", "l1": 0, "learning_rate": 0.2}]}"#,
      #"{"type": "lamb", "l2": 0.01, "parameter_groups": [{"match": "layers.0.*", "weight_decay": 0.1}]}"#,
      #"{"type": "sgd", "schedule": {"type": "one_cycle", "warmup_steps": 3}}"#,
      #"{"type": "sgd", "schedule": {"type": "reduce_on_plateau", "patience": 0}}"#,
    ].map { "optimizer=\($0)" } + [
      "training.gradient_clip_norm=0.1", "training.gradient_clip_value=0.001", #"training.ema={"decay": 0.9}"#,
      #"training.early_stopping={"patience": 1, "min_delta": 1}"#, "training.on_non_finite=skip_step",
      #"data.augmentation=[{"type": "gaussian_noise", "deviation": 0.3}]"#,
    ]

  private func hashes(_ config: String, _ overrides: [String]) throws -> Set<String> {
    var hashes: Set<String> = []
    for (ranks, threads) in Self.layouts {
      let folder = try TemporaryFolder()
      let outcome = try Command.ptrain(
        [config, "--quiet", "--threads", "\(threads)", "--output", folder.path + "/run"]
          + overrides.flatMap { ["--set", $0] }, ranks: ranks == 1 ? 0 : ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      hashes.insert(outcome.output)
    }
    return hashes
  }

  @Test("each loss's example", arguments: losses)
  func loss(_ config: String) throws {
    let hashes = try hashes("configs/losses/" + config, ["training.steps=20"])
    #expect(hashes.count == 1 && hashes.first?.hasPrefix("weights_sha256 ") == true, "\(hashes)")
  }

  @Test("each optimizer, and clipping, penalties, groups, schedules, averages, early stopping", arguments: settings)
  func setting(_ override: String) throws {
    let hashes = try hashes("configs/digits.json", ["training.steps=60", override])
    #expect(hashes.count == 1 && hashes.first?.hasPrefix("weights_sha256 ") == true, "\(hashes)")
  }

  @Test("the number of groups of shards changes no bit")
  func microSteps() throws {
    let all = try [1, 2, 3, 8].reduce(into: Set<String>()) { all, count in
      all.formUnion(
        try hashes(
          "configs/digits.json",
          [
            "training.steps=40", "parallel.shards=13", "training.global_batch_size=30", "training.micro_steps=\(count)",
            #"data.augmentation=[{"type": "gaussian_noise"}]"#,
            #"model.layers=[{"type": "flatten"}, {"type": "dense", "units": 20, "activation": "gelu"}, {"type": "dropout"}, {"type": "dense", "units": 10}]"#,
          ]))
    }
    #expect(all.count == 1)
  }

  @Test("moved and mirrored pictures are the same on every rank, and not the old ones")
  func pictures() throws {
    let data = [
      #"data.train={"format": "synthetic", "task": "classification", "examples": 200, "features": [2, 6, 5], "classes": 10}"#,
      #"model.layers=[{"type": "flatten"}, {"type": "dense", "units": 10}]"#, "training.epochs=3",
    ]
    let plain = try hashes("configs/digits.json", data)
    let changed = try hashes(
      "configs/digits.json",
      data + [#"data.augmentation=[{"type": "random_crop", "padding": 1}, {"type": "horizontal_flip"}]"#])
    #expect(plain.count == 1 && changed.count == 1 && plain != changed)
  }

  @Test("every loss has an example, every optimizer a setting, and settings differ in their results")
  func complete() throws {
    let examples = try Self.losses.map {
      try String(contentsOfFile: Command.root + "/configs/losses/" + $0, encoding: .utf8)
    }.joined()
    for kind in LossRegistry.standard.kinds { #expect(examples.contains("\"\(kind)\""), "\(kind)") }
    for kind in OptimizerRegistry.standard.kinds {
      #expect(Self.settings.contains { $0.hasPrefix("optimizer={\"type\": \"\(kind)\"") }, "\(kind)")
    }
    let first = try hashes("configs/digits.json", ["training.steps=60", Self.settings[0]])
    #expect(first != (try hashes("configs/digits.json", ["training.steps=60", Self.settings[1]])))
  }

  @Test("the decision threshold of least cost is kept in the model and used by evaluate and predict")
  func cost() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let trained = try Command.ptrain(["configs/losses/cost.json", "--output", run], ranks: 2)
    #expect(trained.status == 0, "\(trained.errors)")
    let summary = try String(contentsOfFile: run + "/summary.json", encoding: .utf8)
    #expect(summary.contains("decision_threshold"))
    #expect(!summary.contains("\"decision_threshold\": null"), "costs choose a threshold")
    let line = try #require(trained.output.split(separator: "\n").first { $0.hasPrefix("test: ") })
    let evaluated = try Command.ptrain(["evaluate", run])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let cost = try #require(line.components(separatedBy: "expected_cost ").last?.split(separator: " ").first)
    #expect(evaluated.output.contains("\"expected_cost\": \(cost)"), "\(evaluated.output) \(line)")
    let loss = try #require(line.components(separatedBy: "loss ").last?.split(separator: " ").first)
    #expect(evaluated.output.contains("\"loss\": \(loss)"), "\(evaluated.output) \(line)")
    let plain = try Command.ptrain(
      ["configs/losses/binary_cross_entropy.json", "--output", folder.path + "/plain"], ranks: 2)
    let before = plain.output.components(separatedBy: "expected_cost ").last?.split(separator: "\n").first
    #expect(try #require(Double(cost)) < (try #require(before.flatMap { Double($0) })), "costs lower the expected cost")
  }

  @Test(
    "metrics are the same to the last bit on 1, 2, 3, 4 ranks",
    arguments: ["binary_cross_entropy", "categorical_cross_entropy", "quantile", "huber", "poisson", "cost"])
  func metrics(_ example: String) throws {
    var found: Set<String> = []
    for ranks in [0, 2, 3, 4] {
      let folder = try TemporaryFolder()
      let outcome = try Command.ptrain(
        ["configs/losses/\(example).json", "--quiet", "--set", "training.epochs=2", "--output", folder.path + "/run"],
        ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let summary = try ConfigValue.parse(
        Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/summary.json")), file: "summary.json")
      let metrics = try #require(summary["metrics"])
      #expect(metrics["test"]?["loss"] != nil)
      found.insert(metrics.compactText)
    }
    #expect(found.count == 1, "\(found)")
  }

  @Test("other weights are handed over: the average, and the best")
  func selection() throws {
    let folder = try TemporaryFolder()
    for (name, override) in [
      ("average", #"training.ema={"decay": 0.99}"#), ("best", #"training.early_stopping={"patience": 2}"#),
    ] {
      let run = folder.path + "/" + name
      let outcome = try Command.ptrain([
        "configs/digits.json", "--set", "training.epochs=12", "--set", override, "--output", run,
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(FileManager.default.fileExists(atPath: run + "/last.safetensors"), "\(name)")
    }
  }
}
