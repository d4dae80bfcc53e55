import Foundation
import Kernels
import Networks
import Specs
import Testing

@testable import Metrics

/// The battery of metrics: scikit-learn's values, and the same bits for every cut into blocks.
@Suite struct MetricTests {
  struct Entry: Codable, Sendable {
    var prediction: String
    var classes: Int
    var levels: [Double]
    var outputs: [[Double]]
    var targets: [[Double]]
    var weights: [Double]
    var expected: [String: Double?]

    var context: MetricContext {
      let width = targets[0].count
      let kind: any Prediction =
        switch prediction {
        case "sigmoidClass": .sigmoidClass
        case "softmaxClass": .softmaxClass
        case "quantiles": .quantiles(levels)
        default: .values
        }
      return MetricContext(
        prediction: kind, outputs: outputs[0].count, classNames: (0..<classes).map(String.init),
        targetNames: (0..<width).map { "y\($0)" }, units: .identity)
    }
  }

  struct Golden: Codable { var cases: [Entry] }

  static let golden: [Entry] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/metrics.json")
    return (try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: path)))?.cases ?? []
  }()

  /// Every metric with every example of its keys.
  static func specs() throws -> [any MetricSpec] {
    try MetricRegistry.standard.all.flatMap { type in
      try type.examples.map { example in
        guard case .object(let members) = try ConfigValue.parse(Data(example.utf8), file: "example") else {
          throw ConfigError("not an object")
        }
        return try FieldReader.readVariant(
          .object([.init("type", .string(type.kind))] + members), MetricRegistry.standard, path: "metric"
        ).0
      }
    }
  }

  /// The results of a metric over samples that are seen in blocks of a size and merged.
  static func results(_ spec: any MetricSpec, _ entry: Entry, block: Int, context: MetricContext? = nil) throws
    -> [MetricReport.Entry]
  {
    let empty = try spec.makeState(context ?? entry.context)
    var whole = empty
    for start in stride(from: 0, to: entry.outputs.count, by: block) {
      var part = empty
      for row in start..<min(entry.outputs.count, start + block) {
        let outputs = entry.outputs[row].map { Float($0) }, targets = entry.targets[row].map { Float($0) }
        outputs.withUnsafeBufferPointer { outputs in
          targets.withUnsafeBufferPointer { targets in
            guard let z = outputs.baseAddress, let y = targets.baseAddress else { return }
            part.update(
              MetricRow(
                outputs: z, targetClass: entry.classes > 0 ? Int(entry.targets[row][0]) : 0, targetValues: y,
                weight: entry.weights[row]))
          }
        }
      }
      let numbers = part.numbers
      whole.merge(numbers[...])
    }
    return MetricReport([whole.value]).entries
  }

  @Test("equal to scikit-learn's values")
  func values() throws {
    var seen: Set<String> = [], undefined = 0
    #expect(Self.golden.count > 150)
    for entry in Self.golden {
      for spec in try Self.specs() where (try? spec.makeState(entry.context)) != nil {
        for result in try Self.results(spec, entry, block: 64) where !isChanged(spec) {
          guard let expected = entry.expected[result.name] else { continue }
          let place = "\(entry.outputs.count) samples, \(entry.prediction)"
          guard let expected else {
            #expect(result.value.isNaN && result.reason?.isEmpty == false, "\(result); \(place)")
            undefined += 1
            continue
          }
          seen.insert(type(of: spec).kind)
          #expect(result.reason == nil)
          #expect(
            abs(result.value - expected) <= 1e-12 * max(1, abs(expected)),
            "\(result.name): \(result.value), scikit-learn \(expected); \(place)")
        }
      }
    }
    #expect(undefined > 60)
    #expect(
      seen.count == MetricRegistry.standard.all.count, "\(MetricRegistry.standard.kinds.filter { !seen.contains($0) })")
  }

  /// Whether a spec has other than default settings, which the golden values do not know.
  private func isChanged(_ spec: any MetricSpec) -> Bool {
    if let spec = spec as? ExpectedCost { return spec.cost != nil }
    if let spec = spec as? ExpectedCalibrationError { return spec.bins != 15 }
    return false
  }

  @Test("negative control: a weight that is 1 % off is seen")
  func control() throws {
    var entry = try #require(Self.golden.first { $0.outputs.count == 200 && $0.classes == 4 })
    entry.weights[3] *= 1.5
    var differs = 0
    for spec in try Self.specs() where (try? spec.makeState(entry.context)) != nil && !isChanged(spec) {
      for result in try Self.results(spec, entry, block: 64) {
        if let expected = entry.expected[result.name], let expected, abs(result.value - expected) > 1e-9 {
          differs += 1
        }
      }
    }
    #expect(differs > 10)
  }

  @Test("no sample, one sample, one class: numbers or NaN, never a trap")
  func degenerate() throws {
    for entry in Self.golden where entry.outputs.count <= 7 {
      var none = entry
      none.weights = none.weights.map { _ in 0 }
      for spec in try Self.specs() where (try? spec.makeState(entry.context)) != nil {
        let empty = MetricReport([try spec.makeState(entry.context).value]).entries
        #expect(!empty.isEmpty)
        #expect(try Self.results(spec, none, block: 2).count == empty.count)
        #expect(try Self.results(spec, entry, block: 2).map(\.name) == empty.map(\.name))
      }
    }
  }

  @Test("metrics that do not suit the loss are refused")
  func refused() throws {
    let classes = try #require(Self.golden.first { $0.classes == 4 }),
      values = try #require(Self.golden.first { $0.classes == 0 })
    for (entry, kinds) in [
      (classes, ["mae", "r2", "coverage"]), (values, ["accuracy", "f1", "roc_auc", "log_loss", "coverage"]),
    ] {
      for kind in kinds {
        let spec = try FieldReader.readVariant(.string(kind), MetricRegistry.standard, path: "metric").0
        #expect(throws: ConfigError.self, "\(kind)") { try spec.makeState(entry.context) }
      }
    }
  }

  @Test("the threshold of least cost, against a search by hand")
  func threshold() {
    for seed in 0..<40 as Range<UInt64> {
      var random = [Float](repeating: 0, count: 60)
      RandomStream(seed: seed, purpose: .noise, item: 0).fill(normal: &random, count: 60)
      var samples: [ThresholdSearch.Sample] = []
      for index in 0..<20 {
        let logOdds = (Double(random[index]) * 5).rounded() / 5
        let isSecond = random[20 + index] + random[index] > 0
        samples.append(.init(logOdds: logOdds, isSecond: isSecond, weight: Double(abs(random[40 + index]))))
      }
      let cost = [[0, Double(1 + seed % 7)], [2, 0.25]]
      func total(_ threshold: Double) -> Double {
        samples.reduce(0.0) { sum, sample in
          let costs = cost[sample.isSecond ? 1 : 0]
          return sum + sample.weight * costs[sample.logOdds >= threshold ? 1 : 0]
        }
      }
      let best = ThresholdSearch.best(samples, cost: cost)
      let byHand = (-500...500).map { total(Double($0) / 50) }.min() ?? 0
      #expect(total(best.logOdds) <= byHand + 1e-12)
    }
    #expect(ThresholdSearch.best([], cost: [[0, 1], [1, 0]]).probability == 0.5)
  }
}
