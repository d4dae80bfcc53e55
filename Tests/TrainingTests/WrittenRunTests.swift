import Collectives
import Datasets
import Foundation
import Kernels
import Networks
import Optimization
import Platform
import Specs
import TestSupport
import Testing

@testable import Metrics
@testable import Training

/// What a run writes is read again, for every kind of every registry: the written config trains the same bits, the
/// model loads, evaluates as the run did, and predicts.
@Suite struct WrittenRunTests {
  /// The samples of a registry's kinds in turn.
  struct Turns {
    let values: [ConfigValue]
    private var next = 0
    var count: Int { values.count }

    init(_ types: [any Spec.Type]) throws {
      values = try types.flatMap { type in
        try type.examples.map { text in
          let value = try ConfigValue.parse(Data(text.utf8), file: type.kind)
          guard case .object(let members) = value else { return value }
          return .object([.init("type", .string(type.kind))] + members)
        }
      }
    }

    mutating func callAsFunction() -> ConfigValue {
      next += 1
      return values[(next - 1) % values.count]
    }
  }

  /// Targets that some loss takes, and how many outputs go with them.
  private static let shapes: [(targets: String, outputs: Int)] = [
    (#""k""#, 2), (#""k""#, 1), (#""u""#, 1), (#""u""#, 2), (#""u""#, 3), (#"["p", "q"]"#, 2), (#"["u", "v"]"#, 2),
    (#"["u", "v"]"#, 4),
  ]

  private static let table: String = {
    var sampler = SchemaSampler(seed: 7, samples: [:])
    return "a,b,k,u,v,p,q\n"
      + (0..<60).map { row in
        let a = sampler.unit() * 2 - 1, b = sampler.unit() * 2 - 1, p = Double(sampler.below(9)) / 8
        return "\(a),\(b),\(a + b > 0 ? "ja, \"gewiß\"".quoted : "nein"),\(exp(a)),\(1 + b * b),\(p),\(1 - p)\n"
      }.joined()
  }()

  private static func config(
    _ loss: ConfigValue, _ shape: (targets: String, outputs: Int), optimizer: ConfigValue, schedule: ConfigValue,
    metrics: [ConfigValue], layer: ConfigValue, initializer: ConfigValue, normalize: String
  ) throws -> ConfigValue {
    let base = try ConfigValue.parse(
      Data(
        #"""
        {"name": "é\n", "seed": 9007199254740993,
         "data": {"train": {"format": "csv", "path": "x.csv", "targets": \#(shape.targets), "features": ["a", "b"]},
                  "validation": {"fraction": 0.2}, "test": {"fraction": 0.3}, "normalize": \#(normalize)},
         "model": {"layers": [
           {"type": "dense", "units": 4, "name": "a.b", "activation": "tanh"}, {"type": "dropout", "rate": 0.1},
           {"type": "dense", "units": 4, "name": "c"}, {"type": "dense", "units": 4, "share_weights_with": "c", "name": "d"},
           {"type": "add", "inputs": ["a.b", "d"], "name": "sum"}, {"type": "concatenate", "inputs": ["sum", "input"]},
           {"type": "flatten"}, {"type": "dense", "units": \#(shape.outputs)}]},
         "training": {"epochs": 2, "global_batch_size": 8, "gradient_clip_norm": 0.5, "steps": null},
         "parallel": {"shards": 4}}
        """#.utf8), file: "base")
    var value = try base.overriding("model.layers[1]=" + layer.compactText)
    value = try value.overriding("model.layers[2].initializer=" + initializer.compactText)
    value = try value.overriding("optimizer=" + optimizer.compactText)
    value = try value.overriding("optimizer.schedule=" + schedule.compactText)
    value = try value.overriding("loss=" + loss.compactText)
    return try value.overriding("metrics=" + ConfigValue.array(metrics).compactText)
  }

  private static func run(_ value: ConfigValue, base: String, output: String) throws -> Run {
    let options = RunOptions(
      baseDirectory: base, outputDirectory: output, threads: 1)
    return try Run(RunConfig(value), options: options, cluster: SoloCluster())
  }

  @Test(
    "every loss, optimizer, schedule, layer, initializer and metric: trained, read, trained again, evaluated, predicted"
  )
  func everyKind() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "x.csv")
    let losses = try Turns(LossRegistry.standard.all)
    var loss = losses
    var optimizer = try Turns(OptimizerRegistry.standard.all), schedule = try Turns(ScheduleRegistry.standard.all)
    let samples = try Turns(MetricRegistry.standard.all)
    var metric = samples, initializer = try Turns(InitializerRegistry.standard.all)
    let single = LayerRegistry.standard.all.filter { ["add", "concatenate", "dense"].contains($0.kind) == false }
    var layer = try Turns(single)
    var measured: Set<String> = []
    for round in 0..<losses.count {
      let named = loss(), optimized = optimizer(), scheduled = schedule(), through = layer(), first = initializer()
      let normalize = [#""none""#, #""standard""#, #""minmax""#, #"{"scale": 0.1}"#][round % 4]
      func config(_ shape: (targets: String, outputs: Int), _ metrics: [ConfigValue]) throws -> ConfigValue {
        try Self.config(
          named, shape, optimizer: optimized, schedule: scheduled, metrics: metrics, layer: through, initializer: first,
          normalize: normalize)
      }
      var problem = ""
      func fits(_ value: @autoclosure () throws -> ConfigValue) -> Bool {
        do {
          _ = try Self.run(value(), base: folder.path, output: "")
          return true
        } catch {
          problem = "\(error)"
          return false
        }
      }
      let shape = try #require(
        Self.shapes.first { fits(try config($0, [])) }, "no targets of this test suit \(named.compactText): \(problem)")
      var metrics: [ConfigValue] = []
      // Those that no round has had, and some of the others.
      let unseen = samples.values.filter { !measured.contains($0["type"]?.compactText ?? "") }
      for next in unseen + [metric(), metric(), metric()] {
        guard !metrics.contains(where: { $0["type"] == next["type"] }), fits(try config(shape, [next])) else {
          continue
        }
        metrics.append(next)
        measured.insert(next["type"]?.compactText ?? "")
      }
      try Self.check(try config(shape, metrics), in: folder, "\(folder.path)/\(round)")
    }
    let missing = Set(MetricRegistry.standard.kinds.map { "\"\($0)\"" }).subtracting(measured)
    #expect(missing.isEmpty, "never measured: \(missing.sorted())")
  }

  /// Trains, and does with what was written what a user might.
  private static func check(_ config: ConfigValue, in folder: TemporaryFolder, _ place: String) throws {
    let label = Comment(rawValue: config.compactText)
    let summary = try run(config, base: folder.path, output: place + "/a").run()
    let path = place + "/a/config.json", written = try #require(FileManager.default.contents(atPath: path))
    let again = try run(ConfigValue.parse(written, file: path), base: place + "/a", output: place + "/b").run()
    #expect(again.weightsHash == summary.weightsHash, label)
    #expect(FileManager.default.contents(atPath: place + "/b/config.json") == written, label)
    #expect(summary.arithmetic == ArithmeticNumber.current)
    let model = try SavedModel(place + "/a")
    let rows = try #require(
      RunSource.load(
        run: place + "/a", origin: .run, model: model, withTargets: true, environment: [:], cluster: SoloCluster()
      ).prepared
        .rows(of: .test))
    let memory = NetworkMemory(
      model.network, rows: Evaluation.blockRows, arena: model.arena.pointer, training: false)
    let result = try Evaluation(
      memory: memory, loss: model.loss, metrics: model.metrics, context: model.context, threads: 1
    ).run(rows, description: model.description, classWeights: model.classWeights, cluster: SoloCluster())
    #expect(summary.report(on: .test)?.json.compactText == result.report.json.compactText, label)
    let table = PredictionTable(try model.outputs(rows, threads: 1, cluster: SoloCluster()), model: model)
    #expect(table.csv.split(separator: "\n").count == rows.count + 1, label)
  }
}

extension String {
  /// As a cell of a CSV.
  fileprivate var quoted: String { "\"" + replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
}
