import Foundation
import Specs
import TestSupport
import Testing

/// What the program writes, read again by the program.
@Suite struct WrittenFilesTests {
  private static let table =
    "a,b,\"t, ü\"\n"
    + (0..<40).map { "\($0),\($0 * 7 % 11),\($0 * 7 % 11 > 5 ? "\"j\"\"a\"" : "\"n,\u{308}ein\"")\n" }.joined()

  private static let config = #"""
    {"name": "files", "seed": 9007199254740993,
     "data": {"train": {"format": "csv", "path": "sub/../x.csv", "targets": "t, ü"}, "validation": {"fraction": 0.2},
              "test": {"fraction": 0.2}, "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 4, "activation": "tanh", "initializer": null}, {"type": "dense", "units": 2}]},
     "loss": {"type": "categorical_cross_entropy", "cost": {"matrix": [[0, 0.1], [3, 0]]}, "class_weights": null},
     "optimizer": {"type": "adam", "schedule": {"type": "cosine", "warmup_steps": null, "first_period_steps": null}},
     "training": {"epochs": 3, "global_batch_size": 8, "early_stopping": null},
     "metrics": ["accuracy", {"type": "expected_cost"}, {"type": "f1", "average": "macro"}]}
    """#

  private static func start() throws -> (folder: TemporaryFolder, line: [String]) {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: true)
    try folder.write(table, to: "x.csv")
    return (
      folder,
      [try folder.write(config, to: "config.json"), "--threads", "1", "--quiet", "--output", folder.path + "/a"]
    )
  }

  private static func json(_ path: String) throws -> ConfigValue {
    try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: path)), file: path)
  }

  @Test(
    "trained with --set and automatic shards; the written config trains the same bits elsewhere, and the model is used")
  func written() throws {
    let (folder, line) = try Self.start(), run = folder.path + "/a"
    let first = try Command.ptrain(
      line + ["--set", #"parallel.shards="auto""#, "--set", "optimizer.learning_rate=0.1", "--set", "name=é=\"\\"],
      ranks: 3)
    #expect(first.status == 0, "\(first.errors)")
    let summary = try Self.json(run + "/summary.json")
    #expect(summary["arithmetic"] != nil && summary["shards"] == .integer(3))
    // From the run's directory, on another number of ranks.
    let again = try Command.ptrain(
      [run + "/config.json", "--threads", "2", "--quiet", "--output", folder.path + "/b"])
    #expect(again.status == 0 && again.output == first.output, "\(again.errors)\(again.output)\(first.output)")
    let written = try Data(contentsOf: URL(fileURLWithPath: run + "/config.json"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/b/config.json")) == written)
    let evaluated = try Command.ptrain(["evaluate", run])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    guard case .object(var members) = try ConfigValue.parse(Data(evaluated.output.utf8), file: "evaluate") else {
      return
    }
    members.removeAll { ["samples", "provenance"].contains($0.key) }
    #expect(summary["metrics"]?["test"]?.sortingKeys == .object(members), "\(evaluated.output)")
    let predicted = try Command.ptrain(["predict", run])
    #expect(predicted.status == 0 && predicted.output.split(separator: "\n").count == 9, "\(predicted.errors)")
  }

  @Test("predictions are a source: CSV with classes and columns of any name, NPY of numbers")
  func predictions() throws {
    let (folder, line) = try Self.start()
    let settings = ["loss.cost=null", "metrics=[]", "optimizer.learning_rate=0.05", "training.epochs=20"]
    #expect(try Command.ptrain(line + settings.flatMap { ["--set", $0] }).status == 0)
    for name in ["p.csv", "p.npy"] {
      #expect(try Command.ptrain(["predict", folder.path + "/a", "--output", folder.path + "/" + name]).status == 0)
    }
    let sources = [
      #"{"format": "csv", "path": "p.csv", "targets": "prediction"}"#,
      #"{"format": "csv", "path": "p.csv", "targets": "prediction", "features": ["probability_n,\#u{308}ein", "probability_j\"a"]}"#,
    ]
    for source in sources {
      let checked = try Command.ptrain([
        "check", line[0], "--set", #"data={"train": \#(source)}"#, "--set", "training.early_stopping=null",
      ])
      #expect(checked.status == 0 && checked.output.contains("8 train samples"), "\(checked.errors)")
    }
    try FileManager.default.copyItem(atPath: folder.path + "/p.npy", toPath: folder.path + "/q.npy")
    let arrays = try Command.ptrain([
      "check", line[0], "--set", #"data={"train": {"format": "npy", "features": "p.npy", "targets": "q.npy"}}"#,
      "--set",
      #"loss={"type": "mse"}"#, "--set", "metrics=[]",
    ])
    #expect(arrays.status == 0 && arrays.output.contains("8 train samples"), "\(arrays.errors)")
  }
}
