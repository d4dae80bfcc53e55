import Datasets
import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// What `ptrain init` decides about a table, and the text that it writes.
@Suite struct StartingConfigTests {
  private func survey(_ text: String) throws -> TableSurvey {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "t.csv")
    return try TableSurvey(file: "t.csv", in: DataContext(baseDirectory: folder.path))
  }

  private func config(_ text: String, choice: TargetReading.Choice? = nil) throws -> StartingConfig {
    try StartingConfig(survey(text), path: "t.csv", target: "y", name: "t", choice: choice)
  }

  /// The text without its comments.
  static func plain(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var isText = false, isEscaped = false, kept = ""
      for (character, next) in zip(line, Array(line.dropFirst()) + ["\n"]) {
        if !isText, character == "/", next == "/" { break }
        if character == "\"", !isEscaped { isText.toggle() }
        isEscaped = character == "\\" && !isEscaped
        kept.append(character)
      }
      return kept
    }.joined(separator: "\n")
  }

  private func value(_ config: StartingConfig) throws -> ConfigValue {
    try ConfigValue.parse(Data(Self.plain(config.text).utf8), file: "config.json")
  }

  /// A table of a number and targets, which a function gives.
  private func table(rows: Int = 200, _ target: (Int) -> String) -> String {
    "a,y\n" + (0..<rows).map { "\(Double($0 * 37 % 101) / 8),\(target($0))\n" }.joined()
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var target: @Sendable (Int) -> String
    var task: TargetReading.Task
    var choice: TargetReading.Choice?
    var loss: String
    var outputs: Int
    var testDescription: String { name }

    init(
      _ name: String, _ task: TargetReading.Task, _ loss: String, _ outputs: Int, choice: TargetReading.Choice? = nil,
      _ target: @escaping @Sendable (Int) -> String
    ) {
      (self.name, self.task, self.loss, self.outputs) = (name, task, loss, outputs)
      (self.choice, self.target) = (choice, target)
    }
  }

  private static let cases = [
    Case("words of two kinds", .binary, "binary_cross_entropy", 1) { $0 % 3 == 0 ? "sick" : "well" },
    Case("yes and no", .binary, "binary_cross_entropy", 1) { $0 % 3 == 0 ? "yes" : "no" },
    Case("0 and 1", .binary, "binary_cross_entropy", 1) { "\($0 % 2)" },
    Case("2 and 7", .binary, "binary_cross_entropy", 1) { $0 % 2 == 0 ? "2" : "7" },
    Case("three words", .classes(3), "categorical_cross_entropy", 3) { ["a", "b", "c"][$0 % 3] },
    Case("digits", .classes(10), "categorical_cross_entropy", 10) { "\($0 % 10)" },
    Case("1 to 3", .classes(3), "categorical_cross_entropy", 3) { "\($0 % 3 + 1)" },
    Case("whole numbers with gaps", .numbers, "mse", 1) { "\([3, 4, 5, 6, 8][$0 % 5])" },
    Case("the same as classes", .classes(5), "categorical_cross_entropy", 5, choice: .classification) {
      "\([3, 4, 5, 6, 8][$0 % 5])"
    },
    Case("digits as numbers", .numbers, "mse", 1, choice: .regression) { "\($0 % 10 + 1)" },
    Case("counts", .counts, "poisson", 1) { "\(max(0, ($0 * 13 % 29) / 3 - 4))" },
    Case("amounts with many zeros", .counts, "poisson", 1) { $0 % 3 == 0 ? "0" : "\(Double($0 * 7 % 50) / 4 + 0.1)" },
    Case("numbers", .numbers, "mse", 1) { "\(Double($0 * 53 % 97) / 3 - 9)" },
    Case("numbers with a few far off", .heavyTails, "huber", 1) {
      $0 % 90 == 1 ? "5000.5" : "\(Double($0 * 53 % 97) / 3)"
    },
  ]

  @Test("the target's kind and shape choose task, loss, outputs and metrics", arguments: cases)
  private func goals(entry: Case) throws {
    let config = try config(table(entry.target), choice: entry.choice)
    #expect(config.reading.task == entry.task, "\(config.reading)")
    let value = try value(config)
    #expect(value["loss"]?["type"] == .string(entry.loss))
    guard case .array(let layers)? = value["model"]?["layers"], case .array(let metrics)? = value["metrics"] else {
      Issue.record("no layers or metrics")
      return
    }
    #expect(layers.last?["units"] == .integer(entry.outputs) && layers.last?["activation"] == nil)
    #expect(metrics.count >= 2)
    let normalizes = ["mse", "huber"].contains(entry.loss)
    #expect((value["data"]?["normalize_targets"] == .string("standard")) == normalizes)
    #expect(value["data"]?["train"]?.compactText == #"{"format": "csv", "path": "t.csv", "targets": "y"}"#)
    // The keys are those of a config.
    _ = try RunConfig(value)
  }

  @Test(
    "targets that are none",
    arguments: [
      (["", "NA"], nil, "has no value in any row"), (["5", "5.0"], nil, "has one value in all rows"),
      (["a", "a"], nil, "has one value in all rows"),
      (["2024-01-01", "2024-01-02"], nil, "holds dates"), (["1.5", "2.5"], .classification, "numbers with fractions"),
      (["a", "b"], .regression, "holds words ('a' in line 2)"),
    ] as [([String], TargetReading.Choice?, String)])
  func refused(cells: [String], choice: TargetReading.Choice?, says: String) throws {
    let text = table { cells[$0 % cells.count] }
    #expect {
      _ = try config(text, choice: choice)
    } throws: { error in
      let error = error as? RunError
      return error?.exitCode == .data && error?.sentence.contains(says) == true
        && error?.sentence.hasPrefix("t.csv: target 'y'") == true
    }
  }

  @Test("names of rows are no classes, and nothing but the target is no table")
  func refusedTables() throws {
    for (text, says) in [
      (table { "name\($0)" }, "names of rows rather than classes"),
      ("id,y\n" + (0..<50).map { "\($0),\($0 % 2)\n" }.joined(), "no column but the target"),
    ] {
      #expect {
        _ = try config(text)
      } throws: { ($0 as? RunError)?.sentence.contains(says) == true }
    }
  }

  /// A table with everything in it.
  private static let mixed: String = {
    var text = "id,name,note,when,sex,town,zip,age,fare,cabin,same,flag,price,rate,y\n"
    for row in 0..<400 {
      let cells: [String] = [
        "\(row + 1)", "name\(row)", "\"a long remark of many words, hardly ever the same, number \(row)\"",
        "2024-\(row % 9 < 4 ? "0" : "1")\(row % 3)-1\(row % 8)".replacing("-00-", with: "-03-"), ["m", "f"][row % 2],
        "town\(row % 30)", ["00501", "10001", "94110"][row % 3], row % 5 == 0 ? "" : "\(row * 17 % 80)",
        "\(row % 4 == 0 ? "0" : "\((row * row) % 977)00")", row % 3 == 0 ? "C\(row)" : "", "5",
        row % 7 == 0 ? "yes" : "no",
        "€\(row % 9 + 1),\(100 + row)", row == 9 ? "unknown" : "\(Double(row % 50) / 4)", "\(row % 2)",
      ]
      text +=
        cells.joined(separator: ",").replacing("€\(row % 9 + 1),\(100 + row)", with: "\"€\(row % 9 + 1),\(100 + row)\"")
        + "\n"
    }
    return text
  }()

  @Test("a word that is a value of another column stands for no missing number")
  func marksOfOthers() throws {
    func columns(_ word: String) throws -> StartingColumns {
      let rows = (0..<60).map { "\($0 == 9 ? "unknown" : "\($0 * $0 % 31)"),\($0 % 3 == 0 ? word : "b"),\($0 % 2)\n" }
      return try #require(try config("rate,state,y\n" + rows.joined()).columns)
    }
    let taken = try columns("unknown"), free = try columns("a")
    #expect(taken.marks.isEmpty && taken.dropped.map(\.name) == ["rate"])
    #expect(free.marks == ["unknown"] && free.dropped.isEmpty)
  }

  @Test("each column's rule, and why")
  func columns() throws {
    let config = try config(Self.mixed), columns = try #require(config.columns)
    let expected: [(String, String, String)] = [
      ("id", #"{"role": "drop"}"#, "like an id"), ("name", #"{"role": "drop"}"#, "a word of its own"),
      ("note", #"{"role": "drop"}"#, "prose"), ("when", #"{"kind": "date"}"#, "dates"),
      ("sex", #"{"kind": "categorical", "unknown": "zeros"}"#, "2 different words"),
      ("town", #"{"kind": "categorical", "unknown": "zeros"}"#, "30 different words"),
      ("zip", #"{"kind": "categorical", "unknown": "zeros"}"#, "3 different codes"),
      ("age", #"{"missing": "median", "indicator": true}"#, "80 of 400 missing"),
      (
        "cabin", #"{"kind": "categorical", "missing": "category", "rare_below": 2, "unknown": "other"}"#,
        "whether it is there"
      ),
      ("same", #"{"role": "drop"}"#, "one value"), ("flag", #"{"kind": "boolean"}"#, "yes or no"),
      ("price", #"{"thousands": ",", "strip": ["€"]}"#, "numbers like €"),
      ("rate", #"{"missing": "median", "indicator": true}"#, "'unknown' taken for missing"),
    ]
    #expect(columns.entries.map(\.name) == expected.map(\.0))
    for (entry, (name, rule, why)) in zip(columns.entries, expected) {
      #expect(ConfigValue.object(entry.rule).compactText == rule, "\(name)")
      #expect(entry.comment.contains(why), "\(name): \(entry.comment)")
    }
    #expect(columns.plain == 1 && columns.features == 10 && columns.dropped.count == 4)
    let value = try value(config)
    #expect(value["data"]?["train"]?["missing_values"]?.compactText == #"["unknown"]"#)
    _ = try RunConfig(value)
  }

  @Test("rows without a target are left out, and its style is said")
  func targetRules() throws {
    let holes = try config(table { $0 % 9 == 0 ? "" : "\(Double($0 % 31) / 2)" })
    #expect(try value(holes)["data"]?["columns"]?.compactText == #"{"y": {"missing": "drop_row"}}"#)
    let style = try config(table { "\"\($0 % 31),5\"" })
    #expect(try value(style)["data"]?["columns"]?.compactText == #"{"y": {"decimal": ","}}"#)
  }

  @Test("delimiter and missing header are keys of the source")
  func dialect() throws {
    let text = (0..<40).map { "\($0 % 7);\($0 % 2)\n" }.joined()
    let config = try StartingConfig(survey(text), path: "t.csv", target: "1", name: "t", choice: nil)
    #expect(
      try value(config)["data"]?["train"]?.compactText
        == #"{"delimiter": ";", "format": "csv", "header": false, "path": "t.csv", "targets": 1}"#)
  }

  @Test("logarithms are proposed for numbers above 0 over several powers of ten, and not taken")
  func powersOfTen() throws {
    func text(_ value: (Int) -> String) throws -> String { try config(table(value)).text }
    let wide = try text { "\(pow(1.1, Double($0 * 53 % 97)))" }
    #expect(wide.contains(#"powers of ten: "log" learns ratios, and predicts medians"#), "\(wide)")
    #expect(wide.contains(#""normalize_targets": "standard""#))
    for other in [try text { "\(Double($0 * 53 % 97) / 3 - 9)" }, try text { "\(100 + Double($0 * 53 % 97) / 3)" }] {
      #expect(!other.contains("powers of ten"))
    }
  }

  @Test("the recipe for few and many rows", arguments: [5, 20, 150, 1000, 5000, 50_000, 5_000_000])
  func recipes(rows: Int) {
    let recipe = StartingRecipe(rows: rows, features: 10)
    #expect((recipe.validation == nil) == (rows < 20) && (recipe.patience == nil) == (rows < 20))
    #expect((10...200).contains(recipe.epochs) && recipe.batchSize >= 16)
    if let validation = recipe.validation { #expect(Int(Double(rows) * validation) >= 1) }
    #expect(recipe.hiddenUnits.count >= 2 && recipe.learningRate > 0)
  }

  @Test("arrays: images are flattened, targets are as many outputs")
  func arrays() throws {
    let text = table { "\(Double($0 * 53 % 97) / 3 - 9)" }, column = try survey(text).columns[1]
    let reading = try TargetReading(column, file: "y.npy", choice: nil, columns: 3)
    let config = StartingConfig(
      features: "x.npy", targets: "y.npy", shape: [8, 8], rows: 200, reading: reading, targetCount: 3, name: "x")
    let value = try value(config)
    guard case .array(let layers)? = value["model"]?["layers"] else {
      Issue.record("no layers")
      return
    }
    #expect(layers.first?["type"] == .string("flatten") && layers.last?["units"] == .integer(3))
    #expect(value["data"]?["columns"] == nil && value["data"]?["normalize"] == .string("standard"))
    _ = try RunConfig(value)
  }

  @Test("names of any characters stay what they are, and comments on their lines")
  func names() throws {
    let text = "\"a \"\"b\"\" // c\",\"x\\y\nz\",y\n" + (0..<50).map { ",u\($0 % 2),\($0 % 2)\n" }.joined()
    let value = try value(config(text))
    guard case .object(let members)? = value["data"]?["columns"] else {
      Issue.record("no columns")
      return
    }
    #expect(members.map(\.key) == [#"a "b" // c"#, "x\\y\nz"])
  }
}
