import Foundation
import TestSupport
import Testing

/// Training, `evaluate` and `predict` match sources by name: the same numbers, bit for bit, however another source is
/// written.
@Suite struct NameTests {
  private static func config(_ train: String, _ test: String, loss: String, units: Int, metrics: String) -> String {
    """
    {"name": "names", "seed": 3, "data": {"train": \(train), "test": \(test), "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 5, "activation": "tanh"}, {"type": "dense", "units": \(units)}]},
     "loss": {"type": "\(loss)"},
     "optimizer": {"type": "sgd", "learning_rate": 0.05}, "training": {"epochs": 2, "global_batch_size": 8},
     "parallel": {"shards": 2}, "metrics": [\(metrics)]}
    """
  }

  /// Rows of two numbers, a colour, two targets, a label and a weight, as columns by name.
  private static let columns: [(name: String, cells: [String])] = {
    var state: UInt64 = 9
    func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    var columns: [(name: String, cells: [String])] = [
      ("0", []), ("b", []), ("colour", []), ("u", []), ("v", []), ("label", []), ("w", []),
    ]
    for _ in 0..<40 {
      let x = Double(next(2000)) / 100 - 10, z = Double(next(2000)) / 100 - 10
      let cells = [
        "\(x)", "\(z)", ["red", "blue", "2"][Int(next(3))], "\(3 * x - z)", "\(x + 40 * z)",
        ["007", "0A7", "012"][Int(next(3))], "\(1 + next(4))",
      ]
      for (index, cell) in cells.enumerated() { columns[index].cells.append(cell) }
    }
    return columns
  }()

  private static func table(_ order: [String]) -> String {
    let chosen = order.compactMap { name in columns.first { $0.name == name } }
    return chosen.map(\.name).joined(separator: ",") + "\n"
      + (0..<40).map { row in chosen.map { $0.cells[row] }.joined(separator: ",") + "\n" }.joined()
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// Keys of the training source, then those of the other one, whose columns stand in another order.
    var train: String
    var other: String
    var loss: String
    var units: Int
    var metrics: String
    var order: [String]
    var testDescription: String { name }
  }

  private static let features = #""features": ["0", "b", "colour"], "categorical": "colour""#

