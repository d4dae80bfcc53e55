import Foundation
import TestSupport
import Testing

/// `evaluate RUN FILE` and `predict RUN FILE`: a data file by itself, read as the training source was.
@Suite struct PlainFileTests {
  /// A run, and what its model makes of its training table.
  final class Trained: Sendable {
    let folder: TemporaryFolder
    let run: String

    /// - Parameters:
    ///   - table: what is trained on, and tested on.
    ///   - keys: of its source, beside `format` and `path`.
    init(_ table: String, keys: String, more: String = "") throws {
      folder = try TemporaryFolder()
      try folder.write(table, to: "train.csv")
      let source = #"{"format": "csv", "path": "train.csv", \#(keys)}"#
      let config = try folder.write(
        """
        // A comment, and short kinds.
        {"seed": 3, "data": {"train": \(source), "test": \(source)}, // the same rows
         "model": {"layers": [{"type": "dense", "units": 5, "activation": "tanh"}, {"type": "dense", "units": 2}]},
         "loss": "categorical_cross_entropy", "optimizer": "adam", "training": {"epochs": 3, "global_batch_size": 8},
         "metrics": ["accuracy"]\(more)}
        """, to: "config.json")
      run = folder.path + "/run"
      let outcome = try Command.ptrain([config, "--quiet", "--output", run])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }

    func file(_ text: String, _ name: String = "new.csv") throws -> String { try folder.write(text, to: name) }

    func predict(_ more: [String], ranks: Int = 0) throws -> Command.Outcome {
      try Command.ptrain(["predict", run] + more, ranks: ranks)
    }

    /// With a text on standard input.
    func piped(_ file: String, _ command: String, ranks: Int = 0) throws -> Command.Outcome {
      let launch = ranks == 0 ? "" : "mpirun -n \(ranks) --bind-to none "
      return try Command.run(["sh", "-c", "cat '\(file)' | \(launch)'\(Command.ptrain)' \(command) '\(run)' -"])
    }
  }

  /// Columns by name; `c` names a category, `w` the weight.
  private static let columns: [(name: String, cells: [String])] = [
    ("a", (0..<24).map { "\(Double($0 * 7 % 11) / 4)" }), ("c", (0..<24).map { ["red", "blue", "x;y"][$0 % 3] }),
    ("b", (0..<24).map { "\($0 * 5 % 7)" }), ("y", (0..<24).map { $0 * 7 % 11 > 5 ? "yes" : "no" }),
    ("w", (0..<24).map { "\(1 + $0 % 2)" }),
  ]

  private static func table(_ order: [String], separator: String = ";", header: Bool = true) -> String {
    let chosen = order.compactMap { name in columns.first { $0.name == name } }
    func cell(_ text: String) -> String { text.contains(separator) ? "\"\(text)\"" : text }
    return (header ? chosen.map(\.name).joined(separator: separator) + "\n" : "")
      + (0..<24).map { row in chosen.map { cell($0.cells[row]) }.joined(separator: separator) + "\n" }.joined()
  }

