import Foundation
import Specs
import TestSupport
import Testing

/// One table in every format of arrays gives one model, and one result of it.
@Suite(.serialized) struct FormatRunTests {
  private static let names = #""features": "images", "targets": "labels""#
  /// Data sources that hold the same rows; the first is what others are compared with.
  private static let sources = [
    ("npy", #"{"format": "npy", "features": "x.npy", "targets": "y.npy"}"#),
    ("stored npz", #"{"format": "npz", "path": "stored.npz", \#(names)}"#),
    ("compressed npz", #"{"format": "npz", "path": "compressed.npz", \#(names)}"#),
    ("safetensors", #"{"format": "safetensors", "path": "single.safetensors", \#(names)}"#),
    ("safetensors of float16", #"{"format": "safetensors", "path": "half.safetensors", \#(names)}"#),
    ("libsvm", #"{"format": "libsvm", "path": "plain.svm"}"#),
    ("libsvm in gzip", #"{"format": "libsvm", "path": "packed.svm.gz", "width": 64}"#),
  ]

  private static func config(_ source: String) -> String {
    """
    {"data": {"train": \(source), "validation": {"fraction": 0.1}, "test": {"fraction": 0.2}, "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 16, "activation": "relu"}, {"type": "dense", "units": 10}]},
     "loss": {"type": "categorical_cross_entropy"}, "metrics": ["accuracy"],
     "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.9},
     "training": {"epochs": 2, "global_batch_size": 64}}
    """
  }

  private func written() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let outcome = try Command.run([
      try ReferenceTests.python.get(), Command.root + "/Tests/EndToEndTests/Reference/write_formats.py",
      Command.root + "/configs/data/digits.csv", folder.path,
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return folder
  }

  @Test("the same weights, evaluations and predictions")
  func same() throws {
    let folder = try written(), first = folder.path + "/run-0-0"
    var weights: [String] = [], evaluations: [String] = [], predictions: [String] = []
    for (index, (name, source)) in Self.sources.enumerated() {
      let config = try folder.write(Self.config(source), to: "config.json")
      let data = try folder.write(source, to: "source.json")
      for ranks in name == "npy" || name.hasPrefix("libsvm") ? [0, 2] : [0] {
        let run = folder.path + "/run-\(index)-\(ranks)"
        let outcome = try Command.ptrain(
          [config, "--quiet", "--threads", "1", "--output", run]
            + (name.contains("float16") ? [] : ["--set", "data.mapping=always"]), ranks: ranks)
        #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(name): \(outcome.errors)")
        let summary = try ConfigValue.parse(
          Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")
        weights.append(summary["weights_sha256"]?.compactText ?? "")
        let own = try Command.ptrain(["evaluate", run])
        #expect(own.status == 0 && own.output.contains("accuracy"), "\(name): \(own.errors)")
      }
      // All by one model.
      let evaluation = try Command.ptrain(["evaluate", first, "--data", data])
      #expect(evaluation.status == 0 && evaluation.output.contains("accuracy"), "\(name): \(evaluation.errors)")
      evaluations.append(evaluation.output)
      let prediction = try Command.ptrain(["predict", first, "--data", data])
      #expect(prediction.status == 0, "\(name): \(prediction.errors)")
      predictions.append(prediction.output)
    }
    #expect(Set(weights).count == 1 && !weights[0].isEmpty, "\(weights)")
    #expect(Set(evaluations).count == 1, "\(evaluations)")
    #expect(Set(predictions).count == 1 && predictions[0].split(separator: "\n").count == 1798)
  }

  @Test("a run's config holds the paths whole, and names of arrays as they are")
  func paths() throws {
    let folder = try written()
    for (name, source) in Self.sources.dropFirst() {
      let config = try folder.write(Self.config(source), to: "config.json")
      let run = folder.path + "/" + name.filter(\.isLetter)
      let outcome = try Command.ptrain([config, "--quiet", "--set", "training.steps=1", "--output", run])
      #expect(outcome.status == 0, "\(name): \(outcome.errors)")
      let written = try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/config.json")), file: "config")
      guard case .string(let path)? = written["data"]?["train"]?["path"] else {
        Issue.record("no path: \(written.compactText)")
        continue
      }
      #expect(path.hasPrefix("/") && FileManager.default.fileExists(atPath: path))
      #expect(name.hasPrefix("libsvm") || written["data"]?["train"]?["features"] == .string("images"))
    }
  }

  @Test("rows without labels are predicted")
  func prediction() throws {
    let folder = try TemporaryFolder()
    try folder.write("0 1:1 3:2\n1 2:1\n0 1:2\n1 2:3\n", to: "t.svm")
    try folder.write("1:1\n2:1 3:5\n", to: "new.svm")
    let data = try folder.write(#"{"format": "libsvm", "path": "new.svm"}"#, to: "source.json")
    let config = try folder.write(
      ErrorTests.goodConfig.replacingOccurrences(
        of: #"{"format": "csv", "path": "data.csv", "targets": "y"}"#, with: #"{"format": "libsvm", "path": "t.svm"}"#),
      to: "config.json")
    let run = folder.path + "/run"
    #expect(try Command.ptrain([config, "--quiet", "--output", run]).status == 0)
    let predicted = try Command.ptrain(["predict", run, "--data", data])
    #expect(predicted.status == 0 && predicted.output.split(separator: "\n").count == 3, "\(predicted.errors)")
    try folder.write("4:1\n", to: "new.svm")
    let refused = try Command.ptrain(["predict", run, "--data", data])
    #expect(refused.status == 65)
    #expect(refused.complaints.first?.contains("the index 4 is beyond the 3 features of the training source") == true)
  }
}
