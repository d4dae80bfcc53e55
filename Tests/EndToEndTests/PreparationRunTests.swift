import Foundation
import Specs
import TestSupport
import Testing

/// Features that are filled and transformed, through train, evaluate and predict.
@Suite struct PreparationRunTests {
  /// 40 rows of three features; some are missing in the first two.
  private static func features() -> [Float] {
    var values: [Float] = []
    for row in 0..<40 {
      let a = Float(row * 7 % 13), b = Float(row * row % 11) * 1e6
      values += [row % 5 == 2 ? .nan : a, row % 7 == 3 ? .nan : b, Float(row % 3)]
    }
    return values
  }

  @Test(
    "one model alone and under 3 ranks, and what stands for missing numbers does so later",
    arguments: [
      "none", "standard", "robust", "log1p", "quantile",
    ])
  func wholeRun(method: String) throws {
    let folder = try TemporaryFolder()
    func write(_ values: [Float], _ name: String) throws {
      try folder.write(Data(ErrorCase.npy(values, "(\(values.count / 3), 3)")), to: name)
    }
    try write(Self.features(), "x.npy")
    try folder.write(Data(ErrorCase.npy((0..<40).map { Float($0 % 2) }, "(40,)")), to: "y.npy")
    let config = try folder.write(
      """
      {"data": {"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "test": {"fraction": 0.25},
                "missing": "median", "normalize": "\(method)"},
       "model": {"layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 2}]},
       "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.05},
       "training": {"epochs": 3, "global_batch_size": 8}}
      """, to: "config.json")
    var hashes: Set<String> = []
    for (name, ranks) in [("alone", 0), ("three", 3)] {
      let outcome = try Command.ptrain([config, "--quiet", "--output", folder.path + "/" + name], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      hashes.insert(outcome.output)
    }
    #expect(hashes.count == 1 && hashes.first?.hasPrefix("weights_sha256 ") == true, "\(hashes)")
    let run = folder.path + "/alone"
    #expect(try Command.ptrain(["evaluate", run]).output.contains(#""samples": 10"#))

    // Rows of one number each that may be missing; the third feature was never, and is filled all the same.
    func predictions(_ values: [Float]) throws -> [String] {
      try write(values, "new.npy")
      let source = try folder.write(#"{"format": "npy", "features": "new.npy"}"#, to: "new.json")
      let outcome = try Command.ptrain(["predict", run, "--data", source])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output.split(separator: "\n").dropFirst().map(String.init)
    }
    let holes = try predictions([.nan, .nan, .nan, 3, 2e6, 1, 0, 0, 0, 12, 1e7, 2])
    // Millions as they are leave tanh no room.
    #expect(holes.count == 4 && (method == "none" || Set(holes).count == 4) && !holes.joined().contains("nan"))
    let training = try #require(FileManager.default.contents(atPath: run + "/model.safetensors"))
    #expect(String(decoding: training, as: UTF8.self).contains("fill"))
  }
}
