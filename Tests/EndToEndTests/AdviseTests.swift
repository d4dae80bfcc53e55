import Foundation
import Specs
import TestSupport
import Testing

/// `ptrain advise`: the same answer on any number of ranks, and fragments that a config takes.
@Suite struct AdviseTests {
  /// Bundled tables with what is to be read from them, and losses of which one comes first.
  private static let tables: [(table: String, target: String, kind: String, first: [String])] = [
    ("diabetes.csv", "progression", "numbers", ["mse"]),
    ("outliers.csv", "y", "numbers", ["huber", "mae", "smooth_l1", "log_cosh"]),
    ("growth.csv", "y", "positive", ["gamma", "msle", "mae", "huber"]),
    ("counts.csv", "y", "counts", ["poisson"]),
    ("claims.csv", "y", "amounts", ["tweedie"]),
    ("breast_cancer.csv", "diagnosis", "binary", ["binary_cross_entropy"]),
    ("wine.csv", "cultivar", "classes", ["categorical_cross_entropy"]),
    ("penguins.csv", "species", "classes", ["categorical_cross_entropy"]),
  ]

  /// The last column of a bundled table.
  private static func target(_ name: String) throws -> String {
    let text = try String(contentsOfFile: Command.root + "/configs/data/" + name, encoding: .utf8)
    let names: [Substring]? = text.split(whereSeparator: \.isNewline).first?.split(separator: ",")
    return String(try #require(names?.last))
  }

  private static func advice(_ arguments: [String], ranks: Int = 0) throws -> ConfigValue {
    let outcome = try Command.ptrain(["advise", "--json"] + arguments, ranks: ranks)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try ConfigValue.parse(Data(outcome.output.utf8), file: "advice")
  }

  private static func text(_ value: ConfigValue?) -> String? {
    guard case .string(let text)? = value else { return nil }
    return text
  }

  private static func list(_ value: ConfigValue?) -> [ConfigValue] {
    guard case .array(let entries)? = value else { return [] }
    return entries
  }

  @Test("tables that come with the program: what the target is, and what comes first", arguments: tables.map(\.table))
  func bundled(table: String) throws {
    let entry = try #require(Self.tables.first { $0.table == table })
    let path = Command.root + "/configs/data/" + table
    let names = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).first?.split(
      separator: ",")
    let target = names?.contains { $0 == entry.target } == true ? entry.target : try Self.target(table)
    let advice = try Self.advice(["--data", path, "--target", target])
    #expect(Self.text(advice["reading"]?["kind"]) == entry.kind, "\(advice["reading"]?.compactText ?? "")")
    let losses = Self.list(advice["losses"]), first = try #require(losses.first)
    #expect(entry.first.contains(Self.text(first["type"]) ?? ""), "\(first.compactText)")
    // Each loss of the registry once.
    let kinds = (losses + Self.list(advice["ruled_out"])).compactMap { Self.text($0["type"]) }
    #expect(Set(kinds).count >= 20 && Set(losses.compactMap { Self.text($0["type"]) }).count == losses.count)
    #expect(Self.list(advice["ruled_out"]).allSatisfy { Self.text($0["reason"])?.isEmpty == false })
  }

  @Test(
    "the first fragments are taken by the config that init writes",
    arguments: ["diabetes.csv", "claims.csv", "wine.csv"])
  func fragments(table: String) throws {
    let folder = try TemporaryFolder(), path = Command.root + "/configs/data/" + table
    let target = try Self.target(table), config = folder.path + "/config.json"
    #expect(try Command.ptrain(["init", path, "--target", target, "--output", config, "--quiet"]).status == 0)
    let advice = try Self.advice([config])
    #expect(Self.text(advice["config_loss"]?["type"])?.isEmpty == false)
    let stated = try ConfigValue.parse(
      Data(contentsOf: URL(fileURLWithPath: config)), file: config, comments: .skipped)
    for loss in Self.list(advice["losses"]).prefix(3) {
      let fragment = try #require(loss["fragment"])
      var settings = [
        "loss=\(fragment["loss"]?.compactText ?? "")", "metrics=\(fragment["metrics"]?.compactText ?? "")",
      ]
      settings.append("data.normalize_targets=\(Self.text(loss["normalize_targets"]) ?? "none")")
      let layers = Self.list(stated["model"]?["layers"])
      settings.append("model.layers[\(layers.count - 1)].units=\(loss["units"]?.compactText ?? "1")")
      let checked = try Command.ptrain(["check", config] + settings.flatMap { ["--set", $0] })
      #expect(checked.status == 0, "\(fragment.compactText): \(checked.errors)")
    }
  }

