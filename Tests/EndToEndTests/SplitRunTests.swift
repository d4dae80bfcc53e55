import Foundation
import Specs
import TestSupport
import Testing

/// Parts cut by group, by time and by the values of a column: checked, trained, evaluated and asked, as people do it.
@Suite struct SplitRunTests {
  /// Rows of 12 patients on 40 days; the target is nearly the sum of two columns.
  private static let table =
    "a,b,patient,day,split,y\n"
    + (0..<120).map { row in
      let a = row * 37 % 101, b = row * 53 % 89
      let day = 1 + row * 7 % 31, split = ["train", "train", "val", "train", "test"][row % 5]
      return
        "\(a),\(b),p\(row * 5 % 12),2024-\(row % 2 == 0 ? "01" : "03")-\(day < 10 ? "0" : "")\(day),\(split),\(a + b)\n"
    }.joined()

  private static func config(_ parts: String, features: String = #""features": ["a", "b"]"#) -> String {
    #"""
    {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y", \#(features)}, \#(parts), "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 1}]},
     "loss": {"type": "mse"}, "optimizer": {"type": "sgd", "learning_rate": 0.001},
     "training": {"epochs": 2, "global_batch_size": 16}}
    """#
  }

  private static func summary(_ run: String) throws -> ConfigValue {
    try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")
  }

  @Test(
    "the plan says how parts are cut, ranks agree, and evaluate finds the test rows again",
    arguments: [
      (
        #""validation": {"fraction": 0.1, "group": "patient"}, "test": {"fraction": 0.25, "group": "patient"}"#,
        [
          "train: 80 rows, the others of the training source",
          "validation: 10 rows, about 0.1 of the rows, in whole groups by column 'patient'",
          "t.csv: test: 30 of 120 rows (0.25), 3 of the 12 groups of column 'patient'",
        ]
      ),
      (
        #""validation": {"fraction": 0.1, "time": "day"}, "test": {"fraction": 0.2, "time": "day"}"#,
        ["rows, about 0.2 of the rows, the last by column 'day'", "t.csv: test: 2", "from column 'day' '2024-03-"]
      ),
      (
        #""validation": {"column": "split", "values": "val"}, "test": {"column": "split", "values": ["test"]}"#,
        [
          "train: 72 rows, the others of the training source",
          "t.csv: validation: 24 of 120 rows, whose column 'split' is 'val'",
          "t.csv: test: 24 of 120 rows, whose column 'split' is 'test'; of the others it is 'train' 72",
        ]
      ),
      (
        #""validation": {"fraction": 0.1, "group": "patient"}, "test": {"column": "day", "values": ["2024-01-01", "2024-03-05"]}"#,
        ["in whole groups by column 'patient'", "the rows whose column 'day' is '2024-01-01' or '2024-03-05'"]
      ),
    ])
  func run(parts: String, says: [String]) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.config(parts), to: "config.json")
    try folder.write(Self.table, to: "t.csv")
    let plan = try Command.ptrain(["check", config])
    #expect(plan.status == 0, "\(plan.errors)")
    for text in says { #expect(plan.output.contains(text), "\(plan.output)") }
    var hashes: Set<String> = []
    for ranks in [0, 3] {
      let run = folder.path + "/run\(ranks)"
      let outcome = try Command.ptrain([config, "--quiet", "--output", run], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      hashes.insert(try Self.summary(run)["weights_sha256"]?.compactText ?? "none")
    }
    #expect(hashes.count == 1 && !hashes.contains("none"), "\(hashes)")
    let run = folder.path + "/run0"
    let evaluated = try Command.ptrain(["evaluate", run])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let found = try ConfigValue.parse(Data(evaluated.output.utf8), file: "evaluate")
    #expect(found["loss"] == (try Self.summary(run))["metrics"]?["test"]?["loss"], "\(evaluated.output)")
    // Rows to predict need no column that parts were cut by.
    try folder.write("b,a\n1,2\n3,4\n", to: "new.csv")
    let source = try folder.write(#"{"format": "csv", "path": "new.csv"}"#, to: "source.json")
    let predicted = try Command.ptrain(["predict", run, "--data", source])
    #expect(predicted.status == 0 && predicted.output.split(separator: "\n").count == 3, "\(predicted.errors)")
  }

  @Test("a column that cuts is no feature, and a run goes on with the same parts")
  func resumed() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<60).map { "\($0 % 13),\($0 / 5),\($0 % 2)" }.joined(separator: "\n")
    try folder.write("a,g,y\n\(rows)\n", to: "t.csv")
    let config = try folder.write(
      Self.config(#""test": {"fraction": 0.2, "group": "g"}"#, features: #""delimiter": ",""#), to: "config.json")
    var hashes: Set<String> = []
    for (name, turns) in [("whole", [[]]), ("parts", [["--set", "training.epochs=1"], []])] {
      for turn in turns {
        let outcome = try Command.ptrain(
          [config, "--quiet", "--output", folder.path + "/" + name, "--set", "checkpoint.every_epochs=1"] + turn)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      hashes.insert(try Self.summary(folder.path + "/" + name)["weights_sha256"]?.compactText ?? "none")
    }
    #expect(hashes.count == 1 && !hashes.contains("none"), "\(hashes)")
    // 4 units of one feature each.
    let plan = try Command.ptrain(["check", config])
    #expect(plan.output.contains("13 parameters"), "\(plan.output)")
  }

  @Test("rows that stand in two parts are told when training starts")
  func overlap() throws {
    let folder = try TemporaryFolder()
    try folder.write("a,b,y\n" + (0..<20).map { "\($0),1,\($0)\n" }.joined(), to: "t.csv")
    try folder.write("b,y,a\n1,50,50\n1,7,7\n1,8,8\n", to: "test.csv")
    let config = try folder.write(
      Self.config(#""test": {"format": "csv", "path": "test.csv", "targets": "y"}"#), to: "config.json")
    let note =
      "test.csv: 2 of the 3 test rows are in the training part as well, features and target alike (first line 3 = line 9 of t.csv); "
      + "the test figures are too good by them"
    let plan = try Command.ptrain(["check", config])
    #expect(plan.output.contains(note), "\(plan.output)")
    let trained = try Command.ptrain([config, "--output", folder.path + "/run"], ranks: 2)
    #expect(trained.status == 0 && trained.output.contains(note), "\(trained.output)\(trained.errors)")
  }
}
