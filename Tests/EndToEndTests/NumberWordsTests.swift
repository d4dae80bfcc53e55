import Foundation
import TestSupport
import Testing

/// What advise, compare, sweep, check and init print of one thing: its noun is singular everywhere.
@Suite struct NumberWordsTests {
  /// Words that end in s beside a 1 and are no plurals.
  private static let singular: Set<String> = ["1 is", "1 was", "1 has", "1 as", "1 this"]

  /// Places where a 1 stands before a plural.
  static func wrong(_ text: String) -> [String] {
    text.matches(
      of: #/(?:^|[^0-9.,:+-])(1 (?:(?:different|training|validation|test|train|whole) )?[a-z]+s)(?![a-z_])/#
        .anchorsMatchLineEndings()
    ).map { String($0.1) }
      .filter { !singular.contains($0) && !$0.hasSuffix("ss") }
  }

  private static func table(_ rows: Int, _ cell: (Int) -> String) -> String {
    "a,y\n" + (0..<rows).map { "\($0 * 7 % 11).5,\(cell($0))\n" }.joined()
  }

  private static func config(_ loss: String) -> String {
    """
    {"name": "t", "data": {"normalize": "none", "train": {"format": "csv", "path": "data.csv", "targets": "y"}},
     "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": \(loss), "parallel": {"shards": 1},
     "optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 1, "global_batch_size": 8}}
    """
  }

  private static let numbers = table(3) { "\($0).25" }
  private static let two = table(4) { "\($0 % 2)" }
  private static let rare = table(30) { $0 == 7 ? "b" : "a" }
  private static let trial = ["--search", "optimizer.learning_rate=[0.1]", "--trials", "1"]

  /// Command lines on tables of one feature and few rows, folds, trials and steps of one, and errors of one.
  private static let lines: [(name: String, table: String, loss: String, arguments: [String])] = [
    ("check", numbers, #""mse""#, ["check", "F"]),
    ("check of one row", table(1) { _ in "2.5" }, #""mse""#, ["check", "F"]),
    (
      "check of classes", two, #""binary_cross_entropy""#,
      ["check", "F", "--set", "data.validation={\"fraction\":0.3}"]
    ),
    ("check of one class", table(3) { _ in "x" }, #""categorical_cross_entropy""#, ["check", "F"]),
    ("advise", numbers, #""mse""#, ["advise", "F", "--all"]),
    ("advise of one row", table(1) { _ in "2.5" }, #""mse""#, ["advise", "F", "--all"]),
    ("advise of a rare class", rare, #""binary_cross_entropy""#, ["advise", "F", "--all"]),
    ("advise --check", numbers, #""mse""#, ["advise", "F", "--check"]),
    ("compare", numbers, #""mse""#, ["compare", "F", "--losses", "mse,mae", "--folds", "2", "--repeats", "1"]),
    (
      "compare until sure", two, #""binary_cross_entropy""#,
      [
        "compare", "F", "--losses", "binary_cross_entropy,hinge", "--folds", "2", "--until", "sure", "--max-repeats",
        "1",
      ]
    ),
    ("compare of one row", table(1) { _ in "2" }, #""mse""#, ["compare", "F", "--losses", "mse,mae", "--folds", "2"]),
    (
      "compare of what diverges", numbers, #""mse""#,
      ["compare", "F", "--vary", "optimizer.learning_rate=[0.1,1e30]", "--folds", "2", "--repeats", "1"]
    ),
    ("sweep", numbers, #""mse""#, ["sweep", "F"] + trial),
    ("sweep by folds", numbers, #""mse""#, ["sweep", "F", "--folds", "2"] + trial),
    ("sweep to one step", numbers, #""mse""#, ["sweep", "F", "--budget", "1", "step"] + trial),
    ("sweep of few points", numbers, #""mse""#, ["sweep", "F", "--search", "seed=[1]"]),
    ("sweep, halved", numbers, #""mse""#, ["sweep", "F", "--halving", "--budget", "3", "epochs"] + trial),
    ("sweep, only", numbers, #""mse""#, ["sweep", "F", "--only", "trial=1"] + trial),
    ("init", two, #""mse""#, ["init", "D", "--target", "y", "--output", "-"]),
    ("init of columns", numbers, #""mse""#, ["init", "D"]),
  ]

  @Test("one of anything is singular in outputs and errors", arguments: lines.map(\.name))
  func scan(name: String) throws {
    let line = try #require(Self.lines.first { $0.name == name }), folder = try TemporaryFolder()
    let config = try folder.write(Self.config(line.loss), to: "config.json")
    let data = try folder.write(line.table, to: "data.csv")
    var arguments = line.arguments.map { $0 == "F" ? config : $0 == "D" ? data : $0 }
    if ["compare", "sweep"].contains(arguments[0]) { arguments += ["--output", folder.path + "/run"] }
    let outcome = try Command.ptrain(arguments)
    #expect(!(outcome.output + outcome.errors).isEmpty)
    #expect(Self.wrong(outcome.output) == [], "\(outcome.output)")
    #expect(Self.wrong(outcome.errors) == [], "\(outcome.errors)")
  }

  @Test("negative control: the scan finds plurals, and only those")
  func control() {
    #expect(Self.wrong("t: 6 parameters, batch 2 in 1 shards, 1 steps") == ["1 shards", "1 steps"])
    #expect(
      Self.wrong("there are 1 different points, and 1 training rows") == ["1 different points", "1 training rows"])
    #expect(Self.wrong("1 classes: a\n1 rows") == ["1 classes", "1 rows"])
    #expect(Self.wrong("1 class, 1 row, 21 rows, 0.1 rows, 1.1 rows, 1 × 2 folds, 1 is, from 1 to 3 rows") == [])
  }
}
