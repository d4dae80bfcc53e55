import Foundation
import TestSupport
import Testing

/// One table in several forms trains the same weights.
@Suite struct TableRunTests {
  private static func config(_ source: String) -> String {
    """
    {"data": {"train": {\(source), "targets": "y", "categorical": "c"}, "validation": {"fraction": 0.25}, "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense", "units": 3}]},
     "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.1},
     "training": {"epochs": 2, "global_batch_size": 16}}
    """
  }

  /// Rows of a table of numbers, a category and a class.
  private static let rows: [(a: Double, b: Int, c: String, y: Int)] = (0..<120).map { row in
    (Double(row * 7919 % 1000) / 8 - 50, row * row % 97 << (row % 40), ["red", "blue", "green"][row * 5 % 3], row % 3)
  }

  private static func text(_ range: Range<Int>, turned: Bool = false) -> String {
    let header = turned ? "y,c,b,a\n" : "a,b,c,y\n"
    return header
      + rows[range].map { turned ? "\($0.y),\($0.c),\($0.b),\($0.a)\n" : "\($0.a),\($0.b),\($0.c),\($0.y)\n" }.joined()
  }

  @Test("CSV in one file, in several, in gzip and zstd, and as a columnar table")
  func forms() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text(0..<120), to: "whole.csv")
    try folder.write(Self.text(0..<50), to: "part-1.csv")
    try folder.write(Self.text(50..<51, turned: true), to: "part-2.csv")
    try folder.write(Self.text(51..<120, turned: true), to: "part-3.csv")
    #expect(try Command.run(["gzip", folder.path + "/part-2.csv"]).status == 0)
    let made = try Command.run([
      Command.root + "/scripts/import-table", folder.path + "/whole.csv", folder.path + "/whole.table",
    ])
    #expect(made.status == 0 && made.output.isEmpty, "\(made.errors)")
    var hashes: [String] = []
    for (index, (source, ranks)) in [
      (#""format": "csv", "path": "whole.csv""#, 0), (#""format": "csv", "path": "part-*.csv*""#, 0),
      (#""format": "csv", "path": ["part-1.csv", "part-2.csv.gz", "part-[3].csv", "part-3.csv"]"#, 0),
      (#""format": "csv", "path": ["part-1.csv", "part-2.csv.gz", "part-3.csv"]"#, 2),
      (#""format": "table", "path": "whole.table""#, 0), (#""format": "table", "path": "whole.table/""#, 3),
    ].enumerated() {
      let config = try folder.write(Self.config(source), to: "config-\(index).json")
      let run = try Command.ptrain([config, "--quiet", "--output", folder.path + "/run-\(index)"], ranks: ranks)
      // A name with brackets is that name.
      guard index != 2 else {
        #expect(run.status == 66 && run.errors.contains("part-[3].csv: no such file"), "\(run.errors)")
        continue
      }
      #expect(run.status == 0, "\(run.errors)")
      hashes.append(run.output)
    }
    #expect(Set(hashes).count == 1 && hashes[0].hasPrefix("weights_sha256 "))
    // Mapped columns are the same.
    let mapped = try Command.ptrain(
      [
        folder.path + "/config-4.json", "--quiet", "--output", folder.path + "/mapped", "--set", "data.mapping=always",
      ], ranks: 2)
    #expect(mapped.status == 0 && mapped.output == hashes[0], "\(mapped.errors)")
    // A run's config holds its paths whole, a pattern as one, and its model evaluates the same rows from any form.
    let resolved = try String(contentsOfFile: folder.path + "/run-1/config.json", encoding: .utf8)
    #expect(resolved.contains("/part-*.csv*\""))
    #expect(!resolved.contains("\"part-"))
    let sources = try ["whole.csv", "part-*.csv*", "whole.table"].map { path in
      let format = path.hasSuffix("table") ? "table" : "csv"
      return try folder.write(
        #"{"format": "\#(format)", "path": "\#(path)", "targets": "y"}"#, to: "source-\(format)-\(path.count).json")
    }
    var outputs: [String] = []
    for source in sources {
      let evaluated = try Command.ptrain(["evaluate", folder.path + "/run-1", "--data", source])
      #expect(evaluated.status == 0, "\(evaluated.errors)")
      outputs.append(evaluated.output)
    }
    #expect(Set(outputs).count == 1 && !outputs[0].isEmpty)
  }

  @Test("import-table: SQLite and CSV without any package; what is wrong is one sentence, and nothing is left")
  func imports() throws {
    let folder = try TemporaryFolder()
    let script = Command.root + "/scripts/import-table"
    let made = try Command.run([
      "python3", "-c",
      """
      import sqlite3, sys
      connection = sqlite3.connect(sys.argv[1])
      connection.execute("create table t (a real, b integer, c text, y integer)")
      connection.executemany("insert into t values (?, ?, ?, ?)", [(i / 8, None if i == 3 else i, "ab"[i % 2], i % 3) for i in range(40)])
      connection.commit()
      """, folder.path + "/t.db",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let table = folder.path + "/t.table"
    let good = try Command.run([script, "sqlite:///" + folder.path + "/t.db", table, "--query", "select * from t"])
    #expect(good.status == 0, "\(good.errors)")
    let manifest = try String(contentsOfFile: table + "/table.json", encoding: .utf8)
    for part in [#""rows": 40"#, #""missing": "1.missing.bin""#, #""name": "a", "type": "float64""#] {
      #expect(manifest.contains(part), "\(manifest)")
    }
    let config = try folder.write(Self.config(#""format": "table", "path": "t.table""#), to: "config.json")
    let refused = try Command.ptrain(["check", config])
    #expect(refused.status == 65 && refused.errors.contains("row 3 (counted from 0), column 'b'"), "\(refused.errors)")
    let dropped = try Command.ptrain(["check", config, "--set", "data.missing=drop_row"])
    #expect(dropped.status == 0, "\(dropped.errors)")
    try folder.write("PAR1\u{0} no more", to: "t.parquet")
    try folder.write("a,b\n1\n", to: "ragged.csv")
    for (arguments, says) in [
      ([folder.path + "/t.db", table], "exists already"),
      ([folder.path + "/gone", folder.path + "/x"], "gone: no such file"),
      ([folder.path + "/t.db", folder.path + "/x"], "a query is needed"),
      ([folder.path + "/t.db", folder.path + "/x", "--query", "select z from t"], "no such column: z"),
      ([folder.path + "/ragged.csv", folder.path + "/x"], "record 2 has 1 fields, the header has 2"),
    ] {
      let bad = try Command.run([script] + arguments)
      #expect(
        bad.status == 1 && bad.errors.hasPrefix("scripts/import-table: ") && bad.errors.contains(says), "\(bad.errors)")
      #expect(bad.errors.split(separator: "\n").count == 1)
    }
    // Python without packages says which one is needed.
    let parquet = try Command.run(["python3", "-I", "-S", script, folder.path + "/t.parquet", folder.path + "/x"])
    #expect(
      parquet.status == 1 && parquet.errors.contains("install it with `python3 -m pip install pyarrow`"),
      "\(parquet.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasPrefix("x") || $0.hasSuffix(".tmp")
    }
    #expect(left.isEmpty, "\(left)")
  }
}