  /// Ranks beside one: two, and more in the long runs.
  private static let ranks = ProcessInfo.processInfo.environment["PTRAIN_FULL"] == nil ? [2] : [2, 3, 4, 7]

  @Test("the same bytes on any number of ranks, of a config and of a table", arguments: [true, false])
  func sameBytes(isConfig: Bool) throws {
    let arguments =
      isConfig
      ? [Command.root + "/configs/diabetes.json"]
      : ["--data", Command.root + "/configs/data/counts.csv", "--target", try Self.target("counts.csv")]
    for flags in [["--json"], []] {
      let alone = try Command.ptrain(["advise"] + arguments + flags)
      #expect(alone.status == 0 && !alone.output.isEmpty, "\(alone.errors)")
      for ranks in Self.ranks {
        let together = try Command.ptrain(["advise"] + arguments + flags, ranks: ranks)
        #expect(together.status == 0 && together.output == alone.output, "\(ranks) ranks: \(together.errors)")
      }
    }
  }

  /// A config for rows of two numbers and a target.
  private static func config(_ folder: TemporaryFolder, _ rows: [String], loss: String, data: String = "") throws
    -> String
  {
    try folder.write("a,b,y\n" + rows.joined(separator: "\n") + "\n", to: "data.csv")
    return try folder.write(
      """
      {"data": {"train": {"format": "csv", "path": "data.csv", "targets": "y"}\(data)},
       "model": {"layers": [{"type": "dense", "units": 1}]}, \(loss)
       "optimizer": {"type": "sgd", "learning_rate": 0.01}}
      """, to: "config.json")
  }

