internal import Collectives
internal import Foundation
internal import Kernels
internal import Networks
internal import Optimization
internal import Specs
internal import Training

/// The committed configs, and a text of JSON for what each must refuse.
enum ConfigSeeds {
  /// With comments, as people write them.
  static let commented = Array("// \"a\": {\n".utf8) + small() + Array("// the end }".utf8)

  /// Every file in configs/.
  static let files: [[UInt8]] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    return ["configs", "configs/losses", "configs/bench"].flatMap { folder -> [[UInt8]] in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
      return names.filter { $0.hasSuffix(".json") }.sorted().compactMap {
        FileManager.default.contents(atPath: "\(root)/\(folder)/\($0)").map { [UInt8]($0) }
      }
    }
  }()

  /// A small config with some of its text replaced.
  static func small(_ old: String = "", _ new: String = "") -> [UInt8] {
    let text = #"""
      {"name": "small", "data": {"train": {"format": "synthetic", "examples": 64, "features": 4, "classes": 3}},
       "model": {"layers": [{"type": "dense", "units": 8, "activation": "relu", "name": "a"}, {"type": "dense", "units": 3}]},
       "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.1},
       "training": {"epochs": 2, "global_batch_size": 16}, "metrics": ["accuracy"]}
      """#
    return Array(old.isEmpty ? text.utf8 : text.replacingOccurrences(of: old, with: new).utf8)
  }

  /// Every key that configs rarely have.
  static let rare: [[UInt8]] = [
    small(
      "\"learning_rate\": 0.1",
      #""learning_rate": 0.1, "l1": 0.1, "l2": 0.2, "parameter_groups": [{"match": "*.bias", "weight_decay": 0}], "schedule": {"type": "one_cycle", "warmup_steps": 3}"#
    ),
    small("\"sgd\"", #""adamw", "schedule": {"type": "multi_step", "at_epochs": [1, 3]}"#),
    small("\"sgd\"", #""lamb", "schedule": {"type": "cosine", "first_period_steps": 5, "period_factor": 2}"#),
    small("\"sgd\"", #""lion", "schedule": {"type": "reduce_on_plateau", "patience": 2}"#),
    small("\"sgd\"", #""lars", "schedule": {"type": "step", "every_epochs": 1, "warmup_epochs": 1}"#),
    small(
      "\"epochs\": 2",
      #""epochs": 2, "steps": 7, "micro_steps": 2, "ema": {"decay": 0.9}, "gradient_clip_norm": 1, "time_limit": 5, "on_non_finite": "skip_step", "early_stopping": {"metric": "loss", "patience": 2}"#
    ),
    small(
      "\"metrics\"",
      #""parallel": {"shards": 4, "threads_per_rank": 2, "allreduce": "ring", "invariant": false, "bucket_mb": 0.5, "overlap": true, "update": "sharded", "wire": "float32", "replica_check_every": 3}, "checkpoint": {"every_steps": 5, "every_minutes": 1, "every_epochs": 2, "keep": 2, "directory": "c"}, "output": {"directory": "o", "log_every_steps": 3}, "metrics""#
    ),
    small(
      "{\"type\": \"dense\", \"units\": 3}",
      #"{"type": "dense", "units": 8, "inputs": ["input"], "name": "b", "initializer": {"type": "normal"}}, {"type": "concatenate", "inputs": ["a", "b"]}, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 3, "activation": {"type": "elu", "alpha": 0.5}}"#
    ),
    small(
      "\"classes\": 3}",
      #""classes": 3, "noise": 1, "seed": 7}, "validation": {"fraction": 0.2}, "test": {"fraction": 0.1}, "normalize": "minmax", "shuffle": false, "augmentation": [{"type": "gaussian_noise"}]"#
    ),
    small(
      "{\"type\": \"categorical_cross_entropy\"}",
      #"{"type": "focal", "class_weights": [1, 2, 3], "cost": {"matrix": [[0,1,2],[1,0,2],[2,1,0]]}}"#),
  ]

  /// Layers that each read the one before twice: the width doubles with every one.
  static func doubling(_ count: Int) -> [UInt8] {
    let layers = (1...count).map {
      #"{"type": "concatenate", "inputs": ["l\#($0 - 1)", "l\#($0 - 1)"], "name": "l\#($0)"}"#
    }
    return small(
      "{\"type\": \"dense\", \"units\": 3}",
      (["{\"type\": \"dense\", \"units\": 8, \"name\": \"l0\"}"] + layers).joined(separator: ",")
    )
  }

  /// What is no config.
  static let refused: [[UInt8]] = {
    var list = [
      "", " ", "{", "nul", "[]", "1", "{}", "\u{feff}", "{\"name\": 1}", "{\"name\": \"a\\nb\", \"x\\ny\": 1}",
      "{\"a\\u2028b\": 1}", "{\"a\": 1e999999999}", "[1,,2]", "{\"a\": 1} x", "{'a': 1}", "{\"a\": 01}", "\"\\ud800\"",
    ].map { Array($0.utf8) }
    list.append(small("\"epochs\": 2", "\"epochs\": 2, \"epochs\": 3"))
    list.append(small("\"name\": \"small\"", "\"name\": \"small\", \"na\\u006de\": \"other\""))
    for number in ["-1", "1e400", "9223372036854775808", "-9223372036854775809", "1e18", "0.5", "1048577", "null"] {
      list.append(small("\"units\": 8", "\"units\": \(number)"))
    }
    list.append([0xff, 0xfe, 0x7b, 0x00])
    list.append(Array("{\"name\": \"".utf8) + [0xc3, 0x28] + Array("\"}".utf8))
    list.append(Array("{\"name\": \"".utf8) + [0xed, 0xa0, 0x80] + Array("\"}".utf8))
    for open in ["[", "{\"a\":", "[[{\"a\":"] { list.append(Array(String(repeating: open, count: 100_000).utf8)) }
    list.append(Array((String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)).utf8))
    return list
  }()
}

extension FuzzTarget {
  /// The whole config: text, grammar, sections.
  static func config(_ folder: ScratchFolder) -> FuzzTarget {
    FuzzTarget(
      name: "config", valid: ConfigSeeds.files + ConfigSeeds.rare + [ConfigSeeds.commented],
      refused: ConfigSeeds.refused, codes: [.config]
    ) { bytes in
      do throws(ConfigError) {
        _ = try RunConfig(ConfigValue.parse(Data(bytes), file: "config.json", comments: .skipped))
      } catch { throw error.inFile("config.json") }
    }
  }

  /// What a config describes: network, loss, schedule, their sizes.
  static func network(_ folder: ScratchFolder) -> FuzzTarget {
    let huge = #"{"type": "dense", "units": 1048576}"#
    let many = Array(repeating: huge, count: 60).joined(separator: ", ")
    return FuzzTarget(
      name: "network", valid: [ConfigSeeds.small()],
      refused: [
        ConfigSeeds.small("{\"type\": \"dense\", \"units\": 3}", many), ConfigSeeds.doubling(40),
        ConfigSeeds.doubling(64),
        ConfigSeeds.doubling(200),
      ], starts: ConfigSeeds.files + ConfigSeeds.rare + [ConfigSeeds.doubling(3)], codes: [.config]
    ) { bytes in
      let config = try RunConfig(ConfigValue.parse(Data(bytes), file: "config.json"))
      let network = try Network(config.model.layers, input: Port([4]), path: "model.layers")
      let classes = config.loss.loss.targets == .values ? 0 : max(2, network.output.count)
      _ = try config.loss.loss.makeLoss(
        LossContext(
          output: network.output, classes: min(classes, 1000), targetWidth: min(network.output.count, 1000),
          path: "loss"))
      for totalSteps in [0, 1, 1000, 1 << 41] {
        let plan = SchedulePlan(base: 0.1, totalSteps: totalSteps, stepsPerEpoch: max(1, totalSteps / 1000))
        for step in [0, 1, totalSteps / 2, max(0, totalSteps - 1)] {
          _ = config.optimizer.schedule.learningRate(at: step, of: plan)
        }
      }
    }
  }

  /// What follows `--set`.
  static func override(_ folder: ScratchFolder) throws -> FuzzTarget {
    let base = try ConfigValue.parse(Data(ConfigSeeds.small()), file: "config.json")
    return FuzzTarget(
      name: "override",
      valid: [
        "optimizer.learning_rate=0.05", "name=a=b", "model.layers[0].units=32", "training={\"epochs\": 3}",
        "output.directory=x", "model.layers[1]={\"type\": \"dense\", \"units\": 3}", "metrics=[]",
      ].map { Array($0.utf8) },
      refused: [
        "", "=", "a", "a..b=1", "model.layers[9].units=1", "model.layers[-1]=1", "model.layers[99999999999999999999]=1",
        "name.x=1", "a\nb=1", "seed=99999999999999999999", "model.layers[0]x=1",
        String(repeating: "a.", count: 60_000) + "a=1", "x" + String(repeating: "[0]", count: 40_000) + "=1",
        "name=" + String(repeating: "[", count: 100_000),
      ].dropLast().map { Array($0.utf8) }, codes: [.config, .usage]
    ) { bytes in
      _ = try RunConfig(base.overriding(String(decoding: bytes, as: UTF8.self)))
    }
  }

  /// The files of a run that is started again.
  static func runDirectory(_ folder: ScratchFolder) throws -> FuzzTarget {
    let config = try RunConfig(ConfigValue.parse(Data(ConfigSeeds.small()), file: "config.json"))
    try folder.write(Array(#"{"weights_sha256": "00", "metrics": {"test": {"loss": 1}}}"#.utf8), to: "summary.json")
    let options = RunOptions(
      baseDirectory: "/", outputDirectory: folder.path, threads: 1)
    return FuzzTarget(
      name: "run-directory", valid: [Array(config.resolved.compactText.utf8)], refused: ConfigSeeds.refused,
      starts: ConfigSeeds.rare, codes: [.config, .data]
    ) { bytes in
      try folder.write(bytes, to: "config.json")
      do {
        _ = try RunStart.decide(config, options: options, mode: .auto, cluster: SoloCluster())
      } catch let error as AgreedFailure {
        throw RunError(ExitCode(rawValue: error.exitCode) ?? .internalError, error.sentence)
      }
    }
  }
}
