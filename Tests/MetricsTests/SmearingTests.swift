import Foundation
import Kernels
import Networks
import Specs
import Testing

@testable import Metrics

/// Smearing factors beside NumPy's in float64 (`Golden/smearing.py`).
@Suite struct SmearingTests {
  struct Golden: Codable {
    var shift: [Double]
    var scale: [Double]
    var targets: [[Float]]
    var outputs: [[Float]]
    var weights: [Double]
    var factors: [Double]
  }

  private static func golden() throws -> Golden {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Golden/smearing.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
  }

  private static func context(
    _ golden: Golden, _ function: Normalization.Function, _ prediction: any Prediction = .values
  ) -> MetricContext {
    MetricContext(
      prediction: prediction, outputs: 2, classNames: [], targetNames: ["a", "b"],
      units: Normalization(.divided, shift: golden.shift, scale: golden.scale, function: function))
  }

  private static func factors(_ golden: Golden, _ context: MetricContext, cut: Int = .max) throws -> [Double] {
    var whole = try SmearingFactor().makeState(context), part = whole
    for (row, weight) in golden.weights.enumerated() where weight > 0 {
      golden.outputs[row].withUnsafeBufferPointer { outputs in
        golden.targets[row].withUnsafeBufferPointer { targets in
          guard let outputs = outputs.baseAddress, let targets = targets.baseAddress else { return }
          part.update(MetricRow(outputs: outputs, targetClass: 0, targetValues: targets, weight: weight))
        }
      }
      if row % cut == cut - 1 || row == golden.weights.count - 1 {
        whole.merge(part.numbers[...])
        part = try SmearingFactor().makeState(context)
      }
    }
    whole.merge(part.numbers[...])
    return whole.value.numbers.map(\.value)
  }

  @Test("the mean of exp(residual) of each target, whatever the function and the cut", arguments: [1, 7, 64])
  func factors(cut: Int) throws {
    let golden = try Self.golden()
    for function in [Normalization.Function.log, .log1p] {
      let found = try Self.factors(golden, Self.context(golden, function), cut: cut)
      for (own, other) in zip(found, golden.factors) { #expect(abs(own / other - 1) < 1e-12) }
    }
  }

  @Test("of targets with unlike functions only those of logarithms have a factor")
  func mixed() throws {
    let golden = try Self.golden()
    for (functions, own) in [([.identity, .log], [1]), ([.log1p, .identity], [0]), ([.log, .log1p], [0, 1])]
      as [([Normalization.Function], [Int])]
    {
      var context = Self.context(golden, .identity)
      context.units = Normalization(.divided, shift: golden.shift, scale: golden.scale, functions: functions)
      let value = try SmearingFactor().makeState(context).value
      #expect(value.numbers.count == own.count)
      if case .vector(let labels, _) = value.content { #expect(labels == own.map { ["a", "b"][$0] }) }
      let found = try Self.factors(golden, context)
      for (factor, column) in zip(found, own) { #expect(abs(factor / golden.factors[column] - 1) < 1e-12) }
    }
  }

  @Test("negative control: other residuals have another factor, and exact ones have 1")
  func control() throws {
    var golden = try Self.golden()
    let context = Self.context(golden, .log), before = try Self.factors(golden, context)
    golden.outputs[3][0] += 1
    #expect(golden.weights[3] > 0)
    #expect(try Self.factors(golden, context)[0] != before[0] && Self.factors(golden, context)[1] == before[1])
    golden.outputs = golden.targets
    #expect(try Self.factors(golden, context) == [1, 1])
  }

  @Test("without a weight, or with a residual beyond double, there is no factor but a reason")
  func undefined() throws {
    var golden = try Self.golden()
    let context = Self.context(golden, .log)
    #expect(try SmearingFactor().makeState(context).value.numbers.allSatisfy { $0.reason != nil })
    golden.outputs[0][0] = -3e38
    golden.weights[0] = 1
    #expect(try Self.factors(golden, context)[0] == .infinity)
  }

  @Test("it needs logarithms, and outputs that are values")
  func refused() throws {
    let golden = try Self.golden()
    for context in [Self.context(golden, .identity), Self.context(golden, .log, .meanAndLogVariance)] {
      #expect(throws: ConfigError.self) { try SmearingFactor().makeState(context) }
    }
  }

  @Test("values go back to the units of the file exactly, and what is beyond double is infinite")
  func inverses() {
    let log = Normalization(.divided, shift: [2], scale: [3], function: .log)
    let log1p = Normalization(.multiplied, shift: [2], scale: [0.25], function: .log1p)
    for y in [1e-300, 1e-9, 0.5, 1, 7, 1e5, 1e300] {
      #expect(abs(log.restore((DoubleFunctions.log(y) - 2) / 3, feature: 0) / y - 1) < 1e-12, "\(y)")
      let back = log1p.restore((DoubleFunctions.log1p(y) - 2) * 0.25, feature: 0)
      #expect(abs(back - y) <= 1e-12 * y + 1e-15, "\(y)")
    }
    #expect(log.restore(Float(3e38), feature: 0) == .infinity)
    #expect(log.restore(Float(-3e38), feature: 0) == 0 && log1p.restore(Float(-3e38), feature: 0) == -1)
    #expect(!Normalization(.divided, shift: [0], scale: [1], function: .log).isIdentity)
  }
}
