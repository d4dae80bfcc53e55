import Foundation
import TestSupport
import Testing

/// Rows with missing values through check, train, evaluate and predict.
@Suite struct MissingValuesTests {
  static let rows = (0..<30).map {
    "\($0 % 7 == 3 ? "NA" : "\($0)"),\($0 % 4),\($0 % 11 == 5 ? "" : $0 % 2 == 0 ? "even" : "odd")"
  }

  @Test("rows are left out by name and count, and predictions stand beside their rows")
  func wholeRun() throws {
    let folder = try TemporaryFolder()
    let table = "a,b,y\n" + Self.rows.joined(separator: "\n") + "\n"
    try folder.write(table, to: "data.csv")
    try folder.write(#"{"format": "csv", "path": "data.csv", "targets": "y"}"#, to: "source.json")
    let config = try folder.write(
      """
      {"data": {"normalize": "none", "train": {"format": "csv", "path": "data.csv", "targets": "y"}, "missing": "drop_row",
                "test": {"format": "csv", "path": "data.csv", "targets": "y"}},
       "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
       "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": {"epochs": 1}}
      """, to: "config.json")
    let run = folder.path + "/run"
    let note = "data.csv: 7 of 30 rows are left out because values are missing ('a' 4, 'y' 3)"
    #expect(try Command.ptrain(["check", config]).output.contains(note))
    let trained = try Command.ptrain([config, "--output", run], ranks: 2)
    #expect(trained.status == 0 && trained.output.contains(note), "\(trained.errors)")
    for data in [[], ["--data", folder.path + "/source.json"]] {
      let evaluated = try Command.ptrain(["evaluate", run] + data)
      #expect(evaluated.output.contains(#""samples": 23"#) && evaluated.output.contains(#""dropped_rows": 7"#))
      #expect(evaluated.errors.contains("7 of 30 rows are left out"))
      let predicted = try Command.ptrain(["predict", run] + data)
      let lines = predicted.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
      // A row without a target has a prediction, one without a feature has none.
      #expect(lines.count == 30, "\(predicted.errors)")
      for (row, line) in lines.enumerated() { #expect((line == ",nan,nan") == (row % 7 == 3), "\(row): \(line)") }
      #expect(predicted.errors.contains("4 of 30 rows are left out because values are missing ('a' 4)"))
    }
    let file = folder.path + "/p.npy"
    #expect(try Command.ptrain(["predict", run, "--output", file]).status == 0)
    let bytes = try #require(FileManager.default.contents(atPath: file))
    #expect(String(decoding: bytes.prefix(128), as: UTF8.self).contains("(30, 2)"))
  }

  @Test("an array of bytes in gzip is in memory once")
  func memory() throws {
    let folder = try TemporaryFolder()
    func write(_ rows: Int, _ name: String) throws {
      let count = rows << 16
      let header: [UInt8] =
        [0, 0, 8, 2]
        + [UInt32(rows), 65536].flatMap { value in
          (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
      try folder.write(Data(header) + Data(count: count), to: name)
      let labels: [UInt8] = [0, 0, 8, 1, 0, 0, UInt8(rows >> 8), UInt8(rows & 255)] + (0..<rows).map { UInt8($0 % 2) }
      try folder.write(Data(labels), to: name + ".labels")
      let zipped = try Command.run(["gzip", "-1", "-k", folder.path + "/" + name])
      #expect(zipped.status == 0)
    }
    func peak(_ rows: Int) throws -> Double {
      try write(rows, "x\(rows)")
      let config = try folder.write(
        """
        {"data": {"train": {"format": "idx", "features": "x\(rows).gz", "targets": "x\(rows).labels"}, "validation": {"fraction": 0.2}},
         "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
         "optimizer": {"type": "sgd", "learning_rate": 0.001}, "training": {"steps": 1, "global_batch_size": 2}, "parallel": {"shards": 2}}
        """, to: "config.json")
      let run = folder.path + "/run\(rows)"
      let outcome = try Command.ptrain([config, "--output", run, "--threads", "1"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let summary = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")))
      return try #require((summary as? [String: Any])?["peak_rss_mb"] as? Double)
    }
    let small = try peak(16), large = try peak(1040), raw = Double(1024 << 16) / 1e6
    #expect(large - small < 1.3 * raw, "\(large) MB after \(small) MB for \(raw) MB more")
    #expect(large - small > 0.9 * raw, "the data must have been read")
  }
}
