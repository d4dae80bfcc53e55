import Foundation
import Specs
import TestSupport
import Testing

/// Which class is the positive one, what mistakes cost, what is decided, and what is written of it: as a user sees it.
@Suite struct ClassCostTests {
  /// A made-up table: two features, a class by their sum with noise, whole-number weights.
  static func table(_ names: [String], rows: Int = 90, weights: Bool = false) -> String {
    var lines = [weights ? "a,b,y,w" : "a,b,y"], state: UInt64 = 7
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 0x1p53
    }
    for row in 0..<rows {
      let a = (uniform() * 400).rounded() / 100 - 2, b = (uniform() * 400).rounded() / 100 - 2
      let place = (a + b + 4 + 2 * uniform() - 1) / 8
      // Every class is there, the last ones rarely.
      let index = row < names.count ? row : min(names.count - 1, max(0, Int(place * place * Double(names.count) * 1.3)))
      lines.append("\(a),\(b),\(names[index])" + (weights ? ",\(1 + row % 4)" : ""))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func config(outputs: Int, loss: String, metrics: String, training: String = "", data: String = "") -> String {
    """
    {"name": "t", "seed": 3, "data": {"normalize": "none", "train": {"format": "csv", "path": "train.csv", "targets": "y"},
      "validation": {"format": "csv", "path": "validation.csv", "targets": "y"}, "test": {"fraction": 0.3}\(data)},
     "model": {"layers": [{"type": "dense", "units": \(outputs)}]}, "loss": \(loss),
     "optimizer": {"type": "sgd", "learning_rate": 0.3},
     "training": {"epochs": 6, "global_batch_size": 16\(training)}, "parallel": {"shards": 2}, "metrics": \(metrics)}
    """
  }

  /// A run in a folder of its own.
  private final class Run {
    let folder: TemporaryFolder
    let outcome: Command.Outcome
    var directory: String { folder.path + "/run" }

    init(_ config: String, names: [String], ranks: Int = 0, weights: Bool = false) throws {
      folder = try TemporaryFolder()
      try folder.write(config, to: "config.json")
      let table = ClassCostTests.table(names, weights: weights)
      try folder.write(table, to: "train.csv")
      // The first lines hold every class.
      try folder.write(table.split(separator: "\n").prefix(50).joined(separator: "\n") + "\n", to: "validation.csv")
      try folder.write(#"{"format": "csv", "path": "validation.csv", "targets": "y"}"#, to: "validation.json")
      outcome = try Command.ptrain([folder.path + "/config.json", "--output", folder.path + "/run"], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }

    func json(_ file: String) throws -> ConfigValue {
      try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: directory + "/" + file)), file: file)
    }

    func command(_ arguments: String...) throws -> String {
      let outcome = try Command.ptrain(arguments)
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
      return outcome.output
    }

    func evaluate(_ data: String? = nil) throws -> ConfigValue {
      let arguments = ["evaluate", directory] + (data.map { ["--data", folder.path + "/" + $0] } ?? [])
      let outcome = try Command.ptrain(arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try ConfigValue.parse(Data(outcome.output.utf8), file: "evaluate")
    }

    /// Columns by name of predictions of a part.
    func predict(_ options: [String] = [], data: String? = nil) throws -> [String: [String]] {
      let arguments = ["predict", directory] + options + (data.map { ["--data", folder.path + "/" + $0] } ?? [])
      let outcome = try Command.ptrain(arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      var columns: [String: [String]] = [:]
      for (index, name) in try #require(lines.first).enumerated() {
        columns[name] = lines.dropFirst().map { $0[index] }
      }
      return columns
    }
  }

  private static func number(_ value: ConfigValue?) -> Double {
    switch value {
    case .integer(let whole)?: Double(whole)
    case .number(let number)?: number
    default: .nan
    }
  }

  static let twoClasses = #"["accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "expected_cost"]"#

  @Test(
    "classes renamed so that the alphabet flips: the same weights, decisions, costs and metrics", arguments: [0, 2])
  func renamed(ranks: Int) throws {
    for (outputs, kind) in [
      (1, #""type": "binary_cross_entropy", "positive_weight": 2"#), (1, #""type": "focal", "alpha": 0.8"#),
      (1, #""type": "hinge""#), (2, #""type": "categorical_cross_entropy""#),
    ].suffix(ranks == 0 ? 4 : 2) {
      var found: [(summary: ConfigValue, evaluated: ConfigValue, predictions: [String: [String]])] = []
      for (other, positive) in [("ok", "defect"), ("a ok", "defect")] {
        let loss = """
          {\(kind), "class_weights": {"\(other)": 1, "\(positive)": 1.5},
           "cost": {"\(positive)": {"\(other)": 4}, "\(other)": {"\(positive)": 1}}}
          """
        let run = try Run(
          Self.config(
            outputs: outputs, loss: loss,
            metrics: kind.contains("hinge") ? #"["precision", "recall", "expected_cost"]"# : Self.twoClasses,
            data: #", "positive_class": "\#(positive)""#), names: [other, positive], ranks: ranks)
        #expect(run.outcome.output.contains("positive class: defect (data.positive_class); the other: \(other)"))
        #expect(run.outcome.output.contains("predicting \(other) where it is defect costs 4"))
        var predictions = try run.predict()
        predictions["prediction"] = predictions["prediction"]?.map { $0 == positive ? "positive" : "other" }
        for name in predictions.keys where name.hasSuffix(other) {
          predictions["other"] = predictions.removeValue(forKey: name)
        }
        found.append((try run.json("summary.json"), try run.evaluate(), predictions))
        #expect(found.last?.evaluated["recall"] == found.last?.summary["metrics"]?["test"]?["recall"])
      }
      #expect(found[0].summary["weights_sha256"] == found[1].summary["weights_sha256"], "\(kind)")
      #expect(found[0].summary["metrics"] == found[1].summary["metrics"], "\(kind)")
      // The models are of configs and data with other names.
      let evaluated = found.map { $0.evaluated.leavingOut("provenance") }
      #expect(evaluated[0] == evaluated[1], "\(kind)")
      #expect(found[0].predictions == found[1].predictions, "\(kind)")
    }
  }

  @Test("recall, costs and the first probability speak of the class that is named, and of the second where none is")
  func positive() throws {
    let loss = #"{"type": "binary_cross_entropy", "cost": {"false_positive": 1, "false_negative": 10}}"#
    for (data, positive, said) in [
      ("", "ok", "positive class: ok, the second of defect, ok in their order; data.positive_class names another"),
      (#", "positive_class": "defect""#, "defect", "positive class: defect (data.positive_class)"),
      (#", "positive_class": "ok""#, "ok", "positive class: ok (data.positive_class)"),
    ] {
      let other = positive == "ok" ? "defect" : "ok"
      let metrics = #"["recall", "expected_cost", "confusion_matrix"]"#
      let run = try Run(Self.config(outputs: 1, loss: loss, metrics: metrics, data: data), names: ["ok", "defect"])
      let check = try run.command("check", run.folder.path + "/config.json")
      for text in [run.outcome.output, check] {
        #expect(text.contains(said), "\(text)")
        #expect(text.contains("predicting \(other) where it is \(positive) costs 10"))
        #expect(text.contains("predicting \(positive) where it is \(other) costs 1\n"))
      }
      let result = try run.evaluate()
      func cell(_ actual: String, _ predicted: String) -> Double {
        Self.number(result["confusion_matrix.\(actual).\(predicted)"])
      }
      let found = cell(positive, positive), missed = cell(positive, other), alarms = cell(other, positive)
      #expect(Self.number(result["recall"]) == found / (found + missed))
      #expect(abs(Self.number(result["expected_cost"]) - (10 * missed + alarms) / 27) < 1e-12)
      let probabilities = try run.predict(["--logits"])
      #expect(Set(probabilities.keys) == ["prediction", "logit_\(positive)"])
    }
  }

  @Test("what is watched is what evaluate gives later", arguments: ["expected_cost", "accuracy", "recall"])
  func watched(_ metric: String) throws {
    for training in [
      #", "early_stopping": {"metric": "\#(metric)", "patience": 2}, "ema": {"decay": 0.9}"#,
      #", "early_stopping": {"metric": "\#(metric)", "patience": 50}"#,
    ] {
      let loss = #"{"type": "binary_cross_entropy", "cost": {"false_positive": 1, "false_negative": 7}}"#
      let run = try Run(
        Self.config(outputs: 1, loss: loss, metrics: #"["expected_cost", "accuracy", "recall"]"#, training: training),
        names: ["n", "y"], ranks: 2)
      let log = try String(contentsOfFile: run.directory + "/metrics.jsonl", encoding: .utf8)
      let summary = try run.json("summary.json")
      let best = try log.split(separator: "\n").map { try ConfigValue.parse(Data($0.utf8), file: "log") }.first {
        $0["split"] == .string("validation") && $0["step"] == summary["best_step"]
      }
      let watched = try #require(best?[metric])
      #expect(summary["metrics"]?["validation"]?[metric] == watched)
      #expect(try run.evaluate("validation.json")[metric] == watched)
    }
  }

  @Test("balanced weights see sample weights: as repeated rows", arguments: [0, 2])
  func balanced(ranks: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("x,y,w\n0,0,1\n1,0,1\n2,1,3\n3,1,3\n", to: "a.csv")
    try folder.write("x,y\n0,0\n1,0\n2,1\n2,1\n2,1\n3,1\n3,1\n3,1\n", to: "b.csv")
    var rows: [[Double]] = []
    for (file, weight) in [("a.csv", #", "sample_weight": "w""#), ("b.csv", "")] {
      let config = try folder.write(
        """
        {"name": "t", "data": {"normalize": "none",
          "train": {"format": "csv", "path": "\(file)", "targets": "y"\(weight)}, "shuffle": false},
         "model": {"layers": [{"type": "dense", "units": 1, "initializer": {"type": "zeros"}, "bias_initializer": "zeros"}]},
         "loss": {"type": "binary_cross_entropy", "class_weights": "balanced"},
         "optimizer": {"type": "sgd", "learning_rate": 1}, "training": {"epochs": 1, "global_batch_size": 8},
         "parallel": {"shards": 2}}
        """, to: "config.json")
      let run = folder.path + "/run-" + file
      let outcome = try Command.ptrain([config, "--output", run], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      // 8 / (2 · 2) and 8 / (2 · 6), as scikit-learn's compute_class_weight.
      #expect(outcome.output.contains("class weights: 0 2.0, 1 0.6666667"), "\(outcome.output)")
      let predicted = try Command.ptrain([
        "predict", run, "--logits", "--data",
        folder.write(
          #"{"format": "csv", "path": "b.csv", "targets": "y"}"#, to: "source.json"),
      ])
      rows.append(
        predicted.output.split(separator: "\n").dropFirst().compactMap {
          $0.split(separator: ",").last.flatMap { Double($0) }
        })
    }
    // Weight 0.5, bias 0.
    for found in rows {
      #expect(found.count == 8)
      for (value, expected) in zip(found, [0, 0.5, 1, 1, 1, 1.5, 1.5, 1.5]) { #expect(abs(value - expected) < 1e-6) }
    }
  }

  static let several: [(cost: String, weights: String)] = [
    (#"{"matrix": [[0, 1, 5], [2, 0, 1], [9, 1, 0]]}"#, ""),
    (#"{"matrix": [[0, 1, 9], [1, 0, 2], [5, 1, 0]], "classes": ["c", "b", "a"]}"#, ""),
    (#"{"a": {"b": 1, "c": 5}, "b": {"a": 2, "c": 1}, "c": {"a": 9, "b": 1}}"#, #", "class_weights": "balanced""#),
    (#"{"matrix": [[0, 1, 5], [2, 0, 1], [9, 1, 0]]}"#, #", "class_weights": {"a": 1, "b": 3, "c": 0.5}"#),
  ]

  @Test("several classes with costs: written, read again, decided by least expected cost", arguments: [0, 2])
  func severalClasses(ranks: Int) throws {
    let costs = [[0.0, 1, 5], [2, 0, 1], [9, 1, 0]], names = ["a", "b", "c"]
    var others = 0
    for (cost, weights) in Self.several {
      let run = try Run(
        Self.config(
          outputs: 3, loss: #"{"type": "categorical_cross_entropy", "cost": \#(cost)\#(weights)}"#,
          metrics: #"["expected_cost", "accuracy", "confusion_matrix"]"#), names: names, ranks: ranks)
      #expect(run.outcome.output.contains("predicting c where it is a costs 5"))
      #expect(run.outcome.output.contains("the class of least expected cost is predicted"))
      let members = Self.members(try run.json("summary.json")["metrics"]?["test"])
      #expect(
        try run.evaluate().leavingOut("provenance").sortingKeys.compactText
          == ConfigValue.object([.init("samples", .integer(27))] + members).sortingKeys.compactText)
      // The config that is written trains the same model.
      let again = try Command.ptrain([run.directory + "/config.json", "--output", run.folder.path + "/again"])
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output.split(separator: "\n").last == run.outcome.output.split(separator: "\n").last)
      // The decisions are those of the probabilities without the training weights.
      let line = run.outcome.output.split(separator: "\n").first { $0.hasPrefix("class weights, costs included: ") }
      var tilt = [3.0, 1.5, 5]
      if let line { tilt = line.split(separator: " ").compactMap { Double($0.replacing(",", with: "")) } }
      #expect(tilt.count == 3)
      let predicted = try run.predict(data: "validation.json")
      let plain = try run.predict(["--logits"], data: "validation.json")
      #expect(plain["prediction"] == predicted["prediction"])
      for row in try #require(predicted["prediction"]).indices {
        let p = names.indices.map { Double(predicted["probability_\(names[$0])"]?[row] ?? "") ?? .nan }
        let risks = names.indices.map { other in names.indices.reduce(0) { $0 + p[$1] / tilt[$1] * costs[$1][other] } }
        let least = names.indices.min { risks[$0] < risks[$1] } ?? 0
        #expect(predicted["prediction"]?[row] == names[least], "row \(row): \(risks)")
        if p[least] < (p.max() ?? 0) { others += 1 }
      }
    }
    #expect(others > 0, "negative control: the likeliest class is another in some rows")
  }

  private static func members(_ value: ConfigValue?) -> [ConfigValue.Member] {
    if case .object(let members)? = value { members } else { [] }
  }

  @Test("two classes, without validation rows: two outputs, one output and a matrix decide alike")
  func withoutValidation() throws {
    for (outputs, cost) in [
      (1, #"{"false_positive": 3, "false_negative": 1}"#), (2, #"{"matrix": [[0, 3], [1, 0]]}"#),
      (2, #"{"n": {"y": 3}, "y": {"n": 1}}"#),
    ] {
      let kind = outputs == 1 ? "binary_cross_entropy" : "categorical_cross_entropy"
      let run = try Run(
        Self.config(
          outputs: outputs, loss: #"{"type": "\#(kind)", "class_weights": {"n": 1, "y": 2}, "cost": \#(cost)}"#,
          metrics: #"["expected_cost"]"#
        ).replacing(#""validation": {"format": "csv", "path": "validation.csv", "targets": "y"}, "#, with: ""),
        names: ["n", "y"])
      #expect(run.outcome.output.contains("the class of least expected cost is predicted"))
      let predicted = try run.predict()
      for (label, text) in zip(try #require(predicted["prediction"]), try #require(predicted["probability_y"])) {
        // Costs weigh n by 3 and y by 1, class weights y by 2: undone, y pays from 3/4, which is 2/3 of the weighed
        // classes.
        let p = try #require(Double(text))
        #expect(label == (p / 2 * 1 > (1 - p) / 3 * 3 ? "y" : "n"), "\(p)")
      }
      #expect(try run.evaluate()["expected_cost"] == run.json("summary.json")["metrics"]?["test"]?["expected_cost"])
    }
  }

  @Test("probabilities far out are written with their digits, logits as they are", arguments: [0, 2])
  func farOut(ranks: Int) throws {
    let folder = try TemporaryFolder()
    let values = [-700, -120, -40, -20, -17, -5, 0, 5, 15, 16, 17, 18, 20, 40, 120, 700]
    try folder.write("a,y\n" + values.map { "\($0),\($0 > 0 ? "p" : "n")\n" }.joined(), to: "a.csv")
    for outputs in [1, 2] {
      let kind = outputs == 1 ? "binary_cross_entropy" : "categorical_cross_entropy"
      let config = try folder.write(
        """
        {"name": "t", "data": {"normalize": "none", "train": {"format": "csv", "path": "a.csv", "targets": "y"},
           "test": {"format": "csv", "path": "a.csv", "targets": "y"}, "positive_class": "p"},
         "model": {"layers": [{"type": "dense", "units": \(outputs), "initializer": {"type": "constant", "value": 1}, "bias_initializer": "zeros"}]},
         "loss": {"type": "\(kind)"}, "optimizer": {"type": "sgd", "learning_rate": 0},
         "training": {"epochs": 1, "global_batch_size": 16}, "parallel": {"shards": 2}}
        """, to: "config.json")
      let run = folder.path + "/run\(outputs)"
      #expect(try Command.ptrain([config, "--output", run], ranks: ranks).status == 0)
      let lines = try Command.ptrain(["predict", run]).output.split(separator: "\n").dropFirst()
      let logits = try Command.ptrain(["predict", run, "--logits"]).output.split(separator: "\n").dropFirst()
      #expect(lines.count == values.count && logits.count == values.count)
      for ((line, logit), z) in zip(zip(lines, logits), values.map(Double.init)) {
        let p = line.split(separator: ",").dropFirst().compactMap { Double($0) }
        let expected = outputs == 1 ? [1 / (1 + exp(z)), 1 / (1 + exp(-z))] : [0.5, 0.5]
        #expect(p.count == 2)
        for (found, wanted) in zip(p, expected) { #expect(abs(found - wanted) <= 1e-13 * wanted, "\(z): \(line)") }
        #expect(
          logit.split(separator: ",").dropFirst().compactMap { Double($0) } == Array(repeating: z, count: outputs))
      }
      #expect(try Command.ptrain(["predict", run, "--output", folder.path + "/p.npy"]).status == 0)
      let npy = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/p.npy")))
      #expect(npy.count == 128 + values.count * 2 * 8)
      let last = npy.suffix(16).withUnsafeBytes { [$0.loadUnaligned(as: Double.self)] }
      #expect(abs(last[0] - (outputs == 1 ? 1 / (1 + exp(700.0)) : 0.5)) <= 1e-13 * last[0])
    }
  }

  @Test("values in the data's units are computed in double; values without logits, and what is not finite, are refused")
  func valuesAndRefusals() throws {
    let folder = try TemporaryFolder()
    try folder.write("a,y\n" + (0..<8).map { "\($0),\(100_000_000 + $0 % 2)\n" }.joined(), to: "a.csv")
    let config = try folder.write(
      """
      {"name": "t", "data": {"normalize": "none",
        "train": {"format": "csv", "path": "a.csv", "targets": "y"}, "normalize_targets": "standard",
         "test": {"format": "csv", "path": "a.csv", "targets": "y"}},
       "model": {"layers": [{"type": "dense", "units": 1, "initializer": {"type": "constant", "value": 0.125}, "bias_initializer": "zeros"}]},
       "loss": {"type": "mse"}, "optimizer": {"type": "sgd", "learning_rate": 0},
       "training": {"epochs": 1, "global_batch_size": 8}, "parallel": {"shards": 1}}
      """, to: "config.json")
    let run = folder.path + "/run"
    #expect(try Command.ptrain([config, "--output", run]).status == 0)
    let found = try Command.ptrain(["predict", run]).output.split(separator: "\n").dropFirst().compactMap { Double($0) }
    let steps = zip(found, found.dropFirst()).map { $1 - $0 }
    #expect(found.count == 8 && steps.allSatisfy { $0 > 0 && abs($0 - steps[0]) < 1e-6 }, "\(found)")
    let refused = try Command.ptrain(["predict", run, "--logits"])
    #expect(refused.status == 64 && refused.complaints.count == 1)
    #expect(refused.errors.contains("--logits: mse predicts values, so there are no logits"), "\(refused.errors)")

    // e to the power of 1000 is beyond double.
    let large = try folder.write("a,y\n1,1\n8000,1\n9000,1\n", to: "large.csv")
    let source = try folder.write(#"{"format": "csv", "path": "large.csv", "targets": "y"}"#, to: "large.json")
    #expect(FileManager.default.fileExists(atPath: large))
    let counts = folder.path + "/counts"
    #expect(
      try Command.ptrain([
        config, "--set", #"loss={"type": "poisson"}"#, "--set", "data.normalize_targets=none", "--output", counts,
      ]).status == 0)
    let logarithms = try Command.ptrain(["predict", counts, "--logits", "--data", source])
    #expect(logarithms.output == "log_y\n0.125\n1000.0\n1125.0\n", "\(logarithms.output)")
    let file = folder.path + "/out.csv"
    let infinite = try Command.ptrain(["predict", counts, "--data", source, "--output", file])
    #expect(infinite.status == 76 && infinite.complaints.count == 1, "\(infinite.errors)")
    #expect(infinite.errors.contains("large.csv: line 3: the prediction is not finite"), "\(infinite.errors)")
    #expect(!FileManager.default.fileExists(atPath: file))
  }
}
