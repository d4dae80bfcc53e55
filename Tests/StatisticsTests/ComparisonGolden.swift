import Foundation

/// What mpmath, SciPy, statsmodels, baycomp and MachineShop's formula give (`Golden/comparison.py`).
struct ComparisonGolden: Codable {
  struct Tail: Codable {
    var degrees: Double
    var t: Double
    var tail: Double
    var scipy: Double?
  }
  struct Quantile: Codable {
    var degrees: Double
    var p: Double
    var quantile: Double
  }
  struct Beta: Codable {
    var a: Double
    var b: Double
    var x: Double
    var value: Double
    var scipy: Double?
  }
  struct Holm: Codable {
    var p: [Double]
    var adjusted: [Double]
  }
  struct Comparison: Codable {
    var differences: [Double]
    var ratio: Double
    var region: Double
    var mean: Double
    var deviation: Double
    var error: Double
    var low: Double
    var high: Double
    var p: Double
    var less: Double
    var equivalent: Double
    var greater: Double
  }

  var tails: [Tail]
  var quantiles: [Quantile]
  var betas: [Beta]
  var holm: [Holm]
  var comparisons: [Comparison]

  static func read() throws -> ComparisonGolden {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Golden/comparison.json")
    return try JSONDecoder().decode(ComparisonGolden.self, from: Data(contentsOf: path))
  }
}

/// The error relative to the exact value; 0 where both are 0.
func relativeError(_ value: Double, _ exact: Double) -> Double {
  value == exact ? 0 : abs(value - exact) / max(abs(exact), .leastNormalMagnitude)
}
