import Foundation
import Specs
import TestSupport
import Testing

/// A network of two inputs from the columns of one table: trained, gone on with, evaluated and asked, as people do it.
@Suite struct InputRunTests {
  /// A wide part beside a deep one.
  private static let config = #"""
    {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.2},
              "test": {"fraction": 0.2}, "normalize": "standard"},
     "model": {"inputs": [{"name": "deep"}, {"name": "wide", "columns": ["c", "a"]}],
       "layers": [
         {"type": "dense", "units": 12, "activation": "relu", "inputs": ["deep"]},
         {"type": "dense", "units": 6, "activation": "relu", "name": "d"},
         {"type": "concatenate", "inputs": ["d", "wide"]}, {"type": "dense", "units": 2}]},
     "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "adam", "learning_rate": 0.01},
     "training": {"epochs": 3, "global_batch_size": 24}, "metrics": ["accuracy"]}
    """#

  private static let table: String = {
    let rows = (0..<150).map { row in
      let values = (0..<5).map { (row * (11 + 6 * $0) + $0 * row * row) % 17 }
      return values.map { "\($0)" }.joined(separator: ",") + ",\((values[0] + values[2]) % 2 == 0 ? "even" : "odd")"
    }
    return "a,b,c,d,e,y\n" + rows.joined(separator: "\n") + "\n"
  }()

  private static func summary(_ run: String) throws -> ConfigValue {
    try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")
  }

  @Test("the same weights on any ranks and threads, gone on with or not; evaluate and predict read the inputs by name")
  func run() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.config, to: "config.json")
    try folder.write(Self.table, to: "t.csv")
    #expect(try Command.ptrain(["check", config]).status == 0)
    var hashes: Set<String> = []
    for (index, (ranks, more)) in [
      (0, ["--threads", "1"]), (2, ["--threads", "2", "--set", "parallel.overlap=true"]), (3, ["--threads", "1"]),
    ].enumerated() {
      let run = folder.path + "/run\(index)"
      let turns = index == 2 ? [["--set", "training.epochs=1"], []] : [[]]
      for turn in turns {
        let outcome = try Command.ptrain([config, "--quiet", "--output", run] + more + turn, ranks: ranks)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      hashes.insert(try Self.summary(run)["weights_sha256"]?.compactText ?? "none")
    }
    #expect(hashes.count == 1 && !hashes.contains("none"), "\(hashes)")
    let run = folder.path + "/run0"
    let evaluated = try Command.ptrain(["evaluate", run])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let found = try ConfigValue.parse(Data(evaluated.output.utf8), file: "evaluate")
    #expect(found["loss"] == (try Self.summary(run))["metrics"]?["test"]?["loss"], "\(evaluated.output)")
    // Columns in another order, and one that nobody asked for.
    try folder.write("e,x,d,c,b,a\n1,9,2,3,4,5\n16,9,0,7,7,1\n", to: "turned.csv")
    try folder.write("a,b,c,d,e\n5,4,3,2,1\n1,7,7,0,16\n", to: "straight.csv")
    var outputs: Set<String> = []
    for name in ["turned", "straight"] {
      let features = name == "turned" ? #", "features": ["a", "b", "c", "d", "e"]"# : ""
      let source = try folder.write(#"{"format": "csv", "path": "\#(name).csv"\#(features)}"#, to: "\(name).json")
      let outcome = try Command.ptrain(["predict", run, "--data", source], ranks: name == "turned" ? 2 : 0)
      #expect(outcome.status == 0, "\(outcome.errors)")
      outputs.insert(outcome.output)
    }
    #expect(outputs.count == 1, "\(outputs)")
  }

  @Test("negative control: inputs of other columns are another network")
  func control() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    var hashes: Set<String> = []
    for columns in [#"["c", "a"]"#, #"["a", "c"]"#] {
      let text = Self.config.replacingOccurrences(of: #"["c", "a"]"#, with: columns)
      let outcome = try Command.ptrain(
        [
          try folder.write(text, to: "c.json"), "--quiet", "--resume", "never", "--output",
          folder.path + "/\(hashes.count)",
        ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      hashes.insert(outcome.output.split(separator: "\n").last.map(String.init) ?? "")
    }
    #expect(hashes.count == 2)
  }
}
