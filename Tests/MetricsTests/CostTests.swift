import Foundation
import Kernels
import Networks
import Specs
import Testing

@testable import Metrics

/// Decisions by least expected cost and probabilities far out, against NumPy in float64 (`Golden/costs.py`).
@Suite struct CostTests {
  struct Decisions: Codable {
    var classes: Int
    var outputs: [[Double]]
    var targets: [Int]
    var weights: [Double]
    var costs: [[Double]]
    var tilt: [Double]
    var decisions: [Int]
    var expectedCost: Double
    var accuracy: Double
  }

  struct Far: Codable {
    var outputs: [Double]
    var probabilities: [Double]
  }

  struct Golden: Codable {
    var decisions: [Decisions]
    var far: [Far]
  }

  static let golden: Golden? = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/costs.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(Golden.self, from: Data(contentsOf: path))
  }()

  private static func context(outputs: Int, classes: Int, decision: DecisionRule, cost: [[Double]]?) -> MetricContext {
    MetricContext(
      prediction: outputs == 1 ? .sigmoidClass : .softmaxClass, outputs: outputs,
      classNames: (0..<classes).map(String.init), targetNames: ["y"], units: .identity, decision: decision, cost: cost)
  }

  @Test("the class of least expected cost, and what metrics say of it")
  func decisions() throws {
    let cases = try #require(Self.golden).decisions
    #expect(cases.count == 15)
    var differs = 0
    for entry in cases {
      let context = Self.context(
        outputs: entry.outputs[0].count, classes: entry.classes,
        decision: .leastCost(ExpectedCosts(entry.costs, tilt: entry.tilt)), cost: entry.costs)
      let plain = Self.context(outputs: context.outputs, classes: entry.classes, decision: .greatest, cost: nil)
      for (kind, expected) in [("expected_cost", entry.expectedCost), ("accuracy", entry.accuracy)] {
        let spec = try FieldReader.readVariant(.string(kind), MetricRegistry.standard, path: "metric").0
        var state = try spec.makeState(context)
        for (index, outputs) in entry.outputs.enumerated() {
          let row = outputs.map { Float($0) }, none: [Float] = [0]
          #expect(context.predictedClass(row) == entry.decisions[index])
          if plain.predictedClass(row) != entry.decisions[index] { differs += 1 }
          row.withUnsafeBufferPointer { row in
            none.withUnsafeBufferPointer { none in
              guard let outputs = row.baseAddress, let values = none.baseAddress else { return }
              state.update(
                MetricRow(
                  outputs: outputs, targetClass: entry.targets[index], targetValues: values,
                  weight: entry.weights[index]))
            }
          }
        }
        #expect(abs(state.value.numbers[0].value - expected) <= 1e-12 * max(1, expected), "\(kind)")
      }
    }
    #expect(differs > 20, "negative control: the greatest output decides otherwise in some rows")
  }

  @Test("probabilities far out keep their digits")
  func far() throws {
    for entry in try #require(Self.golden).far {
      let outputs = entry.outputs.map { Float($0) }, classes = max(2, outputs.count)
      let found = Self.context(outputs: outputs.count, classes: classes, decision: .greatest, cost: nil)
        .probabilities(outputs)
      for (value, expected) in zip(found, entry.probabilities) {
        #expect(abs(value - expected) <= 1e-13 * expected, "\(entry.outputs): \(value), NumPy \(expected)")
      }
    }
  }

  @Test("costs over the weights made of them decide as the greatest output does")
  func weighed() {
    for costs in [
      [[0, 5], [1, 0]], [[0, 0.1], [0.3, 0]], [[0, 1e-200], [3e-200, 0]], [[0, 1e150], [2e150, 0]],
    ] {
      let classCosts = MisclassificationCost.classCosts(costs), largest = classCosts.max() ?? 1
      let isScaled = largest > 1e20 || largest < 1e-20
      let tilt = classCosts.map { Double(Float(isScaled ? $0 / largest : $0)) }
      let rule = ExpectedCosts(costs, tilt: tilt)
      #expect(abs(rule.threshold - 0.5) < 1e-6, "\(costs)")
      for z in [-800, -1, -0.001, 0.001, 3, 800] as [Double] {
        #expect(rule.decide { $0 == 0 ? 0 : z } == (z > 0 ? 1 : 0), "\(costs) at \(z)")
      }
    }
    let calibrated = ExpectedCosts([[0, 1], [10, 0]], tilt: [1, 1])
    #expect(abs(calibrated.threshold - 1.0 / 11) < 1e-15)
    #expect(
      ExpectedCosts([[0, 1], [10, 0]], tilt: [1, 0]).decide { _ in 0 } == 0, "a class not learned takes no part")
  }

  @Test("thresholds tell rows apart whose probabilities are both 1 or both 0 in double precision")
  func farThreshold() {
    for sign in [1.0, -1.0] {
      let samples = [40.0, 45, 50, 55].map { z in
        ThresholdSearch.Sample(logOdds: sign * z, isSecond: sign > 0 ? z > 47 : z < 47, weight: 1)
      }
      let best = ThresholdSearch.best(samples, cost: [[0, 1], [1, 0]])
      #expect(samples.allSatisfy { ($0.logOdds >= best.logOdds) == $0.isSecond }, "\(best)")
    }
    let beyond = [800.0, 900].map { ThresholdSearch.Sample(logOdds: $0, isSecond: $0 > 850, weight: 1) }
    let best = ThresholdSearch.best(beyond, cost: [[0, 1], [1, 0]])
    #expect(best.logOdds > 800 && best.logOdds <= 900)
    let endless = [-Double.infinity, .infinity].map { ThresholdSearch.Sample(logOdds: $0, isSecond: $0 > 0, weight: 1) }
    #expect(ThresholdSearch.best(endless, cost: [[0, 1], [1, 0]]).logOdds == 0)
    let lone = ThresholdSearch.best([.init(logOdds: 3, isSecond: false, weight: 1)], cost: [[0, 1], [1, 0]])
    #expect(lone.logOdds > 3 && lone.logOdds.isFinite)
  }

  @Test("a metric without costs of its own takes the loss's, written and read again too")
  func metricWritten() throws {
    for text in [#""expected_cost""#, #"{"type": "expected_cost"}"#] {
      let (spec, written) = try FieldReader.readVariant(
        ConfigValue.parse(Data(text.utf8), file: "t"), MetricRegistry.standard, path: "metrics[0]")
      let again = try FieldReader.readVariant(written, MetricRegistry.standard, path: "metrics[0]").0
      #expect((spec as? ExpectedCost)?.cost == nil && (again as? ExpectedCost)?.cost == nil, "\(written)")
    }
  }
}
