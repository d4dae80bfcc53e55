import Foundation
import Specs
import TestSupport
import Testing

/// Classes whose names hold dots: each cell of the confusion matrix has a key of its own in all files, with the right
/// number.
@Suite struct DottedClassTests {
  /// Of the first, `confusion_matrix.a.b.c` would be two cells; of the second, all names join to different keys.
  private static let joining = ["a", "a.b", "b.c", "c"], plain = ["a", "a.b", "b", "b.c"]

  private static let config = """
    {"data": {"normalize": "none",
      "train": {"format": "csv", "path": "train.csv", "targets": "label"}, "validation": {"fraction": 0.3},
              "test": {"format": "csv", "path": "test.csv", "targets": "label"}},
     "model": {"layers": [{"type": "dense", "units": 4}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd", "learning_rate": 0.5}, "training": {"epochs": 12, "global_batch_size": 16},
     "parallel": {"shards": 2},
     "metrics": ["confusion_matrix", {"type": "recall", "average": "none"}, "accuracy"]}
    """

  private static func table(_ rows: Range<Int>, _ classes: [String]) -> (csv: String, labels: [String]) {
    let labels = rows.map { row in classes[(row * 37 % 19 / 5 + (row % 7 == 0 ? 1 : 0)) % 4] }
    let lines = zip(rows, labels).map { row, label in
      "\(Double(row * 37 % 19) / 10 - 0.9),\(Double(row * 53 % 23) / 10 - 1.1),\(label)\n"
    }
    return ("x,y,label\n" + lines.joined(), labels)
  }

  /// The keys of the confusion matrix, and what they should have: by actual labels and predictions.
  private static func cells(_ actual: [String], _ predicted: [String], _ classes: [String]) -> [String: Int] {
    func word(_ name: String) -> String { classes == joining && name.contains(".") ? "'\(name)'" : name }
    var cells: [String: Int] = [:]
    for row in classes { for column in classes { cells["confusion_matrix.\(word(row)).\(word(column))"] = 0 } }
    for (row, column) in zip(actual, predicted) {
      cells["confusion_matrix.\(word(row)).\(word(column))", default: -99] += 1
    }
    return cells
  }

  private static func cells(_ value: ConfigValue?) -> [String: Int] {
    guard case .object(let members)? = value else { return [:] }
    var cells: [String: Int] = [:]
    for case let member in members where member.key.hasPrefix("confusion_matrix") {
      if case .integer(let count) = member.value { cells[member.key] = count }
    }
    return cells
  }

  private struct Run {
    var outcome: Command.Outcome
    var summary: ConfigValue
    var log: [ConfigValue]
    var evaluated: ConfigValue
    var predictions: [String]
  }

  private static func train(_ classes: [String], watching metric: String, ranks: Int) throws -> Run {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let path = try folder.write(config, to: "config.json")
    try folder.write(table(0..<120, classes).csv, to: "train.csv")
    try folder.write(table(200..<261, classes).csv, to: "test.csv")
    let outcome = try Command.ptrain(
      [path, "--output", run, "--set", #"training.early_stopping={"metric": "\#(metric)", "patience": 3}"#],
      ranks: ranks)
    try #require(outcome.status == 0, "\(outcome.errors)")
    func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: run + "/" + name)) }
    let lines = String(decoding: try read("metrics.jsonl"), as: UTF8.self).split(separator: "\n")
    let evaluated = try Command.ptrain(["evaluate", run], ranks: ranks)
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let predicted = try Command.ptrain(["predict", run])
    return Run(
      outcome: outcome, summary: try ConfigValue.parse(read("summary.json"), file: "summary"),
      log: try lines.map { try ConfigValue.parse(Data($0.utf8), file: "log") },
      evaluated: try ConfigValue.parse(Data(evaluated.output.utf8), file: "evaluated"),
      predictions: predicted.output.split(separator: "\n").dropFirst().map { line in
        String(line.split(separator: ",", omittingEmptySubsequences: false)[0])
      })
  }

  @Test(
    "confusion matrices in all files, and early stopping on one of the classes",
    arguments: [joining, plain], [1, 2])
  func files(classes: [String], ranks: Int) throws {
    let run = try Self.train(classes, watching: "recall.a.b", ranks: ranks)
    let expected = Self.cells(Self.table(200..<261, classes).labels, run.predictions, classes)
    #expect(expected.count == 16 && run.predictions.count == 61)
    // Not a matrix in which a cell may be taken for another.
    #expect(Set(expected.values).count > 3, "\(expected)")
    let tested = run.log.filter { $0["split"] == .string("test") }
    #expect(tested.count == 1)
    let places: [ConfigValue?] = [run.summary["metrics"]?["test"], tested.first, run.evaluated]
    for place in places {
      #expect(Self.cells(place) == expected)
    }
    // The best is the first validation with the greatest recall of the class, three before the last.
    let validations = run.log.filter { $0["split"] == .string("validation") }
    let recalls = validations.map { line in
      line["recall.a.b"].flatMap { Double($0.compactText) } ?? .nan
    }
    let best = try #require(recalls.max().flatMap { recalls.firstIndex(of: $0) }, "\(recalls)")
    #expect(best > 0 && best + 3 == recalls.count - 1 && recalls.count < 12, "\(recalls)")
    #expect(run.summary["best_step"] == validations[best]["step"])
    #expect(run.summary["metrics"]?["validation"]?["recall.a.b"] == validations[best]["recall.a.b"])
    let key = classes == Self.joining ? "confusion_matrix.a.'b.c' " : "confusion_matrix.a.b.c "
    #expect(run.outcome.output.contains(key) && !run.outcome.output.contains(" watches "))
  }

  @Test("a label in apostrophes is understood where the key has none, the same run on 1 and 2 ranks")
  func apostrophes() throws {
    let plain = try Self.train(Self.joining, watching: "recall.a.b", ranks: 1)
    let quoted = try Self.train(Self.joining, watching: "val_recall.'a.b'", ranks: 2)
    for key in ["weights_sha256", "metrics", "best_step"] { #expect(plain.summary[key] == quoted.summary[key]) }
    #expect(plain.evaluated.leavingOut("provenance") == quoted.evaluated.leavingOut("provenance"))
    #expect(quoted.outcome.output.contains("early_stopping watches validation recall.a.b, more is better\n"))
  }
}
