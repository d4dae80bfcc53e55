import Foundation
import TestSupport
import Testing

/// `ptrain init` and the columns that `ptrain check` shows: what it writes is fine, and trains.
@Suite struct InitTests {
  /// A table for each kind of target: its name, the target's values, what is said of it.
  private static let targets: [(name: String, value: @Sendable (Int) -> String, loss: String)] = [
    ("two", { $0 * 7 % 5 < 2 ? "yes" : "no" }, "binary_cross_entropy"),
    ("classes", { ["red", "green", "blue"][$0 * 7 % 3] }, "categorical_cross_entropy"),
    ("counts", { "\(max(0, ($0 * 13 % 29) / 3 - 4))" }, "poisson"),
    ("numbers", { "\(Double($0 * 53 % 97) / 3 - 9)" }, "mse"),
    ("tails", { $0 % 90 == 1 ? "5000.5" : "\(Double($0 * 53 % 97) / 3)" }, "huber"),
  ]

  private static func table(_ target: (Int) -> String) -> String {
    "id,size,when,town,\"fee, €\",open,y\n"
      + (0..<200).map { row in
        let size = row % 11 == 0 ? "NA" : "\(Double(row * 37 % 101) / 8)"
        let day = "2024-0\(row % 9 + 1)-1\(row % 10)"
        let town = row % 13 == 0 ? "" : "town\(row % 4)", fee = "\"€\(row % 9 + 1),\(100 + row)\""
        return "\(row + 1),\(size),\(day),\(town),\(fee),\(row % 3 == 0 ? "yes" : "no"),\(target(row))\n"
      }.joined()
  }

