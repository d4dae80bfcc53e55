import Foundation
import TestSupport
import Testing

/// Bad input: each case exactly one line that starts with `ptrain: `, and the right exit code, alone and under four ranks.
@Suite(.serialized) struct ErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// What is put into the good config, as `--set` says it.
    var overrides: [String] = []
    /// Files to write before, by name; a config named config.json replaces the good one.
    var files: [String: [UInt8]] = [:]
    var arguments: [String] = ["config.json"]
    var code: Int32
    /// A part of the sentence.
    var says: String
    var testDescription: String { name }
  }

  static func set(_ key: String, _ value: String, _ code: Int32 = 78, says: String) -> Case {
    Case(name: "\(key)=\(value)", overrides: ["\(key)=\(value)"], code: code, says: says)
  }

  static func csv(_ name: String, _ text: String, _ code: Int32 = 65, says: String) -> Case {
    Case(name: "csv: \(name)", files: ["data.csv": Array(text.utf8)], code: code, says: says)
  }

  static func config(_ name: String, _ text: String, _ code: Int32 = 78, says: String) -> Case {
    Case(name: "config: \(name)", files: ["config.json": Array(text.utf8)], code: code, says: says)
  }

  static func idx(_ name: String, features: [UInt8], targets: [UInt8]? = nil, _ code: Int32 = 65, says: String) -> Case
  {
    Case(
      name: "idx: \(name)",
      overrides: [#"data={"train":{"format":"idx","features":"x.idx","targets":"y.idx"}}"#],
      files: ["x.idx": features, "y.idx": targets ?? [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]], code: code, says: says)
  }

  static func npy(_ name: String, _ header: String, body: Int, _ code: Int32 = 65, says: String) -> Case {
    let text = Array(header.utf8) + [10]
    let x: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text + [UInt8](repeating: 0, count: body)
    let good = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n".utf8)
    let y: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(good.count), 0] + good + [0, 1]
    return Case(
      name: "npy: \(name)",
      overrides: [#"data={"train":{"format":"npy","features":"x.npy","targets":"y.npy"}}"#],
      files: ["x.npy": x, "y.npy": y], code: code, says: says)
  }

  static let goodConfig = """
    {"name": "t", "data": {"train": {"format": "csv", "path": "data.csv", "targets": "y"}},
     "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": {"epochs": 1, "global_batch_size": 2}}
    """
  static let goodTable = "a,b,y\n1,2,0\n3,4,1\n5,6,0\n"

  static let cases: [Case] = [
    config("empty", "", says: "empty"),
    config("not JSON", "{\"name\": ", says: "not valid JSON"),
    config("a list", "[]", says: "expected an object"),
    config("no data", #"{"model": {"layers": []}}"#, says: "data"),
    config("null", "null", says: "expected an object"),
    set("nam", "x", says: "did you mean 'name'?"),
    set("data.trian", "1", says: "did you mean 'train'?"),
    set("data.train.format", "cvs", says: "did you mean 'csv'?"),
    set("data.train.format", "parquet", says: "not in this version"),
    set("data.train.path", "absent.csv", 66, says: "absent.csv"),
    set("data.train.path", ".", 66, says: "directory"),
    set("data.train.path", "3", says: "expected text"),
    set("data.train.targets", "z", says: "z"),
    set("data.train.delimiter", "ab", says: "delimiter"),
    set("data.validation", #"{"fraction": 2}"#, says: "fraction"),
    set("data.validation", #"{"fraction": -0.1}"#, says: "fraction"),
    set("data.validation", "5", says: "object"),
    set("data.normalize", "standart", says: "standard"),
    set("data.normalize", #"{"scale": "a"}"#, says: "scale"),
    set("data.shuffle", "1", says: "true or false"),
    set("model.layers", "[]", says: "at least 1"),
    set("model.layers", "{}", says: "expected a list"),
    set("model.layers[0].type", "dens", says: "did you mean 'dense'?"),
    set("model.layers[0].units", "0", says: "whole number"),
    set("model.layers[0].units", "-3", says: "whole number"),
    set("model.layers[0].units", "2.5", says: "whole number"),
    set("model.layers[0].units", "\"2\"", says: "whole number"),
    set("model.layers[0].units", "3", says: "2 classes"),
    set("model.layers[0].unit", "3", says: "did you mean 'units'?"),
    set("model.layers[0].activation", "relou", says: "did you mean 'relu'?"),
    set("model.layers[0].activation", #"{"type": "elu", "alpha": -1}"#, says: "alpha"),
    set("model.layers[0].initializer", "he", says: "initializer"),
    set("model.layers[0].bias", "no", says: "true or false"),
    set("model.layers", #"[{"type": "dropout", "rate": 1}, {"type": "dense", "units": 2}]"#, says: "rate"),
    set("model.layers", #"[{"units": 2}]"#, says: "type"),
    set("model.layers", #"[7]"#, says: "expected an object"),
    set("loss.type", "categorical_crossentropy", says: "did you mean 'categorical_cross_entropy'?"),
    set("loss.type", "binary_cross_entropy", says: "needs one"),
    set("loss.class_weights", "[1]", says: "2 numbers"),
    set("loss.class_weights", "[1,-1]", says: "≥ 0"),
    set("loss.clas_weights", "[1,1]", says: "did you mean 'class_weights'?"),
    set("optimizer.type", "sdg", says: "did you mean 'sgd'?"),
    set("optimizer.learning_rate", "-1", says: "≥ 0"),
    set("optimizer.learning_rate", "fast", says: "expected a number"),
    set("optimizer.learning_rate", "1e999", says: "expected a number"),
    set("optimizer.momentum", "1", says: "< 1"),
    set("optimizer.nesterov", "true", says: "momentum"),
    set("optimizer.schedule", "cosinus", says: "schedule"),
    set("optimizer.lr", "1", says: "unknown key"),
    set("training.epochs", "-1", says: "whole number"),
    set("training.global_batch_size", "0", says: "whole number"),
    set("training.batch_size", "8", says: "unknown key"),
    set("training.early_stopping", "{}", says: "needs validation data"),
    set("parallel.shards", "0", says: "whole number"),
    set("parallel.shards", "many", says: "whole number"),
    set("parallel.threads_per_rank", "0", says: "whole number"),
    set("parallel.allreduce", "rings", says: "allreduce"),
    set("parallel.allreduce", "mpi", says: "invariant"),
    set("metrics", #"["acuracy"]"#, says: "did you mean 'accuracy'?"),
    set("metrics", "accuracy", says: "expected a list"),
    set("seed", "-1", says: "whole number"),
    set("output.directory", "/proc/ptrain", 74, says: "/proc/ptrain"),
    Case(
      name: "diverges", overrides: ["optimizer.learning_rate=3e38", "training.epochs=20"], code: 76, says: "not finite"),
    csv("empty", "", says: "data.csv"),
    csv("header only", "a,b,y\n", says: "data.csv"),
    csv("ragged row", "a,b,y\n1,2,0\n1,2\n", says: "line 3"),
    csv("text in a number column", "a,b,y\n1,x,0\n3,4,1\n", says: "'x'"),
    csv("NaN", "a,b,y\n1,nan,0\n3,4,1\n", says: "line 2"),
    csv("infinity", "a,b,y\n1,inf,0\n3,4,1\n", says: "line 2"),
    csv("empty cell", "a,b,y\n1,,0\n3,4,1\n", says: "line 2"),
    csv("open quote", "a,b,y\n1,\"2,0\n3,4,1\n", says: "quot"),
    csv("column twice", "a,a,y\n1,2,0\n3,4,1\n", says: "'a'"),
    csv("too large a number", "a,b,y\n1,1e60,0\n3,4,1\n", says: "line 2"),
    idx("empty", features: [], says: "x.idx"),
    idx("wrong magic", features: Array("hello world!".utf8), says: "x.idx"),
    idx("truncated", features: [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2], says: "x.idx"),
    idx("claims more than memory", features: [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255], says: "x.idx"),
    idx("rows differ", features: [0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1, 1, 2, 3], says: "3"),
    npy("wrong type", "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }", body: 48, says: "x.npy"),
    npy("Fortran order", "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", body: 24, says: "ortran"),
    npy("truncated", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", body: 20, says: "x.npy"),
    npy("not a header", "{'descr' '<f4'", body: 20, says: "x.npy"),
    Case(name: "no config", arguments: ["absent.json"], code: 66, says: "absent.json"),
    Case(name: "directory as config", arguments: ["."], code: 66, says: "directory"),
    Case(name: "unknown flag", arguments: ["config.json", "--thread", "1"], code: 64, says: "--thread"),
    Case(name: "no argument", arguments: [], code: 64, says: "config"),
    Case(name: "threads 0", arguments: ["config.json", "--threads", "0"], code: 64, says: "--threads"),
    Case(name: "resume", arguments: ["config.json", "--resume", "auto"], code: 64, says: "not in this version"),
    Case(name: "set without value", arguments: ["config.json", "--set", "seed"], code: 64, says: "KEY=VALUE"),
    Case(
      name: "set a missing entry", arguments: ["config.json", "--set", "model.layers[9].units=1"], code: 64, says: "[9]"
    ),
  ]

  @Test("one sentence and the exit code, alone and under 4 ranks", arguments: cases)
  func oneSentence(_ entry: Case) throws {
    for ranks in [0, 4] {
      let folder = try TemporaryFolder()
      try folder.write(Self.goodConfig, to: "config.json")
      try folder.write(Self.goodTable, to: "data.csv")
      for (name, bytes) in entry.files { try folder.write(Data(bytes), to: name) }
      var arguments = entry.arguments.map { $0.hasSuffix(".json") || $0 == "." ? folder.path + "/" + $0 : $0 }
      if !entry.overrides.isEmpty || !entry.arguments.isEmpty, entry.name != "unknown flag" {
        if !entry.overrides.contains(where: { $0.hasPrefix("output.") }) {
          arguments += ["--output", folder.path + "/run"]
        }
      }
      arguments += entry.overrides.flatMap { ["--set", $0] }
      let outcome = try Command.ptrain(arguments, ranks: ranks, seconds: 30)
      #expect(outcome.status == entry.code, "\(ranks) ranks: \(outcome.errors)")
      #expect(outcome.complaints.count == 1, "\(ranks) ranks: \(outcome.errors)")
      #expect(outcome.complaints.first?.contains(entry.says) == true, "\(ranks) ranks: \(outcome.complaints)")
      if ranks == 0 { #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)") }
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/summary.json"))
    }
  }

  @Test("negative control: the good config trains")
  func goodConfigTrains() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.goodConfig, to: "config.json")
    try folder.write(Self.goodTable, to: "data.csv")
    let outcome = try Command.ptrain([config, "--output", folder.path + "/run"], ranks: 4)
    #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
  }
}
