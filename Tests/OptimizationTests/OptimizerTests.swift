import Foundation
import Kernels
import Platform
import Specs
import Testing

@testable import Optimization

/// The battery of optimizers.
@Suite struct OptimizerTests {
  struct Case: Sendable, Codable, CustomTestStringConvertible {
    var kind: String
    var sample: String
    /// Whether the elements are one vector, like a bias, for an optimizer that makes a difference.
    var isVector = false
    var testDescription: String { "\(kind) \(sample)\(isVector ? " vector" : "")" }
  }

  struct Golden: Codable {
    struct Run: Codable {
      var kind: String
      var sample: String
      var isVector: Bool?
      var path: [[Double]]

      enum CodingKeys: String, CodingKey {
        case kind, sample, path
        case isVector = "is_vector"
      }
    }

    var slope: [Double]
    var start: [Double]
    var centre: [Double]
    var steps: [Int]
    var runs: [Run]

    func run(_ entry: Case) -> Run? {
      runs.first { $0.kind == entry.kind && $0.sample == entry.sample && ($0.isVector ?? false) == entry.isVector }
    }
  }

  static let all = OptimizerRegistry.standard.all.flatMap { type in
    type.examples.flatMap { example in
      let plain = Case(kind: type.kind, sample: example)
      let isLayerwise = ((try? make(plain))?.makeOptimizer() as? any LayerwiseOptimizer) != nil
      return isLayerwise ? [plain, Case(kind: type.kind, sample: example, isVector: true)] : [plain]
    }
  }
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  static let golden = Result {
    try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: folder.appendingPathComponent("optimizers.json")))
  }

  static func make(_ entry: Case) throws -> any OptimizerSpec {
    let keys = try ConfigValue.parse(Data(entry.sample.utf8), file: "sample")
    guard case .object(let members) = keys else { throw ConfigError("not an object") }
    let value = ConfigValue.object([.init("type", .string(entry.kind))] + members)
    return try FieldReader.readVariant(value, OptimizerRegistry.standard, path: "optimizer").0
  }

  /// Runs 100 steps on Σ aᵢ (wᵢ − cᵢ)² / 2, whose gradient is summed over a batch of weight 4, in one tensor that is
  /// updated in the given pieces.
  static func run(
    _ spec: any OptimizerSpec, on problem: Golden, cuts: [Range<Int>], isVector: Bool = false, rateScale: Double = 1
  ) -> [[Float]] {
    let optimizer = spec.makeOptimizer(), count = problem.start.count
    let w = AlignedBuffer<Float>(count: 32), g = AlignedBuffer<Float>(count: 32)
    for (index, value) in problem.start.enumerated() { w.pointer[index] = Float(value) }
    let state = optimizer.stateNames.map { _ in AlignedBuffer<Float>(count: 32) }
    let rate = spec.learningRate * rateScale
    var path: [[Float]] = []
    for step in 1...100 {
      for index in 0..<count {
        g.pointer[index] = 4 * Float(problem.slope[index]) * (w.pointer[index] - Float(problem.centre[index]))
      }
      func pieces(_ body: (Range<Int>, UnsafePointer<UnsafeMutablePointer<Float>>) -> Void) {
        for cut in cuts {
          var slices = state.map { $0.pointer + cut.lowerBound }
          if slices.isEmpty { slices = [w.pointer] }
          body(cut, slices)
        }
      }
      if let elementwise = optimizer as? any ElementwiseOptimizer {
        pieces { cut, state in
          elementwise.apply(
            weights: w.pointer + cut.lowerBound, gradient: g.pointer + cut.lowerBound, state: state, count: cut.count,
            weight: 4, clip: 1, learningRate: rate, step: step)
        }
      } else if let layerwise = optimizer as? any LayerwiseOptimizer {
        let weightNorm = Sums.squares(w.pointer, count: count).squareRoot()
        pieces { cut, state in
          GradientArithmetic.prepare(
            g.pointer + cut.lowerBound, weights: w.pointer + cut.lowerBound, count: cut.count, weight: 4, clip: 1,
            limit: .infinity, l1: 0, l2: 0)
          layerwise.direct(
            weights: w.pointer + cut.lowerBound, gradient: g.pointer + cut.lowerBound, state: state, count: cut.count,
            step: step)
        }
        let length = layerwise.rate(
          isVector: isVector, weightNorm: weightNorm,
          directionNorm: Sums.squares(g.pointer, count: count).squareRoot(), learningRate: rate)
        pieces { cut, state in
          layerwise.move(
            weights: w.pointer + cut.lowerBound, direction: g.pointer + cut.lowerBound, state: state, count: cut.count,
            rate: length)
        }
      }
      path.append((0..<count).map { w.pointer[$0] })
    }
    return path
  }

  static func difference(_ path: [[Float]], _ run: Golden.Run, steps: [Int]) -> Double {
    zip(steps, run.path).flatMap { step, expected in
      zip(path[step - 1], expected).map { abs(Double($0) - $1) / max(0.1, abs($1)) }
    }.max() ?? .infinity
  }

  @Test("follows float64 for 100 steps", arguments: all)
  func trajectory(_ entry: Case) throws {
    let golden = try Self.golden.get()
    let run = try #require(
      golden.run(entry), "no golden values; run Golden/optimizers.py on the samples")
    let path = Self.run(try Self.make(entry), on: golden, cuts: [0..<21], isVector: entry.isVector)
    let difference = Self.difference(path, run, steps: golden.steps)
    #expect(difference <= 1e-5, "\(difference)")
  }

  @Test("negative control: a learning rate 0.1 % off does not follow", arguments: all)
  func control(_ entry: Case) throws {
    let golden = try Self.golden.get()
    let run = try #require(golden.run(entry))
    let path = Self.run(try Self.make(entry), on: golden, cuts: [0..<21], isVector: entry.isVector, rateScale: 1.001)
    #expect(Self.difference(path, run, steps: golden.steps) > 1e-5)
  }

  @Test("any cut of the arrays gives the same bits", arguments: all)
  func cuts(_ entry: Case) throws {
    let golden = try Self.golden.get(), spec = try Self.make(entry)
    let whole = Self.run(spec, on: golden, cuts: [0..<21])
    #expect(whole == Self.run(spec, on: golden, cuts: [0..<1, 1..<16, 16..<21]))
    #expect(whole == Self.run(spec, on: golden, cuts: [0..<7, 7..<20, 20..<21]))
  }

  @Test("where a norm is 0, and for vectors, LARS steps by trust and LAMB as Adam")
  func withoutNorms() throws {
    let lars = try #require(
      try Self.make(Case(kind: "lars", sample: #"{"trust": 0.01}"#)).makeOptimizer() as? any LayerwiseOptimizer)
    let lamb = try #require(try Self.make(Case(kind: "lamb", sample: "{}")).makeOptimizer() as? any LayerwiseOptimizer)
    for (isVector, weightNorm, directionNorm) in [(true, 3.0, 2.0), (true, 0, 2), (false, 0, 2), (false, 3, 0)] {
      let norms = (weightNorm: weightNorm, directionNorm: directionNorm)
      func rate(_ optimizer: any LayerwiseOptimizer) -> Double {
        optimizer.rate(
          isVector: isVector, weightNorm: norms.weightNorm, directionNorm: norms.directionNorm, learningRate: 0.5)
      }
      #expect(rate(lars) == 0.5 * 0.01, "\(isVector) \(norms)")
      #expect(rate(lamb) == 0.5, "\(isVector) \(norms)")
    }
    #expect(abs(lars.rate(isVector: false, weightNorm: 3, directionNorm: 2, learningRate: 0.5) - 0.0075) < 1e-9)
    #expect(lamb.rate(isVector: false, weightNorm: 3, directionNorm: 2, learningRate: 0.5) == 0.75)
  }

  /// What an optimizer says of a gradient with `bad` at a place, and whether it has written something that is not
  /// finite.
  private static func answer(
    _ optimizer: any ElementwiseOptimizer, bad: (place: Int, value: Float)?, step: Int, count: Int
  ) -> (isFinite: Bool, hasWritten: Bool) {
    var w = (0..<count).map { Float($0) * 0.25 - 3 }, g = (0..<count).map { Float($0 % 7) - 2 }
    if let bad { g[bad.place] = bad.value }
    let states = optimizer.stateNames.map { _ in AlignedBuffer<Float>(count: max(16, count)) }
    let nothing = AlignedBuffer<Float>(count: 16)
    let pointers = (states.isEmpty ? [nothing] : states).map(\.pointer)
    let isFinite = optimizer.apply(
      weights: &w, gradient: g, state: pointers, count: count, weight: 4, clip: 1, learningRate: 0.01, step: step)
    let arrays = [w] + states.map { Array(UnsafeBufferPointer(start: $0.pointer, count: count)) }
    return (isFinite, arrays.contains { !$0.allSatisfy(\.isFinite) })
  }

  @Test("what is not finite is seen at every place, and finite numbers are", arguments: all)
  func finiteness(_ entry: Case) throws {
    guard let optimizer = try Self.make(entry).makeOptimizer() as? any ElementwiseOptimizer else { return }
    for step in [1, 7] {
      for count in [1, 15, 16, 21, 40] {
        #expect(Self.answer(optimizer, bad: nil, step: step, count: count) == (true, false))
        for place in 0..<count {
          for value in [Float.nan, .infinity, -.infinity] {
            #expect(
              !Self.answer(optimizer, bad: (place, value), step: step, count: count).isFinite, "\(place) \(value)")
          }
        }
      }
    }
    // A square beyond float32 is seen where a state holds it.
    let huge = Self.answer(optimizer, bad: (3, 3e38), step: 1, count: 21)
    #expect(huge.isFinite != huge.hasWritten)
  }

  @Test("every optimizer has at least two examples")
  func examples() {
    for type in OptimizerRegistry.standard.all { #expect(type.examples.count >= 2, "\(type.kind)") }
  }
}