  @Test("validation and test rows are not looked at: a value that rules a loss out there rules nothing out")
  func trainingRowsAlone() throws {
    // The last rows of time are for testing, and one of them is negative.
    let rows = (0..<200).map { row in
      "\(row),\(row * 7 % 13),\(row == 199 ? -5 : [0, 1, 2, 4, 7, 1, 3][row * row % 7] + row % 3)"
    }
    func ruledOut(_ data: String) throws -> ConfigValue? {
      let folder = try TemporaryFolder()
      let advice = try Self.advice([try Self.config(folder, rows, loss: #""loss": "mse","#, data: data)])
      return Self.list(advice["ruled_out"]).first {
        Self.text($0["type"]) == "poisson" && Self.text($0["sort"]) == "refused"
      }
    }
    #expect(try ruledOut(#", "test": {"fraction": 0.2, "time": "a"}"#) == nil)
    // Negative control: among the training rows it does, and says where it is.
    let out = try #require(try ruledOut(""))
    #expect(
      Self.text(out["place"]) == "line 201" && Self.text(out["reason"])?.contains("-5") == true, "\(out.compactText)")
  }

  @Test("a config without a loss, one whose loss cannot read the targets, costs and quantiles")
  func requests() throws {
    let numbers = (0..<120).map { "\($0 % 11),\($0 * 7 % 13),\(Double($0 * 37 % 101) / 8 - 4)" }
    let words = (0..<120).map { "\($0 % 11),\($0 * 7 % 13),\($0 * 37 % 101 < 30 ? "sick" : "well")" }
    let folder = try TemporaryFolder()
    let without = try Self.advice([try Self.config(folder, numbers, loss: "")])
    #expect(Self.text(without["reading"]?["kind"]) == "numbers" && without["config_loss"] == .null)
    let foreign = try Self.advice([try Self.config(folder, words, loss: #""loss": "mse","#)])
    #expect(Self.text(foreign["reading"]?["kind"]) == "binary", "\(foreign.compactText)")
    #expect(Self.text(foreign["losses"].map(Self.list)?.first?["type"]) == "binary_cross_entropy")
    let config = try Self.config(folder, numbers, loss: #""loss": "categorical_cross_entropy","#)
    let quantile = try Self.advice([config, "--cost-ratio", "3:1"])
    let first = try #require(Self.list(quantile["losses"]).first)
    #expect(
      first["fragment"]?["loss"]?.compactText == #"{"quantiles": [0.75], "type": "quantile"}"#, "\(first.compactText)")
    #expect(Self.text(quantile["functional"]?["kind"]) == "quantile:0.75")
  }

  @Test("the report: fragments whole, ASCII where the locale is, few lines; --quiet is the fragment alone")
  func report() throws {
    let config = Command.root + "/configs/diabetes.json"
    let report = try Command.ptrain(["advise", config], environment: ["LC_ALL": "C.UTF-8"])
    #expect(report.status == 0, "\(report.errors)")
    let lines = report.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 50 && lines.allSatisfy { $0.count <= 100 || $0.contains("\": ") }, "\(report.output)")
    #expect(report.output.contains("predicts") && report.output.contains("ruled out"))
    let plain = try Command.ptrain(["advise", config, "--all"], environment: ["LC_ALL": "C"])
    #expect(plain.status == 0 && plain.output.utf8.allSatisfy { $0 < 0x80 }, "\(plain.output)")
    #expect(plain.output.split(separator: "\n").count > lines.count)
    let quiet = try Command.ptrain(["advise", config, "--quiet"])
    #expect(quiet.status == 0 && quiet.output.contains(#""loss": {"type": "#), "\(quiet.output)")
    #expect(quiet.output.split(separator: "\n").count <= 3)
  }

  @Test("--check compares the first three on folds of the training rows: the same bytes on 1 and 2 ranks")
  func check() throws {
    let rows = (0..<80).map { "\($0 % 11),\($0 * 7 % 13),\(Double($0 % 11) / 2 + Double($0 * 37 % 101) / 40)" }
    let folder = try TemporaryFolder(), config = try Self.config(folder, rows, loss: #""loss": "mse","#)
    let arguments = ["advise", config, "--check", "--json", "--set", "training.epochs=2"]
    let alone = try Command.ptrain(arguments), together = try Command.ptrain(arguments, ranks: 2)
    #expect(
      alone.status == 0 && together.status == 0 && alone.output == together.output, "\(alone.errors) \(together.errors)"
    )
    let advice = try ConfigValue.parse(Data(alone.output.utf8), file: "advice")
    let losses = Self.list(advice["losses"]).prefix(3).compactMap { Self.text($0["type"]) }
    #expect(Self.list(advice["check"]?["losses"]).compactMap { Self.text($0["type"]) } == losses, "\(alone.output)")
    #expect(advice["check"]?["held"] != nil && Self.text(advice["check"]?["metric"])?.isEmpty == false)
    let report = try Command.ptrain(
      ["advise", config, "--check", "--set", "training.epochs=2"], environment: ["LC_ALL": "C"])
    #expect(report.status == 0 && report.output.contains("\ncheck     by "), "\(report.errors)")
    #expect(report.output.split(separator: "\n").last?.contains("the advice ") == true, "\(report.output)")
  }

  @Test("one column of shares: what is advised first reads them")
  func shares() throws {
    let rows = (0..<120).map { "\($0 % 11),\($0 * 7 % 13),\(Double($0 % 11 * 8 + $0 * 7 % 13 + 1) / 101)" }
    let folder = try TemporaryFolder()
    let config = try Self.config(folder, rows, loss: #""loss": {"type": "binary_cross_entropy", "shares": true},"#)
    let advice = try Self.advice([config])
    #expect(Self.text(advice["reading"]?["kind"]) == "shares", "\(advice["reading"]?.compactText ?? "")")
    #expect(Self.text(Self.list(advice["losses"]).first?["type"]) == "binary_cross_entropy")
    let trained = try Command.ptrain([
      config, "--output", folder.path + "/run", "--quiet", "--set", "training.epochs=2",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
  }

  // MARK: - What check knows

  private static func checked(_ rows: [String], loss: String, data: String = "", layer: String = "") throws -> String {
    let folder = try TemporaryFolder()
    let path = try config(folder, rows, loss: #""loss": "\#(loss)","#, data: data)
    let outcome = try Command.ptrain(
      ["check", path] + (layer.isEmpty ? [] : ["--set", "model.layers[0].activation=\(layer)"]))
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").filter { $0.hasPrefix("advice ") }.joined(separator: "\n")
  }

  @Test("check says where a config is visibly wrong, and nothing else")
  func remarks() throws {
    let counts = (0..<100).map { "\($0 % 11),\($0 * 7 % 13),\(max(0, $0 * 13 % 29 - 20))" }
    let large = (0..<100).map { "\($0 % 11),\(100_000 + $0),\($0 % 2)" }
    #expect(
      try Self.checked(counts, loss: "mse").contains(
        "% of the training targets are 0, the others counts up to 8: 'mse'"))
    #expect(try Self.checked(counts, loss: "poisson").isEmpty)
    #expect(
      try Self.checked(counts, loss: "poisson", layer: "relu")
        .contains("model.layers[0]: the last layer ends with 'relu', and 'poisson' takes"))
    let unscaled = try Self.checked(large, loss: "binary_cross_entropy", data: #", "normalize": "none""#)
    #expect(unscaled.contains("column 'b' reaches the network with values of a size around 100000"), "\(unscaled)")
    #expect(try Self.checked(large, loss: "binary_cross_entropy").isEmpty)
  }
}