  private static let named = try? Trained(
    table(["a", "c", "b", "y", "w"]),
    keys: #""targets": "y", "sample_weight": "w", "categorical": "c", "delimiter": ";""#)

  @Test("columns are found by name, in any order, with others between; targets and weights may be missing for predict")
  func byName() throws {
    let trained = try #require(Self.named)
    let own = try trained.predict([])
    #expect(own.status == 0 && own.output.split(separator: "\n").count == 25, "\(own.errors)")
    for order in [["a", "c", "b", "y", "w"], ["y", "b", "a", "c"], ["c", "b", "a"], ["w", "c", "b", "a"]] {
      let file = try trained.file(Self.table(order))
      #expect(try trained.predict([file]).output == own.output, "\(order)")
    }
    // Bad targets are not looked at.
    let bad = try trained.file(Self.table(["a", "c", "b", "y"]).replacing("yes", with: "?"))
    #expect(try trained.predict([bad]).output == own.output)
    // A model by itself finds the config beside it.
    let model = trained.run + "/model.safetensors", plain = try trained.file(Self.table(["c", "b", "a"]))
    #expect(try Command.ptrain(["predict", model, plain]).output == own.output)
  }

  @Test("evaluate uses targets and weights of the file")
  func evaluate() throws {
    let trained = try #require(Self.named)
    let own = try Command.ptrain(["evaluate", trained.run])
    let file = try trained.file(Self.table(["w", "y", "c", "b", "a"]))
    let again = try Command.ptrain(["evaluate", trained.run, file])
    #expect(again.status == 0 && again.output == own.output, "\(again.errors)")
    let half = try trained.file(
      Self.table(["w", "y", "c", "b", "a"]).split(separator: "\n").prefix(13).joined(separator: "\n"), "half.csv")
    let other = try Command.ptrain(["evaluate", trained.run, half])
    #expect(other.status == 0 && other.output.contains("\"samples\": 12"), "negative control: \(other.output)")
  }

  @Test("standard input: alone and under 2 ranks, gzip or not, one output")
  func standardInput() throws {
    let trained = try #require(Self.named)
    let own = try trained.predict([]), evaluated = try Command.ptrain(["evaluate", trained.run])
    let file = try trained.file(Self.table(["y", "b", "a", "c", "w"]), "piped.csv")
    for ranks in [0, 2] {
      #expect(try trained.piped(file, "predict", ranks: ranks).output == own.output, "\(ranks)")
      #expect(try trained.piped(file, "evaluate", ranks: ranks).output == evaluated.output, "\(ranks)")
      #expect(try trained.predict([file], ranks: ranks).output == own.output, "\(ranks)")
    }
    let packed = trained.folder.path + "/packed.csv.gz"
    #expect(try Command.run(["sh", "-c", "gzip -c '\(file)' > '\(packed)'"]).status == 0)
    #expect(try trained.piped(packed, "predict").output == own.output)
    let redirected = try Command.run(["sh", "-c", "'\(Command.ptrain)' predict '\(trained.run)' - < '\(file)'"])
    #expect(redirected.output == own.output, "\(redirected.errors)")
  }

  @Test("a table without header is read by position, with its targets or without")
  func withoutHeader() throws {
    let trained = try Trained(
      Self.table(["y", "a", "b"], separator: ",", header: false), keys: #""targets": 0, "header": false"#)
    let own = try trained.predict([])
    #expect(own.status == 0 && own.output.split(separator: "\n").count == 25, "\(own.errors)")
    for order in [["y", "a", "b"], ["a", "b"]] {
      let file = try trained.file(Self.table(order, separator: ",", header: false))
      #expect(try trained.predict([file]).output == own.output, "\(order)")
    }
    let lacking = try trained.file(Self.table(["a", "b"], separator: ",", header: false))
    let refused = try Command.ptrain(["evaluate", trained.run, lacking])
    #expect(refused.status == 65 && refused.complaints.count == 1, "\(refused.errors)")
    #expect(refused.errors.contains("the training source's targets, and an evaluation needs"), "\(refused.errors)")
  }

  @Test("names that are numbers")
  func numberNames() throws {
    let text = Self.table(["a", "b", "y"], separator: ",").replacing("a,b,y", with: "10,20,30")
    let trained = try Trained(text, keys: #""targets": "30", "header": true"#)
    let own = try trained.predict([])
    let swapped = Self.table(["b", "a"], separator: ",").replacing("b,a", with: "20,10")
    let other = try trained.predict([try trained.file(swapped)])
    #expect(own.status == 0 && other.output == own.output, "\(own.errors)")
  }

  @Test("what cannot be used is one sentence, alone and under 2 ranks")
  func refused() throws {
    let trained = try #require(Self.named)
    let good = try trained.file(Self.table(["c", "b", "a"]), "good.csv")
    let bad = try trained.file("a;b;c\n1;2;red\n1;oops;red\n", "bad.csv")
    let misnamed = try trained.file(Self.table(["c", "b", "a"]).replacing("c;b;a", with: "c;b;A"), "misnamed.csv")
    let source = try trained.file(#"{"format": "csv", "path": "good.csv"}"#, "source.json")
    let empty = try trained.file("", "empty.csv")
    let cases: [(line: [String], code: Int32, says: String)] = [
      (["evaluate", trained.run, good], 65, "good.csv: has no column 'y', the target of the training source"),
      (["predict", trained.run, misnamed], 65, "misnamed.csv: has no column 'a'"),
      (["predict", trained.run, bad], 65, "bad.csv: line 3"),
      (["predict", trained.run, "absent.csv"], 66, "absent.csv"), (["predict", trained.run, empty], 65, "empty.csv: "),
      (["predict", trained.run, good, "--data", source], 64, "give one of them"),
      (["predict", trained.run, good, "more"], 64, "more"), (["predict", trained.run, source], 65, "source.json: "),
      (["predict", trained.run, trained.folder.path], 66, "directory"),
    ]
    for entry in cases {
      for ranks in [0, 2] {
        let outcome = try Command.ptrain(entry.line, ranks: ranks)
        #expect(outcome.status == entry.code, "\(entry.line): \(outcome.errors)")
        #expect(
          outcome.complaints.count == 1 && outcome.errors.contains(entry.says), "\(entry.line): \(outcome.errors)")
      }
    }
    let piped = try trained.piped(bad, "predict")
    #expect(piped.status == 65 && piped.errors.contains("standard input: line 3"), "\(piped.errors)")
    let nothing = try trained.piped(empty, "predict", ranks: 2)
    #expect(nothing.status == 65 && nothing.errors.contains("standard input: "), "\(nothing.errors)")
    let alone = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: trained.run + "/model.safetensors", toPath: alone.path + "/model.safetensors")
    let model = try Command.ptrain(["predict", alone.path + "/model.safetensors", good])
    #expect(model.status == 66 && model.errors.contains("nothing says how"), "\(model.errors)")
  }

  @Test("a source.json may hold comments; what ptrain wrote may not")
  func comments() throws {
    let trained = try #require(Self.named)
    _ = try trained.file(Self.table(["c", "b", "a"]), "good.csv")
    let source = try trained.file(
      "// the same\n{\"format\": \"csv\", // semicolons\n \"path\": \"good.csv\", \"delimiter\": \";\"}\n",
      "commented.json")
    #expect(try trained.predict(["--data", source]).output == (try trained.predict([]).output))
    let config = trained.run + "/config.json"
    let text = try String(contentsOfFile: config, encoding: .utf8)
    #expect(!text.contains("//") && text.contains(#""type": "adam""#))
  }
}
