import Foundation
import TestSupport
import Testing

/// Runs beside a float64 reference in NumPy, and models read by Python's safetensors package.
@Suite(.serialized) struct ReferenceTests {
  static let python = Result {
    let outcome = try Command.run([Command.root + "/scripts/python-environment"], seconds: 300)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  static let classification = """
    {"data": {"train": {"format": "csv", "path": "digits.csv", "targets": "digit"}, "normalize": {"scale": 0.0625},
     "shuffle": false},
     "model": {"layers": [{"type": "dense", "units": 32, "activation": "relu"},
      {"type": "dense", "units": 16, "activation": "tanh"}, {"type": "dense", "units": 10}]},
     "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": true, "weight_decay": 0.001},
     "training": {"steps": 24, "global_batch_size": 100}, "output": {"log_every_steps": 1}}
    """

  static let regression = """
    {"data": {"train": {"format": "csv", "path": "diabetes.csv", "targets": "progression"}, "normalize": {"scale": 0.01},
     "shuffle": false},
     "model": {"layers": [{"type": "dense", "units": 12, "activation": "tanh"}, {"type": "dense", "units": 1}]},
     "loss": {"type": "mse"}, "optimizer": {"type": "sgd", "learning_rate": 0.00001, "momentum": 0.5},
     "training": {"steps": 20, "global_batch_size": 64}, "output": {"log_every_steps": 1}}
    """

  /// The greatest relative difference to the reference; `change` is set in the run but not known to the reference.
  private func difference(_ config: String, data: String, target: String, ranks: Int, change: [String] = []) throws
    -> Double
  {
    let folder = try TemporaryFolder()
    let table = Command.root + "/configs/data/\(data)"
    let path = try folder.write(config.replacingOccurrences(of: data, with: table), to: "config.json")
    let start = try Command.ptrain([
      path, "--quiet", "--set", "training.steps=0", "--output", folder.path + "/start",
    ])
    #expect(start.status == 0, "\(start.errors)")
    let run = try Command.ptrain(
      [path, "--quiet", "--output", folder.path + "/run"] + change.flatMap { ["--set", $0] }, ranks: ranks)
    #expect(run.status == 0, "\(run.errors)")
    let reference = try Command.run([
      try Self.python.get(), Command.root + "/Tests/EndToEndTests/Reference/reference.py", table, target,
      folder.path + "/start/model.safetensors", folder.path + "/run",
    ])
    #expect(reference.status == 0, "\(reference.errors)")
    return try #require(Double(reference.output.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  @Test("the losses of the first steps follow float64 to 1e-5", arguments: [1, 3])
  func followsReference(ranks: Int) throws {
    let classes = try difference(Self.classification, data: "digits.csv", target: "digit", ranks: ranks)
    #expect(classes <= 1e-5)
    let values = try difference(Self.regression, data: "diabetes.csv", target: "progression", ranks: ranks)
    #expect(values <= 1e-5)
  }

  @Test("negative control: another order of samples does not follow")
  func control() throws {
    let shuffled = try difference(
      Self.classification, data: "digits.csv", target: "digit", ranks: 1, change: ["data.shuffle=true"])
    #expect(shuffled > 1e-3)
  }

  @Test("the safetensors package reads models")
  func safetensors() throws {
    let folder = try TemporaryFolder()
    let run = try Command.ptrain([
      "configs/digits.json", "--quiet", "--set", "training.steps=3", "--output", folder.path + "/run",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let read = try Command.run([
      try Self.python.get(), Command.root + "/Tests/EndToEndTests/Reference/read_model.py",
      folder.path + "/run/model.safetensors",
    ])
    #expect(read.status == 0, "\(read.errors)")
    let lines = read.output.split(separator: "\n").map(String.init)
    #expect(run.output == "weights_sha256 \(lines.first ?? "")\n")
    #expect(
      Array(lines.dropFirst()) == [
        "layers.0.weight [128, 64]", "layers.0.bias [128]", "layers.2.weight [64, 128]", "layers.2.bias [64]",
        "layers.3.weight [10, 64]", "layers.3.bias [10]",
      ])
  }
}