  @Test("the config that it writes passes check and trains, for every kind of target", arguments: targets.map(\.name))
  func everyTarget(name: String) throws {
    let (_, value, loss) = try #require(Self.targets.first { $0.name == name })
    let folder = try TemporaryFolder(), table = try folder.write(Self.table(value), to: "data.csv")
    let config = folder.path + "/config.json"
    let started = try Command.ptrain(["init", table, "--target", "y", "--output", config])
    #expect(started.status == 0, "\(started.errors)")
    #expect(started.output.contains("loss \(loss)") && started.output.contains("'id' (a number of its own"))
    let checked = try Command.ptrain(["check", config], environment: ["LC_ALL": "C"])
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.hasSuffix("the config is fine\n") && checked.output.contains("columns of"))
    let trained = try Command.ptrain([
      config, "--output", folder.path + "/run", "--quiet", "--set", "training.epochs=2",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
  }

  /// Cells of columns that tables have and nobody expects, by row.
  private static let columns: [(name: String, cell: @Sendable (Int) -> String)] = [
    ("unit", { "\(Double($0 * 37 % 101) / 101)" }), ("huge", { "\($0 * 31 % 17 - 4)e\([30, 38, 40, 307][$0 % 4])" }),
    ("tiny", { "\($0 * 31 % 17 - 4)e-\([30, 39, 44, 320][$0 % 4])" }), ("wide", { "1e\($0 * 7 % 60 - 30)" }),
    ("shifted", { "1000000000000000\($0 * 7 % 10)" }), ("constant", { _ in "7" }), ("none", { _ in "" }),
    ("id", { "\($0)" }), ("name", { "u\($0)x" }), ("word", { ["a", "b", "no"][$0 * 7 % 3] }),
    ("date", { "2024-0\($0 % 9 + 1)-1\($0 % 7)" }), ("infinite", { ["1", "inf", "2.5", "-inf"][$0 * 3 % 4] }),
    ("holes", { $0 % 3 == 0 ? "" : "\($0 * 5 % 9).5" }), ("amount", { $0 % 2 == 0 ? "0" : "\($0 * 5 % 9).25" }),
    ("one", { $0 == 0 ? "1" : "0" }), ("code", { "0\($0 * 7 % 40)" }),
    ("style", { ["\"1,234\"", "€5", "12%"][$0 % 3] }), ("quoted", { $0 % 2 == 0 ? "\"a,\"\"b\"" : "\" \"" }),
  ]

  @Test(
    "whatever it writes passes check and trains; what it refuses is one sentence and no file",
    arguments: [1, 2, 7, 25, 60])
  func everyTable(rows: Int) throws {
    let folder = try TemporaryFolder(), config = folder.path + "/config.json"
    var written = 0, refused = 0
    for (number, target) in Self.columns.enumerated() {
      // Each column is a target once, beside others than before; alone now and then.
      var all = [target]
      for place in number % 5 == 4 ? [] : [0, number + rows + 1, number + 3 * (rows + 1)] {
        let column = Self.columns[place % Self.columns.count]
        if !all.contains(where: { $0.name == column.name }) { all.insert(column, at: 0) }
      }
      let lines =
        [all.map(\.name).joined(separator: ",")]
        + (0..<rows).map { row in
          all.map { $0.cell(row) }.joined(separator: ",")
        }
      let table = try folder.write(lines.joined(separator: "\n") + "\n", to: "data.csv")
      let task = number % 4 == 0 ? ["--task", rows % 2 == 0 ? "classification" : "regression"] : []
      let started = try Command.ptrain(["init", table, "--target", target.name, "--output", config, "--quiet"] + task)
      guard started.status == 0 else {
        refused += 1
        #expect(started.status == 65 && started.complaints.count == 1, "\(lines): \(started.errors)")
        #expect(!FileManager.default.fileExists(atPath: config))
        continue
      }
      written += 1
      let checked = try Command.ptrain(["check", config, "--quiet"])
      #expect(checked.status == 0, "\(lines): \(checked.errors)")
      let trained = try Command.ptrain([
        config, "--output", folder.path + "/run\(number)", "--quiet", "--set", "training.epochs=1",
      ])
      #expect(trained.status == 0, "\(lines): \(trained.errors)")
      try FileManager.default.removeItem(atPath: config)
    }
    // Neither answer is the only one.
    #expect(refused > 0 && (written > 0 || rows == 1), "\(written), \(refused)")
  }

  @Test("a file that is there stays, unless --force; - is standard output; paths start from the config")
  func output() throws {
    let folder = try TemporaryFolder()
    let table = try folder.write(Self.table { "\($0 % 2)" }, to: "data.csv")
    let config = try folder.write("mine", to: "config.json")
    let refused = try Command.ptrain(["init", table, "--target", "y", "--output", config])
    #expect(refused.status == 64 && refused.complaints.first?.contains("--force") == true, "\(refused.errors)")
    #expect(try String(contentsOfFile: config, encoding: .utf8) == "mine")
    #expect(try Command.ptrain(["init", table, "--target", "y", "--output", config, "--force"]).status == 0)
    let text = try String(contentsOfFile: config, encoding: .utf8)
    let printed = try Command.ptrain(["init", table, "--target", "y", "--output", "-"])
    #expect(printed.status == 0 && printed.output == text)
    // From another directory, both relative.
    try FileManager.default.createDirectory(atPath: folder.path + "/configs", withIntermediateDirectories: true)
    let line = "cd '\(folder.path)' && '\(Command.ptrain)' init data.csv --target y --output configs/a.json --quiet"
    let relative = try Command.run(["sh", "-c", line])
    #expect(relative.status == 0 && relative.output.isEmpty, "\(relative.errors)")
    let written = try String(contentsOfFile: folder.path + "/configs/a.json", encoding: .utf8)
    #expect(written.contains(#""path": "../data.csv""#), "\(written)")
  }

  @Test("without a target the columns are listed, and one is suggested")
  func list() throws {
    let folder = try TemporaryFolder()
    let table = try folder.write("a,species,b\n1,x,2\n2,y,3\n", to: "data.csv")
    let listed = try Command.ptrain(["init", table], environment: ["LC_ALL": "C.UTF-8"])
    #expect(listed.status == 64 && listed.complaints.first?.contains("--target 'species'") == true, "\(listed.errors)")
    #expect(listed.output.contains("species  feature  categorical"), "\(listed.output)")
    #expect(!FileManager.default.fileExists(atPath: "config.json"))
  }

  @Test(
    "one sentence and the exit code",
    arguments: [
      (["t.csv", "--target", "z"], 64, "has no such column"),
      (["t.csv", "--target", "y", "--task", "both"], 64, "expected classification or regression"),
      (["t.csv", "--target", "y", "--delimiter", "ab"], 64, "expected one character"),
      (["t.csv", "--target", "same"], 65, "has one value in all rows"),
      (["t.csv", "--target", "word", "--task", "regression"], 65, "needs numbers"),
      (["t.csv", "--target", "half", "--task", "classification"], 65, "numbers with fractions"),
      (["none.csv", "--target", "y"], 66, "none.csv"), (["empty.csv", "--target", "y"], 65, "empty.csv"),
      (["ragged.csv", "--target", "y"], 65, "line 3"), (["x.npy"], 64, "--targets"),
      (["t.csv", "--targets", "y.npy"], 64, "--target"), (["zip.csv", "--target", "y"], 65, "zip.csv"),
      // Rows 1 and 11 are to watch the training: no failure but that of a part without rows gives them up.
      (["rare.csv", "--target", "y"], 65, "rare.csv: column 'rare' is missing in every training row"),
    ] as [([String], Int32, String)])
  func errors(arguments: [String], code: Int32, says: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "same,word,half,yy,y\n" + (0..<30).map { "5,w\($0 % 3),\($0).5,1,\($0 % 2)\n" }.joined(), to: "t.csv")
    try folder.write("", to: "empty.csv")
    try folder.write("a,y\n1,2\n3\n", to: "ragged.csv")
    try folder.write(
      "a,rare,y\n"
        + (0..<25).map { "\($0 * 7 % 11).5,\([1, 11].contains($0) ? "\($0).5" : ""),\($0 * 5 % 13).25\n" }
        .joined(), to: "rare.csv")
    try folder.write("PK\u{3}\u{4}\u{14}\u{0}", to: "zip.csv")
    let output = folder.path + "/config.json"
    let outcome = try Command.ptrain(
      ["init", folder.path + "/" + arguments[0]] + arguments.dropFirst() + ["--output", output])
    #expect(outcome.status == code, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1 && outcome.complaints.first?.contains(says) == true, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  /// 60 rows of two numbers, and whether their sum is large.
  private static func tensors() -> Data {
    let rows = (0..<60).map { (row: Int) -> (Float, Float) in (Float(row % 7), Float(row * 11 % 13)) }
    let header =
      #"{"inputs":{"dtype":"F32","shape":[60,2],"data_offsets":[0,480]},"label":{"dtype":"U8","shape":[60],"data_offsets":[480,540]}}"#
    let size = header.utf8.count
    var bytes = (0..<8).map { (place: Int) -> UInt8 in UInt8(truncatingIfNeeded: size >> (8 * place)) }
    bytes += Array(header.utf8)
    for (a, b) in rows {
      for number in [a, b] { bytes += (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) } }
    }
    return Data(bytes + rows.map { (row: (Float, Float)) -> UInt8 in row.0 + row.1 > 9 ? 1 : 0 })
  }

