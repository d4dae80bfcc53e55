import Kernels
import Platform

@testable import Networks

extension LayerBattery {
  /// Wrong by more than this, in units of a typical derivative, is wrong.
  ///
  /// An output has an error of 2⁻²⁴ of the terms that it is added from; over a step of 2⁻⁹ that is 3 · 10⁻⁵, over 2⁻¹²
  /// 2 · 10⁻⁴, over 2⁻¹⁴ 10⁻³. Curvature costs as much at the greater steps, and more kinks are met there: at many
  /// positions hundreds.
  private static let tolerance = 2e-3
  private static let steps: [Float] = [0x1p-6, 0x1p-9, 0x1p-12, 0x1p-14]

  /// Derivatives of Σ direction · output, added in double, along each element of what is small, else along eight random
  /// directions.
  func gradients() -> [Finding] {
    guard !layer.isView else { return [] }
    let bench = LayerBench(layer, inputs: inputs)
    _ = bench.trace()
    let gradient = bench.gradient(LeafTree(shards: [0..<LayerBench.rows]).leaves)
    var found: [Finding] = []
    for (index, input) in bench.inputs.enumerated() {
      let slopes = bench.inputGradients[index].values
      found += Self.check(
        "input \(index)", slopes, scale: 1, item: 30 + UInt64(index), values: { input.values },
        set: { input[$0] = $1 }, loss: { Self.loss(bench) })
    }
    for (index, parameter) in bench.parameters.enumerated() {
      let places = (0..<parameter.count).map { bench.place(index, $0) }
      found += Self.check(
        parameter.name, places.map { gradient[$0] },
        // One step along all weights of a unit moves its sum by about one step.
        scale: parameter.isVector ? 1 : 1 / Float(max(1, parameter.fanIn)).squareRoot(), item: 40 + UInt64(index),
        values: { places.map { bench.arena.pointer[$0] } }, set: { bench.arena.pointer[places[$0]] = $1 },
        loss: { Self.loss(bench) })
    }
    return found
  }

  private static func loss(_ bench: LayerBench) -> Double {
    bench.forward()
    return bench.output.product(bench.direction)
  }

  private static func check(
    _ name: String, _ slopes: [Float], scale: Float, item: UInt64, values: () -> [Float], set: (Int, Float) -> Void,
    loss: () -> Double
  ) -> [Finding] {
    let before = values(), count = slopes.count
    let typical = (slopes.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, count))).squareRoot()
    let directions: [[(element: Int, length: Float)]] =
      count <= 64
      ? (0..<count).map { [($0, 1)] }
      : (0..<8).map { direction in
        LayerBench.random(count, 100 * item + UInt64(direction)).enumerated().map { ($0, scale * $1) }
      }
    let middle = loss()
    for direction in directions {
      let expected = direction.reduce(0.0) { $0 + Double(slopes[$1.element]) * Double($1.length) }
      let size = direction.reduce(0.0) { $0 + Double($1.length) * Double($1.length) }.squareRoot() * typical
      let bound = tolerance * max(size, abs(expected)) + 1e-6
      var measured: [Double] = []
      for step in steps {
        func moved(_ sign: Float) -> Double {
          for (element, length) in direction { set(element, before[element] + sign * step * length) }
          return loss()
        }
        let above = moved(1), below = moved(-1), h = Double(step)
        // At a kink one of the two sides has the slope.
        measured += [(above - below) / (2 * h), (above - middle) / h, (middle - below) / h]
        if measured.contains(where: { abs($0 - expected) <= bound }) { break }
      }
      for (element, _) in direction { set(element, before[element]) }
      if !measured.contains(where: { abs($0 - expected) <= bound }) {
        let place = direction.count == 1 ? "element \(direction[0].element)" : "a random direction"
        return [Finding(kind: .gradient, text: "\(name), \(place): \(expected), measured \(measured)")]
      }
    }
    return []
  }
}