  private static let cases = [
    Case(
      name: "several targets", train: #""targets": ["u", "v"], \#(features)"#, other: #""targets": ["v", "u"]"#,
      loss: "mse", units: 2, metrics: #""mae", "r2""#, order: ["v", "colour", "w", "b", "u", "0", "label"]),
    Case(
      name: "classes with zeros", train: #""targets": "label", \#(features), "sample_weight": "w""#,
      other: #""targets": "label", "sample_weight": "w""#, loss: "categorical_cross_entropy", units: 3,
      metrics: #""accuracy", "f1""#, order: ["w", "label", "b", "colour", "0"]),
  ]

  @Test("a test source in another order: the same weights and metrics on 1 and 2 ranks", arguments: cases)
  private func otherOrder(_ entry: Case) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table(Self.columns.map(\.name)), to: "train.csv")
    try folder.write(Self.table(entry.order), to: "other.csv")
    let train = #"{"format": "csv", "path": "train.csv", \#(entry.train)}"#
    let other = #"{"format": "csv", "path": "other.csv", \#(entry.other)}"#
    try folder.write(train, to: "plain.json")
    try folder.write(other, to: "other.json")
    var summaries: [[String]] = []
    for (name, test) in [("plain", train), ("other", other)] {
      let config = try folder.write(
        Self.config(train, test, loss: entry.loss, units: entry.units, metrics: entry.metrics),
        to: "\(name)-config.json")
      for ranks in name == "plain" ? [1] : [1, 2] {
        let run = folder.path + "/\(name)-\(ranks)"
        let outcome = try Command.ptrain([config, "--quiet", "--output", run], ranks: ranks)
        #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
        let summary =
          try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: run + "/summary.json"))) as? [String: Any]
        let metrics = summary?["metrics"] as? [String: [String: Double]]
        let test = try #require(metrics?["test"]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        summaries.append([summary?["weights_sha256"] as? String ?? "none"] + test)
      }
    }
    #expect(summaries.count == 3 && summaries.allSatisfy { $0 == summaries[0] && $0.count > 3 }, "\(summaries)")

    // The model alone knows the names: evaluate and predict find the columns of either source, and the run its own test
    // rows.
    let run = folder.path + "/other-2"
    for command in ["evaluate", "predict"] {
      let plain = try Command.ptrain([command, run, "--data", folder.path + "/plain.json"])
      let moved = try Command.ptrain([command, run + "/model.safetensors", "--data", folder.path + "/other.json"])
      let own = try Command.ptrain([command, run])
      #expect(plain.status == 0 && plain.output == moved.output && plain.output == own.output, "\(plain.errors)")
      #expect(plain.output.split(separator: "\n").count > 3)
    }
  }

  @Test("a test fraction is found again by name when the training table's columns have moved; other rows are refused")
  func movedTrainingTable() throws {
    let folder = try TemporaryFolder()
    let train = #"{"format": "csv", "path": "train.csv", "targets": "label", \#(Self.features)}"#
    let config = try folder.write(
      Self.config(
        train, #"{"fraction": 0.3}"#, loss: "categorical_cross_entropy", units: 3, metrics: #""accuracy""#),
      to: "config.json")
    try folder.write(Self.table(Self.columns.map(\.name)), to: "train.csv")
    let run = folder.path + "/run"
    #expect(try Command.ptrain([config, "--quiet", "--output", run]).status == 0)
    let evaluated = try Command.ptrain(["evaluate", run]).output,
      predicted = try Command.ptrain(["predict", run]).output
    #expect(evaluated.contains("\"samples\": 12") && predicted.contains("007"))
    try folder.write(Self.table(["label", "colour", "u", "b", "0"]), to: "train.csv")
    #expect(try Command.ptrain(["evaluate", run]).output == evaluated)
    #expect(try Command.ptrain(["predict", run]).output == predicted)
    try folder.write(Self.table(["label", "colour", "b", "0"]) + "007,red,1,1\n", to: "train.csv")
    let refused = try Command.ptrain(["evaluate", run])
    #expect(refused.status == 65 && refused.complaints.count == 1)
    #expect(refused.errors.contains("has 41 rows, and had 40 when the model was trained"), "\(refused.errors)")
  }

  /// A table to predict or evaluate with a model of 0, 1, 2 → label, and what comes of it.
  private struct Source: Sendable {
    var keys = ""
    var table: String
    var status: Int32 = 0
    /// The lines of predictions, or a part of the sentence.
    var expected: String
  }

  private static let sources = [
    Source(table: "0,1,2\n1,2,3\n4,5,6\n", expected: "prediction,probability_0,probability_1"),
    Source(table: "label,2,1,0\n?,3,2,1\n,6,5,4\n", expected: "prediction,probability_0,probability_1"),
    Source(keys: #", "targets": "label""#, table: "2,label,0,1\n3,x,1,2\n6,,4,5\n", expected: "prediction,"),
    Source(keys: #", "header": false"#, table: "1,2,3\n4,5,6\n", expected: "prediction,"),
    Source(
      keys: #", "header": false"#, table: "0,1,2\n1,2,3\n4,5,6\n", status: 65,
      expected: "new.csv: line 1 holds the names of the training source's columns, but 'header' is false; set 'header'"),
    Source(
      keys: #", "header": false"#, table: "2,0,1\n3,1,2\n", status: 65, expected: "but 'header' is false; set 'header'"),
    Source(
      table: "1,2,3\n4,5,6\n", status: 65,
      expected:
        "line 1 holds only numbers, not the names of the training source's columns (0, 1, 2); if the file has no"),
    Source(table: "0,2,label\n1,3,0\n", status: 78, expected: "new.csv: has no column '1', a feature of the training"),
    Source(
      table: "0.0,1.0,2.0\n1,2,3\n", status: 78, expected: "did you mean '0.0' for '0', '1.0' for '1', '2.0' for '2'?"),
    Source(
      keys: #", "header": false"#, table: "1,2,3,0\n", status: 65,
      expected: "has 4 columns for features, the training source has 3 (0, 1, 2); list as many under 'features'"),
  ]

  @Test("predicting tables whose columns are named by numbers")
  func namesOfNumbers() throws {
    let folder = try TemporaryFolder()
    try folder.write("0,1,2,label\n1,2,3,0\n4,5,6,1\n7,1,2,0\n", to: "train.csv")
    let train = #"{"format": "csv", "path": "train.csv", "targets": "label"}"#
    let config = try folder.write(
      Self.config(train, train, loss: "categorical_cross_entropy", units: 2, metrics: #""accuracy""#), to: "config.json"
    )
    #expect(try Command.ptrain([config, "--quiet", "--output", folder.path + "/run"], ranks: 2).status == 0)
    let source = folder.path + "/new.json"
    var predictions: Set<String> = []
    for entry in Self.sources {
      try folder.write(entry.table, to: "new.csv")
      try folder.write(#"{"format": "csv", "path": "new.csv"\#(entry.keys)}"#, to: "new.json")
      let outcome = try Command.ptrain(["predict", folder.path + "/run", "--data", source])
      #expect(outcome.status == entry.status, "\(entry.table) \(outcome.errors)")
      if entry.status == 0 {
        #expect(outcome.output.hasPrefix(entry.expected) && outcome.output.split(separator: "\n").count == 3)
        predictions.insert(outcome.output)
      } else {
        #expect(outcome.complaints.count == 1 && outcome.errors.contains(entry.expected), "\(outcome.errors)")
      }
    }
    #expect(predictions.count == 1)
  }
}
