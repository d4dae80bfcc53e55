import Foundation
import Specs
import TestSupport
import Testing

/// Samples of several axes: layers that read them position by position, from check to predict.
@Suite struct PositionRunTests {
  private static func config(_ layers: String) -> String {
    #"""
    {"data": {"train": {"format": "synthetic", "task": "classification", "examples": 90, "features": [5, 6], "classes": 3,
                        "seed": 2}, "validation": {"fraction": 0.2}, "test": {"fraction": 0.2}},
     "model": {"layers": [\#(layers)]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "adam", "learning_rate": 0.01}, "training": {"epochs": 3, "global_batch_size": 24}}
    """#
  }

  private static let dense = #"{"type": "dense", "units": 9, "activation": "gelu"}"#
  private static let relu = #"{"type": "dense", "units": 20, "activation": "relu"}"#
  private static let flatten = #"{"type": "flatten"}"#
  private static let last = #"{"type": "dense", "units": 3}"#
  private static let warning =
    "warning: model.layers[0]: a dense layer reads shape 5×6 position by position; put {\"type\": \"flatten\"} before it "
    + "to read the whole sample"

  private static func warnings(_ outcome: Command.Outcome) -> [String] {
    outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }.map(String.init)
  }

  @Test("one warning, and the same weights on any ranks and threads; the model is used")
  func run() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(
      Self.config([Self.dense, Self.relu, Self.dense, Self.flatten, Self.last].joined(separator: ", ")),
      to: "config.json")
    let check = try Command.ptrain(["check", config])
    #expect(check.status == 0 && Self.warnings(check) == [Self.warning], "\(check.errors)")
    #expect(check.output.contains("5×20"))
    var hashes: Set<String> = []
    for (index, (ranks, more)) in [
      (0, ["--threads", "1"]), (2, ["--threads", "2", "--set", "training.micro_steps=2"]),
      (3, ["--threads", "1", "--set", "parallel.overlap=true"]),
    ].enumerated() {
      let run = folder.path + "/run\(index)"
      let outcome = try Command.ptrain([config, "--quiet", "--output", run] + more, ranks: ranks)
      #expect(outcome.status == 0 && Self.warnings(outcome) == [Self.warning], "\(outcome.errors)")
      let summary = try ConfigValue.parse(
        Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")
      hashes.insert(summary["weights_sha256"]?.compactText ?? "none")
    }
    #expect(hashes.count == 1 && !hashes.contains("none"), "\(hashes)")
    let predicted = try Command.ptrain(["predict", folder.path + "/run1"])
    #expect(predicted.status == 0, "\(predicted.errors)")
  }

  @Test("flat samples are not warned of, and a loss says what makes its row flat")
  func others() throws {
    let folder = try TemporaryFolder()
    func check(_ layers: [String]) throws -> Command.Outcome {
      let text = Self.config(layers.joined(separator: ", "))
      return try Command.ptrain(["check", try folder.write(text, to: "config.json")])
    }
    let flat = try check([Self.flatten, Self.dense, Self.last])
    #expect(flat.status == 0 && Self.warnings(flat).isEmpty, "\(flat.errors)")
    let shaped = try check([Self.dense, Self.last])
    #expect(shaped.status == 78 && shaped.complaints.count == 1, "\(shaped.errors)")
    #expect(
      shaped.errors.contains("the network's output has shape 5×3")
        && shaped.errors.contains("put {\"type\": \"flatten\"} before the last layer, and give that 3 units"),
      "\(shaped.errors)")
  }
}
