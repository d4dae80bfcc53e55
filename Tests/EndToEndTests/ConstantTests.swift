import Foundation
import Specs
import TestSupport
import Testing

/// A run's end beside the best constant prediction, and the shares of classes at its start.
@Suite struct ConstantTests {
  private static func config(
    _ table: String, _ target: String, loss: String, units: Int, data: String = "", training: String,
    optimizer: String = #""adam""#, metrics: String = ""
  ) -> String {
    let source = #"{"format": "csv", "path": "\#(Command.root)/configs/data/\#(table).csv", "targets": "\#(target)"}"#
    return """
      {"data": {"train": \(source), "test": \(source)\(data)}, "model": {"layers": [{"type": "dense", "units": \(units)}]},
       "loss": \(loss), "optimizer": \(optimizer), "training": {"global_batch_size": 32, \(training)},
       "metrics": [\(metrics)], "parallel": {"shards": 2}}
      """
  }

  /// The output of a run, and its summary.
  private static func train(_ config: String, ranks: Int = 0) throws -> (output: String, summary: ConfigValue) {
    let folder = try TemporaryFolder(), path = try folder.write(config, to: "config.json"), run = folder.path + "/run"
    let outcome = try Command.ptrain([path, "--output", run, "--threads", "1"], ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let text = try Data(contentsOf: URL(fileURLWithPath: run + "/summary.json"))
    return (outcome.output, try ConfigValue.parse(text, file: "summary.json"))
  }

  private static func number(_ value: ConfigValue?) -> Double? { value.flatMap(Double.init(json:)) }

  @Test("a model that has learned is better than the class shares; the same on 1 and 2 ranks")
  func better() throws {
    let config = Self.config(
      "wine", "cultivar", loss: #""categorical_cross_entropy""#, units: 3,
      data: #", "validation": {"fraction": 0.2}, "normalize": "standard""#, training: #""epochs": 30"#,
      optimizer: #"{"type": "adam", "learning_rate": 0.05}"#, metrics: #""accuracy", "f1""#)
    let (output, summary) = try Self.train(config)
    #expect(output.contains("\nbetter than a constant: test loss "), "\(output)")
    #expect(output.contains(" for the class shares; accuracy ") && !output.contains("warning: no better"), "\(output)")
    let constant = try #require(summary["constant"])
    #expect(constant["prediction"] == .string("the class shares"))
    // 59, 71 and 48 of 178: the training rows are not quite in these shares.
    let entropy = [59.0, 71, 48].reduce(0) { $0 - $1 / 178 * log($1 / 178) }
    let loss = try #require(Self.number(constant["metrics"]?["test"]?["loss"]))
    #expect(loss >= entropy - 1e-6 && loss < entropy + 0.01, "\(loss), \(entropy)")
    let accuracy = try #require(Self.number(constant["metrics"]?["test"]?["accuracy"]))
    #expect(abs(accuracy - 71.0 / 178) < 1e-9, "\(accuracy)")
    #expect(constant["metrics"]?["validation"]?["loss"] != nil)
    #expect(try Self.train(config, ranks: 2).summary["constant"] == constant)
  }

  @Test("one that has learned nothing is warned of, with causes; a finished run says it again")
  func noBetter() throws {
    let config = Self.config(
      "diabetes", "progression", loss: #""mse""#, units: 1, data: #", "normalize": "none""#, training: #""epochs": 1"#,
      optimizer: #"{"type": "sgd", "learning_rate": 1e-12}"#, metrics: #""mae""#)
    let folder = try TemporaryFolder(), path = try folder.write(config, to: "config.json"), run = folder.path + "/run"
    for _ in 0..<2 {
      let outcome = try Command.ptrain([path, "--output", run])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let line = outcome.output.split(separator: "\n").first {
        $0.hasPrefix("warning: no better than a constant: test loss ")
      }
      #expect(
        line?.contains(" for the mean; mae ") == true && line?.contains("data.normalize is none") == true, "\(outcome)")
    }
    // The mean squared distance from the mean.
    let table = try String(contentsOfFile: Command.root + "/configs/data/diabetes.csv", encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let column = try #require(table.first?.firstIndex(of: "progression"))
    let values = table.dropFirst().compactMap { Double($0[column]) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let summary = try ConfigValue.parse(
      Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary.json")
    let loss = try #require(Self.number(summary["constant"]?["metrics"]?["test"]?["loss"]))
    #expect(abs(loss - variance) < 1e-5 * variance, "\(loss), \(variance)")
  }

  @Test("class shares are printed by part, at most ten classes; values have none")
  func shares() throws {
    let wine = Self.config(
      "wine", "cultivar", loss: #""categorical_cross_entropy""#, units: 3, training: #""epochs": 0"#)
    let (output, _) = try Self.train(wine)
    let lines = output.split(separator: "\n").filter { $0.contains(" classes: ") }
    #expect(
      lines.count == 2 && lines.allSatisfy { $0.contains(" 59 (33.1 %), ") && $0.contains(" 71 (39.9 %), ") },
      "\(lines)")
    #expect(!output.contains("than a constant"), "nothing was trained")
    let table = try TemporaryFolder()
    let text = "x,y\n" + (0..<60).map { "\($0),c\($0 % 12 + 10)\n" }.joined()
    try table.write(text, to: "t.csv")
    let config = try table.write(
      #"""
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}},
       "model": {"layers": [{"type": "dense", "units": 12}]}, "loss": "categorical_cross_entropy", "optimizer": "sgd"}
      """#, to: "config.json")
    let checked = try Command.ptrain(["check", config])
    #expect(
      checked.output.contains("train classes: c10 5 (8.3 %), c11 5 (8.3 %), "), "\(checked.output)\(checked.errors)")
    #expect(checked.output.contains("c19 5 (8.3 %), … (12 classes)") && !checked.output.contains("c20 5"))
    let values = Self.config("diabetes", "progression", loss: #""mse""#, units: 1, training: #""epochs": 0"#)
    #expect(!(try Self.train(values).output.contains("classes: ")))
  }
}
