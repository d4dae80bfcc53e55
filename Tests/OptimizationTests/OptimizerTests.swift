import Foundation
import Specs
import Testing

@testable import Optimization

/// The battery of optimizers.
@Suite struct OptimizerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: String
    var sample: String
    var testDescription: String { "\(kind) \(sample)" }
  }

  static let all = OptimizerRegistry.all.flatMap { type in type.samples.map { Case(kind: type.kind, sample: $0) } }

  static func make(_ entry: Case) throws -> (spec: any OptimizerSpec, keys: ConfigValue) {
    let keys = try ConfigValue.parse(Data(entry.sample.utf8), file: "sample")
    guard case .object(let members) = keys else { throw ConfigError("not an object") }
    let value = ConfigValue.object([.init("type", .string(entry.kind))] + members)
    return (try FieldReader.readVariant(value, OptimizerRegistry.registry, path: "optimizer").0, keys)
  }

  /// Runs 100 steps on Σ aᵢ (wᵢ − cᵢ)² / 2, whose gradient is summed over a batch of weight 4.
  static func run(_ spec: any OptimizerSpec, cuts: [Range<Int>]) -> [[Float]] {
    let optimizer = spec.makeOptimizer()
    var w = start.map(Float.init)
    var state = optimizer.stateNames.map { _ in [Float](repeating: 0, count: w.count) }
    var path: [[Float]] = []
    for step in 1...100 {
      let g = w.indices.map { Float(4 * slope[$0]) * (w[$0] - Float(centre[$0])) }
      w.withUnsafeMutableBufferPointer { w in
        guard let base = w.baseAddress else { return }
        var pointers = state.indices.map { index in
          state[index].withUnsafeMutableBufferPointer { $0.baseAddress ?? base }
        }
        if pointers.isEmpty { pointers = [base] }
        for cut in cuts {
          let slices = pointers.map { $0 + cut.lowerBound }
          g.withUnsafeBufferPointer { g in
            guard let g = g.baseAddress else { return }
            slices.withUnsafeBufferPointer { slices in
              guard let slices = slices.baseAddress else { return }
              optimizer.apply(
                weights: base + cut.lowerBound, gradient: g + cut.lowerBound, state: slices, count: cut.count,
                weight: 4,
                clip: 1, learningRate: spec.learningRate, step: step)
            }
          }
        }
      }
      path.append(w)
    }
    return path
  }

  static let start = (0..<21).map { Double($0) / 7 - 1.25 }
  static let centre = (0..<21).map { sin(Double($0)) }
  static let slope = (0..<21).map { 0.5 + Double($0 % 5) / 4 }

  @Test("follows a reference in double precision for 100 steps", arguments: all)
  func trajectory(_ entry: Case) throws {
    let (spec, keys) = try Self.make(entry)
    func number(_ key: String, _ standard: Double) -> Double {
      switch keys[key] {
      case .number(let value)?: value
      case .integer(let value)?: Double(value)
      default: standard
      }
    }
    let rate = number("learning_rate", 0.001)
    var w = Self.start, m = w.map { _ in 0.0 }, v = m
    let path = Self.run(spec, cuts: [0..<21])
    for step in 1...100 {
      for index in w.indices {
        var g = Self.slope[index] * (w[index] - Self.centre[index])
        switch entry.kind {
        case "sgd":
          g += number("weight_decay", 0) * w[index]
          m[index] = number("momentum", 0) * m[index] + g
          w[index] -= rate * (keys["nesterov"] == .boolean(true) ? g + number("momentum", 0) * m[index] : m[index])
        case "adam", "adamw":
          let b1 = number("beta1", 0.9), b2 = number("beta2", 0.999)
          if entry.kind == "adam" {
            g += number("weight_decay", 0) * w[index]
          } else {
            w[index] *= 1 - rate * number("weight_decay", 0.01)
          }
          m[index] = b1 * m[index] + (1 - b1) * g
          v[index] = b2 * v[index] + (1 - b2) * g * g
          let mean = m[index] / (1 - pow(b1, Double(step))), square = v[index] / (1 - pow(b2, Double(step)))
          w[index] -= rate * mean / (square.squareRoot() + 1e-8)
        default: Issue.record("no reference for \(entry.kind)")
        }
        let found = Double(path[step - 1][index])
        #expect(
          abs(found - w[index]) <= 1e-5 * max(0.1, abs(w[index])),
          "step \(step), element \(index): \(found), \(w[index])")
      }
    }
  }

  @Test("any cut of the arrays gives the same bits", arguments: all)
  func cuts(_ entry: Case) throws {
    let spec = try Self.make(entry).spec
    #expect(Self.run(spec, cuts: [0..<21]).last == Self.run(spec, cuts: [0..<1, 1..<8, 8..<21]).last)
  }

  @Test("negative control: another learning rate is another path")
  func control() throws {
    let slow = try Self.make(Case(kind: "sgd", sample: #"{"learning_rate": 0.1}"#)).spec
    let fast = try Self.make(Case(kind: "sgd", sample: #"{"learning_rate": 0.11}"#)).spec
    #expect(Self.run(slow, cuts: [0..<21]).last != Self.run(fast, cuts: [0..<21]).last)
  }
}