  @Test("a file of arrays: they are listed with a likely pair; with both named the config is fine")
  func arrays() throws {
    let folder = try TemporaryFolder(), config = folder.path + "/config.json", file = folder.path + "/d.safetensors"
    try folder.write(Self.tensors(), to: "d.safetensors")
    let listed = try Command.ptrain(["init", file, "--output", config])
    #expect(listed.status == 64 && listed.complaints.count == 1, "\(listed.errors)")
    #expect(listed.complaints.first?.contains("--features 'inputs' --targets 'label'") == true, "\(listed.errors)")
    #expect(listed.output.contains("inputs  60 × 2"), "\(listed.output)")
    let started = try Command.ptrain(["init", file, "--features", "inputs", "--targets", "label", "--output", config])
    #expect(started.status == 0 && started.output.contains("'label' is taken for two classes"), "\(started.errors)")
    let checked = try Command.ptrain(["check", config])
    #expect(checked.status == 0, "\(checked.errors)")
    let column = try Command.ptrain(["init", file, "--target", "label", "--output", config + ".new"])
    #expect(column.status == 64 && column.complaints.first?.contains("--features and --targets") == true)
  }

  @Test("rows of labels and pairs, with indices from 0 too", arguments: [0, 1])
  func pairs(first: Int) throws {
    let folder = try TemporaryFolder(), config = folder.path + "/config.json"
    let rows = (0..<60).map { "\($0 % 2) \($0 % 3 + first):1 \($0 % 5 + 3 + first):2.5\n" }
    let file = try folder.write(rows.joined(), to: "d.svm")
    let started = try Command.ptrain(["init", file, "--output", config])
    #expect(started.status == 0, "\(started.errors)")
    let text = try String(contentsOfFile: config, encoding: .utf8)
    #expect(text.contains("zero_based") == (first == 0) && text.contains("minmax"), "\(text)")
    let checked = try Command.ptrain(["check", config])
    #expect(checked.status == 0, "\(checked.errors)")
  }

