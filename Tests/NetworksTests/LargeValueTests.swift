import Foundation
import Specs
import Testing

@testable import Networks

/// Losses that are large beside the differences that matter, to the last places of double; see Golden/large.py.
@Suite struct LargeValueTests {
  struct Entry: Codable, Sendable, CustomTestStringConvertible {
    var config: String
    var classes: Int
    var outputs: [[Double]]
    var targets: [[Double]]
    var losses: [Double]
    var scales: [Double]
    var testDescription: String { config }
    var asGolden: LossGoldenTests.Entry {
      .init(
        config: config, classes: classes, outputs: outputs, targets: targets, labels: nil, losses: losses,
        gradients: outputs.map { $0.map { _ in 0 } })
    }
  }

  private struct Golden: Codable { var cases: [Entry] }

  static let golden: [Entry] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/large.json")
    return (try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: path)))?.cases ?? []
  }()

  /// Rounding errors allowed, in units of the largest term's: exponentials multiply those of their argument.
  private static let bound = 64 * 0x1p-53

  @Test("values in double", arguments: golden)
  func values(_ entry: Entry) throws {
    #expect(!entry.losses.isEmpty)
    let found = try LossGoldenTests.evaluate(entry.asGolden, weight: 1).0
    for row in entry.losses.indices {
      #expect(
        abs(found[row] - entry.losses[row]) <= Self.bound * max(entry.scales[row], abs(entry.losses[row])) + 1e-40,
        "outputs \(entry.outputs[row]), target \(entry.targets[row]): \(found[row]), not \(entry.losses[row])")
    }
  }

  @Test(
    "of models that differ by a millionth, the right one has the least loss",
    arguments: [#"{"type": "poisson"}"#, #"{"type": "gamma"}"#, #"{"type": "tweedie"}"#])
  func rightModelIsBest(_ config: String) throws {
    for count in [1e6, 1e7, 1e8] {
      let best = Double(Float(log(count)))
      let outputs = [-3e-6, 0, 3e-6].map { Double(Float(best + $0)) }
      // Of the three float32 outputs, the one nearest the logarithm of the mean target.
      let nearest = outputs.indices.min { abs(outputs[$0] - log(count)) < abs(outputs[$1] - log(count)) }
      let sums = try outputs.map { output in
        let targets = (0..<200).map { (index: Int) -> [Double] in
          let wave: Double = 1e-3 * sin(Double(index) * 0.314159265)
          return [Double(Float(count * (1 + wave)))]
        }
        let mean = targets.reduce(0) { $0 + $1[0] } / 200
        #expect(abs(mean / count - 1) < 1e-6)
        let entry = LossGoldenTests.Entry(
          config: config, classes: 0, outputs: targets.map { _ in [output] }, targets: targets, labels: nil, losses: [],
          gradients: [])
        return try LossGoldenTests.evaluate(entry, weight: 1).0.reduce(0, +)
      }
      #expect(sums.indices.min { sums[$0] < sums[$1] } == nearest, "\(count): \(sums)")
    }
  }
}
