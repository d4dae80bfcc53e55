import Foundation
import Specs
import TestSupport
import Testing

/// Targets whose logarithms are learned, through train, evaluate and predict: all in the units of the file.
@Suite struct SmearingRunTests {
  private static let rows: [(x: Double, y: Double, weight: Double)] = (0..<48).map { row in
    let x = Double(row * 37 % 101) / 20, noise = Double(row * 7 % 11 - 5) / 6
    return (x, exp(0.8 * x + noise + 3).rounded(), Double(row % 4))
  }

  private static func config(_ folder: TemporaryFolder, _ method: String, loss: String = #""mse""#) throws -> String {
    let text = rows.map { "\($0.x),\($0.y),\($0.weight)\n" }.joined()
    try folder.write("x,price,w\n" + text, to: "t.csv")
    try folder.write(#"{"format": "csv", "path": "t.csv", "targets": "price"}"#, to: "t.json")
    let source = #"{"format": "csv", "path": "t.csv", "targets": "price", "sample_weight": "w"}"#
    return try folder.write(
      """
      {"data": {"train": \(source), "test": \(source), "normalize": "standard", "normalize_targets": "\(method)"},
       "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": \(loss), "metrics": ["rmse", "mae"],
       "optimizer": {"type": "adam", "learning_rate": 0.05},
       "training": {"epochs": 40, "global_batch_size": 16}, "parallel": {"shards": 4}}
      """, to: "config.json")
  }

  private static func summary(_ run: String) throws -> ConfigValue {
    try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary.json")
  }

  private static func number(_ value: ConfigValue?) throws -> Double {
    try #require(value.flatMap { Double($0.compactText) })
  }

  @Test(
    "predictions and metrics are in the units of the file, the factor is that of the residuals, on 1 and 2 ranks the same",
    arguments: ["log", "log1p"])
  func wholeRun(method: String) throws {
    let folder = try TemporaryFolder(), config = try Self.config(folder, method)
    var predicted: Set<String> = [], hashes: Set<String> = [], factors: Set<String> = []
    for (name, ranks) in [("one", 0), ("two", 2)] {
      let run = folder.path + "/" + name
      let outcome = try Command.ptrain([config, "--output", run, "--threads", "1"], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let line = outcome.output.split(separator: "\n").first { $0.contains("(smearing factor)") }
      #expect(line?.hasPrefix("predictions of 'price' are medians; ") == true, "\(outcome.output)")
      #expect(line?.contains("1 added, times ") == (method == "log1p"))
      #expect(outcome.output.contains(" for the mean of the logarithms; rmse "), "\(outcome.output)")
      let answer = try Command.ptrain(["predict", run, "--data", folder.path + "/t.json"], ranks: ranks)
      #expect(answer.status == 0, "\(answer.errors)")
      predicted.insert(answer.output)
      let summary = try Self.summary(run)
      hashes.insert(try #require(summary["weights_sha256"]).compactText)
      factors.insert(try #require(summary["smearing"]?["price"]).compactText)
    }
    #expect(predicted.count == 1 && hashes.count == 1 && factors.count == 1, "\(hashes) \(factors)")
    let values = try #require(predicted.first).split(separator: "\n").dropFirst().compactMap { Double($0) }
    #expect(values.count == Self.rows.count && values.allSatisfy { $0 > 0 })
    let weight = Self.rows.reduce(0) { $0 + $1.weight }, one = method == "log1p" ? 1.0 : 0
    let factor = zip(Self.rows, values).reduce(0) { $0 + $1.0.weight * (($1.0.y + one) / ($1.1 + one)) } / weight
    let own = try Self.number(Self.summary(folder.path + "/one")["smearing"]?["price"])
    #expect(abs(own / factor - 1) < 1e-5 && own > 1.02, "\(own) \(factor)")
    let square = zip(Self.rows, values).reduce(0) { $0 + $1.0.weight * ($1.0.y - $1.1) * ($1.0.y - $1.1) } / weight
    let absolute = zip(Self.rows, values).reduce(0) { $0 + $1.0.weight * abs($1.0.y - $1.1) } / weight
    let test = try Self.summary(folder.path + "/one")["metrics"]?["test"]
    #expect(abs(try Self.number(test?["rmse"]) / square.squareRoot() - 1) < 1e-5)
    #expect(abs(try Self.number(test?["mae"]) / absolute - 1) < 1e-5)
    let evaluated = try Command.ptrain(["evaluate", folder.path + "/two"])
    #expect(evaluated.output.contains(try #require(test?["rmse"]).compactText), "\(evaluated.output)")
    // A finished run says it again.
    let again = try Command.ptrain([config, "--output", folder.path + "/one"])
    #expect(again.output.contains("(smearing factor)"), "\(again.output)")
  }

  @Test(
    "negative control: there is no factor without logarithms, or of a loss that seeks no means",
    arguments: [("standard", #""mse""#), ("log", #""mae""#), ("log1p", #"{"type": "huber"}"#)])
  func none(method: String, loss: String) throws {
    let folder = try TemporaryFolder(), config = try Self.config(folder, method, loss: loss)
    let run = folder.path + "/run", outcome = try Command.ptrain([config, "--output", run])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.contains("smearing"), "\(outcome.output)")
    #expect(try Self.summary(run)["smearing"] == nil)
  }

  @Test("what the model reads no logarithm of is refused, and a prediction beyond double is an error, not infinite")
  func beyond() throws {
    let folder = try TemporaryFolder(), config = try Self.config(folder, "log"), run = folder.path + "/run"
    #expect(try Command.ptrain([config, "--quiet", "--output", run]).status == 0)
    try folder.write("x,price,w\n1,5,1\n2,-3,1\n", to: "new.csv")
    let negative = try Command.ptrain(["evaluate", run, folder.path + "/new.csv"])
    #expect(negative.status == 65, "\(negative)")
    #expect(
      negative.errors.contains(
        "line 3: target 'price' is -3, and 'log' takes the logarithms of numbers above 0; correct it: the model was trained on"
      ),
      "\(negative.errors)")
    // To predict, targets are not looked at.
    let two = try Command.ptrain(["predict", run, folder.path + "/new.csv"])
    #expect(two.status == 0 && two.output.split(separator: "\n").count == 3, "\(two)")
    try folder.write("x\n1\n1e6\n", to: "far.csv")
    let far = try Command.ptrain(["predict", run, folder.path + "/far.csv"])
    #expect(far.status == 76 && far.output.isEmpty, "\(far)")
    #expect(far.errors.contains("line 3: the prediction is not finite"), "\(far.errors)")
  }

  @Test("targets with transforms of their own: each in its units, the factor of the logarithms alone")
  func unlike() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let text = Self.rows.map { "\($0.x),\($0.y),\(3 * $0.x - 2)\n" }.joined()
    try folder.write("x,price,size\n" + text, to: "t.csv")
    let source = #"{"format": "csv", "path": "t.csv", "targets": ["price", "size"]}"#
    try folder.write(source, to: "t.json")
    let config = try folder.write(
      """
      {"data": {"train": \(source), "test": \(source), "normalize_targets": "standard",
                "columns": {"price": {"transform": "log"}}},
       "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": "mse", "metrics": ["mae"],
       "optimizer": {"type": "adam", "learning_rate": 0.05},
       "training": {"epochs": 60, "global_batch_size": 16}, "parallel": {"shards": 4}}
      """, to: "config.json")
    let plan = try Command.ptrain(["check", config])
    #expect(plan.output.contains("'size': (value − mean) / deviation"), "\(plan.output)")
    #expect(plan.output.contains("'price': (log(value) − mean) / deviation"), "\(plan.output)")
    let outcome = try Command.ptrain([config, "--output", run])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let summary = try Self.summary(run)
    #expect(summary["smearing"]?["price"] != nil && summary["smearing"]?["size"] == nil)
    #expect(outcome.output.contains("predictions of 'price' are medians; times "), "\(outcome.output)")
    #expect(!outcome.output.contains("predictions of 'size'"))
    let answer = try Command.ptrain(["predict", run, "--data", folder.path + "/t.json"])
    let values = answer.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    #expect(values.count == Self.rows.count && values.allSatisfy { $0.count == 2 && $0[0] > 0 })
    // The one that is linear is learned, in the units of the file.
    let errors = zip(Self.rows, values).map { (abs($0.y - $1[0]), abs(3 * $0.x - 2 - $1[1])) }
    #expect(errors.allSatisfy { $0.1 < 1.5 }, "\(errors)")
    let mean = errors.reduce(0) { $0 + $1.0 + $1.1 } / Double(2 * errors.count)
    #expect(abs(try Self.number(summary["metrics"]?["test"]?["mae"]) / mean - 1) < 1e-4)
  }

  @Test("check says what y and p are in the loss")
  func plan() throws {
    let folder = try TemporaryFolder(), config = try Self.config(folder, "log1p")
    let outcome = try Command.ptrain(["check", config])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains("in the loss and its options, y and p are (log(1 + value) − mean) / deviation"),
      "\(outcome.output)")
  }
}