  @Test("cells between tabs are told by themselves")
  func tabs() throws {
    let folder = try TemporaryFolder(), config = folder.path + "/config.json"
    let file = try folder.write("a\ty\n" + (0..<40).map { "\($0 * 7 % 11)\t\($0 % 2)\n" }.joined(), to: "d.tsv")
    #expect(try Command.ptrain(["init", file, "--target", "y", "--output", config]).status == 0)
    let checked = try Command.ptrain(["check", config])
    #expect(checked.status == 0, "\(checked.errors)")
  }

  // MARK: - The columns that check shows

  private static func checked(_ table: String, _ data: String, locale: String) throws -> Command.Outcome {
    let folder = try TemporaryFolder()
    try folder.write(table, to: "data.csv")
    let config = try folder.write(
      """
      {"name": "t", "data": \(data), "model": {"layers": [{"type": "dense", "units": 2}]},
       "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.1}}
      """, to: "config.json")
    return try Command.ptrain(["check", config], environment: ["LC_ALL": locale])
  }

  private static let plainTable =
    "size,colour,fixed,w,y\n"
    + (0..<100).map { "\($0 * $0 % 37),\(["red", "blue"][$0 * 7 % 5 % 2]),4,\($0 % 2 + 1),\($0 * 11 % 7 % 2)\n" }
    .joined()

  private static let plainData =
    #"{"train": {"format": "csv", "path": "data.csv", "targets": "y", "categorical": "colour", "sample_weight": "w"}}"#

  /// What is shown in a locale of UTF-8.
  private static let golden = """
    columns of data.csv, 100 rows
    column         role     kind         missing  distinct  minimum  median  maximum  zeros  values
    size           feature  numeric            0        19        0    18.5       36     3%  ▇▅▅▆▃▃▃█▃█
    colour         feature  categorical        0         2                                   █▆
    fixed          feature  numeric            0         1        4       4        4     0%  █
    y              target   numeric            0         2        0       0        1    58%  █        ▆
    sample_weight  weight   numeric            0         2        1     1.5        2     0%  █        █
    ! column 'fixed' has one value in all rows (4): it says nothing: {"fixed": {"role": "drop"}}

    """

  @Test("the columns of a table, in UTF-8 and in ASCII")
  func columns() throws {
    let shown = try Self.checked(Self.plainTable, Self.plainData, locale: "C.UTF-8")
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output.hasPrefix(Self.golden), "\(shown.output)")
    let plain = try Self.checked(Self.plainTable, Self.plainData, locale: "C")
    #expect(plain.status == 0 && plain.output.hasSuffix("the config is fine\n"), "\(plain.errors)")
    let table = plain.output.split(separator: "\n").prefix(7).joined()
    #expect(table.utf8.allSatisfy { $0 < 0x80 } && table.contains("@"), "\(plain.output)")
  }

  @Test("of many columns forty are shown")
  func many() throws {
    let names = (0..<60).map { "c\($0)" }
    let table =
      names.joined(separator: ",") + ",y\n"
      + (0..<30).map { row in names.indices.map { "\(row * ($0 + 3) % 17)" }.joined(separator: ",") + ",\(row % 2)\n" }
      .joined()
    let shown = try Self.checked(
      table, #"{"train": {"format": "csv", "path": "data.csv", "targets": "y"}}"#, locale: "C.UTF-8")
    #expect(shown.status == 0 && shown.output.contains("\n… and 21 more\n"), "\(shown.output)")
    #expect(shown.output.split(separator: "\n").allSatisfy { $0.count <= 120 || $0.contains("\"columns\"") })
  }

  @Test("a table that is refused is shown with all that keeps it from being read, and what mends it; then one sentence")
  func refused() throws {
    let table =
      "a,b,c,y\n"
      + (0..<30).map { "\($0 == 3 ? "" : "\($0)"),\($0)%,\($0 == 5 ? "oops" : "\($0)"),\($0 % 2)\n" }.joined()
    let shown = try Self.checked(
      table, #"{"train": {"format": "csv", "path": "data.csv", "targets": "y"}}"#, locale: "C.UTF-8")
    #expect(shown.status == 65 && shown.complaints.count == 1, "\(shown.errors)")
    for text in [
      "by the text of their cells", "! column 'a' misses 1 of 30 values", "! column 'b' holds numbers that are written",
      "! column 'c' holds numbers, but for 1 of 30 cells ('oops' in line 7)", #"{"b": {"strip": ["%"]}}"#,
      #"  "columns": {"a": {"missing": "median", "indicator": true}, "b": {"strip": ["%"]}, "c": {"missing": "median"}}"#,
    ] {
      #expect(shown.output.contains(text), "\(text): \(shown.output)")
    }
  }
}
