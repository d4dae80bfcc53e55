import Foundation
import TestSupport
import Testing

/// Sample weights count by their ratios alone.
@Suite struct WeightScaleTests {
  private static let weights = [1.0, 0.3, 2, 0, 4, 0.7, 1.5, 3, 0.1, 2.5, 1, 0.9]

  private func train(_ loss: String, units: Int, exponent: Int, ranks: Int, zeroRow: String? = nil) throws -> [String] {
    let folder = try TemporaryFolder()
    var table = "a,b,y,w\n"
    for (row, weight) in Self.weights.enumerated() {
      let a = sin(Double(row)), b = cos(Double(3 * row))
      table += "\(a),\(b),\(2 * a - b + 3),\(scalbn(weight, exponent))\n"
    }
    try folder.write(table + (zeroRow.map { $0 + "\n" } ?? ""), to: "data.csv")
    let config = try folder.write(
      """
      {"name": "t", "data": {"normalize": "none",
        "train": {"format": "csv", "path": "data.csv", "targets": "y", "sample_weight": "w"},
       "test": {"format": "csv", "path": "data.csv", "targets": "y", "sample_weight": "w"}, "shuffle": false},
       "model": {"layers": [{"type": "dense", "units": \(units)}]}, "loss": \(loss),
       "optimizer": {"type": "adam", "learning_rate": 0.05, "l2": 0.01},
       "training": {"epochs": 3, "global_batch_size": 5, "gradient_clip_norm": 1},
       "parallel": {"shards": 3}, "metrics": ["mae", "rmse", "r2"]}
      """, to: "config.json")
    let outcome = try Command.ptrain([config, "--quiet", "--output", folder.path + "/run"], ranks: ranks)
    try #require(outcome.status == 0, "2^\(exponent): \(outcome.errors)")
    let text = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/summary.json"))
    let summary = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    let metrics = try JSONSerialization.data(withJSONObject: summary["metrics"] ?? [], options: .sortedKeys)
    return ["\(summary["weights_sha256"] ?? "")", String(decoding: metrics, as: UTF8.self)]
  }

  @Test("weights times 2^k give the same bits and metrics, alone and on 2 ranks", arguments: [0, 2])
  func powersOfTwo(ranks: Int) throws {
    for (loss, units) in [(#"{"type": "gaussian_nll"}"#, 2), (#"{"type": "huber"}"#, 1)] {
      let usual = try train(loss, units: units, exponent: 0, ranks: ranks)
      #expect(!usual[1].contains("null"))
      for exponent in ranks == 0 ? [-1000, -149, -21, -19, 5, 19, 130, 1000] : [-1000, 130] {
        #expect(try train(loss, units: units, exponent: exponent, ranks: ranks) == usual, "2^\(exponent) \(loss)")
      }
    }
  }

  @Test("a row that weighs 0 counts nothing, even where its loss and slope are infinite")
  func zeroWeight() throws {
    let loss = #"{"type": "poisson"}"#
    let without = try train(loss, units: 1, exponent: 0, ranks: 0)
    #expect(try train(loss, units: 1, exponent: 0, ranks: 0, zeroRow: "1e20,1e20,1,0")[0] == without[0])
  }
}
