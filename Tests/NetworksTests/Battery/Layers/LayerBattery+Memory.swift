import Kernels

@testable import Networks

extension LayerBattery {
  /// The lanes behind rows and parameters: never read into what counts, 0 where they were 0, and nothing beyond them
  /// touched.
  func padding(_ whole: LayerTrace) -> [Finding] {
    var filled = LayerBench.Setup()
    filled.padding = .nan
    let bench = LayerBench(layer, inputs: inputs, filled)
    var found = compare(.paddingRead, bench.trace(), whole, "with NaN behind the rows")
    if let place = bench.trespass { found.append(Finding(kind: .paddingWritten, text: "with NaN: \(place)")) }
    let plain = LayerBench(layer, inputs: inputs)
    _ = plain.trace()
    if let place = plain.trespass { found.append(Finding(kind: .paddingWritten, text: place)) }
    if let place = plain.scratchTrespass { found.append(Finding(kind: .scratch, text: place)) }
    found += otherRows() + gradientPadding(plain)
    var without = LayerBench.Setup()
    without.wantsInputGradient = false
    return found
      + compare(.rows, LayerBench(layer, inputs: inputs, without).trace(), whole, "without an input's gradient")
  }

  /// A call for some rows leaves the others alone.
  private func otherRows() -> [Finding] {
    guard !layer.isView else { return [] }
    let bench = LayerBench(layer, inputs: inputs), part = 3..<9
    bench.forward([part])
    func isForeign(_ grid: Grid) -> Bool {
      (0..<grid.rows).filter { !part.contains($0) }.allSatisfy { row in
        (0..<grid.width).allSatisfy { grid[row * grid.width + $0].bitPattern == Grid.foreign.bitPattern }
      }
    }
    guard isForeign(bench.output) else {
      return [Finding(kind: .paddingWritten, text: "forward writes to rows outside \(part)")]
    }
    bench.backward([part])
    guard bench.inputGradients.allSatisfy(isForeign) else {
      return [Finding(kind: .paddingWritten, text: "backward writes to rows outside \(part)")]
    }
    return []
  }

  /// Floats of the gradient that belong to no element stay 0, so that norms and updates of whole arrays do not see
  /// them.
  private func gradientPadding(_ bench: LayerBench) -> [Finding] {
    let gradient = bench.gradient(LeafTree(shards: [0..<LayerBench.rows]).leaves)
    var isElement = [Bool](repeating: false, count: bench.gradientCount)
    for parameter in bench.parameters.indices {
      for element in 0..<bench.parameters[parameter].count { isElement[bench.place(parameter, element)] = true }
    }
    guard let place = isElement.indices.first(where: { !isElement[$0] && gradient[$0] != 0 }) else { return [] }
    return [Finding(kind: .paddingWritten, text: "float \(place) of the gradient is no element and \(gradient[place])")]
  }

  /// `(input > 0)` applied by the layer for the one before it, and `(output > 0)` left to the one behind it.
  func gates() -> [Finding] {
    var found: [Finding] = []
    let plain = LayerBench(layer, inputs: inputs), expected = plain.trace()
    if layer.canGateInput {
      var setup = LayerBench.Setup()
      setup.gatesInputGradient = true
      for keeps in layer.needs.derivedScratchCount > 0 ? [true, false] : [true] {
        setup.keepsDerived = keeps
        let bench = LayerBench(layer, inputs: inputs, setup), trace = bench.trace()
        let gated = plain.inputGradients[0].bits.enumerated().map { plain.inputs[0][$0] > 0 ? $1 : 0 }
        if bench.inputGradients[0].bits != gated {
          found.append(Finding(kind: .gates, text: "the input's gradient is not that of the positive inputs"))
        }
        found += compare(
          .gates, LayerTrace(parts: [trace.parts[0], trace.parts[1], ("", []), trace.parts[3]]), expected,
          "gating the input")
      }
    }
    if layer.gatesByOutput {
      var setup = LayerBench.Setup()
      setup.outputGradientIsGated = true
      found += compare(.gates, LayerBench(layer, inputs: inputs, setup).trace(), expected, "gated by the next layer")
    }
    return found
  }
}
