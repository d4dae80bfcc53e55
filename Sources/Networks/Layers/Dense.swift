internal import Kernels
package import Specs

/// A fully connected layer: `y = activation(x · Wᵀ + b)`, W `[units, inputs]` as in PyTorch's `Linear`.
package struct Dense: SingleInputLayerSpec {
  package static let kind = "dense"
  package static let summary = "fully connected: activation(x · Wᵀ + b), weight [units, inputs]"
  package static let examples = [
    #"{"units": 3}"#, #"{"units": 5, "activation": "relu"}"#, #"{"units": 4, "activation": "gelu", "bias": false}"#,
    #"{"units": 2, "activation": {"type": "elu", "alpha": 0.5}, "bias_initializer": {"type": "constant", "value": 0.1}}"#,
  ]

  var units: Int
  var activation: Activation
  var hasBias: Bool
  var weightInitializer: any InitializerSpec
  var biasInitializer: any InitializerSpec

  package init(from fields: FieldReader) throws(ConfigError) {
    units = try fields.integer("units", in: 1...1_048_576, "outputs of the layer")
    activation = try fields.variant(
      "activation", ActivationRegistry.standard, default: "identity", "function of each output"
    ).activation
    hasBias = try fields.boolean("bias", default: true, "whether a bias is added")
    weightInitializer = try fields.variant(
      "initializer", InitializerRegistry.standard, default: "fan_in_uniform",
      "first weights; the default, uniform in ±1/√inputs for every activation, is PyTorch's")
    biasInitializer = try fields.variant(
      "bias_initializer", InitializerRegistry.standard, default: "fan_in_uniform",
      "first biases; the default, uniform in ±1/√inputs of a unit, is PyTorch's")
  }

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    guard input.element == .float32 else {
      throw ConfigError("a dense layer needs float32 inputs, found \(input)", path: path)
    }
    guard input.shape.extents.count == 1 else {
      throw ConfigError(
        "a dense layer needs flat inputs, found shape \(input.shape); put {\"type\": \"flatten\"} before it", path: path
      )
    }
    return DenseLayer(
      inputs: input.count, units: units, activation: activation, hasBias: hasBias,
      weightInitializer: weightInitializer, biasInitializer: biasInitializer)
  }
}

/// A dense layer at work. Weights are kept packed, and once more transposed for the gradient of the input.
struct DenseLayer: Layer {
  let inputs: Int
  let units: Int
  let activation: Activation
  let hasBias: Bool
  let weightInitializer: any InitializerSpec
  let biasInitializer: any InitializerSpec

  var output: Port { Port([units]) }
  var parameters: [Parameter] {
    let weight = Parameter(
      name: "weight", shape: [units, inputs], storage: .packed(inner: inputs, outer: units),
      initializer: weightInitializer, fanIn: inputs, fanOut: units)
    let bias = Parameter(
      name: "bias", shape: [units], initializer: biasInitializer, fanIn: inputs, fanOut: units)
    return hasBias ? [weight, bias] : [weight]
  }
  var gatesByOutput: Bool { activation.isGate }
  var canGateInput: Bool { true }
  var needs: LayerNeeds {
    LayerNeeds(
      savedCount: activation.saved == .input ? units : 0,
      derivedCount: DenseProduct.packedCount(inner: units, outer: inputs),
      derivedItems: DenseProduct.blockCount(inner: inputs, outer: units),
      derivedScratchCount: DenseProduct.transposedScratch(inner: units),
      gradientItems: WeightGradient.itemCount(inner: inputs, outer: units),
      forwardItems: DenseProduct.panelCount(outer: units), backwardItems: DenseProduct.panelCount(outer: inputs),
      rowOperations: 2 * inputs * units)
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) { forward(pass, rows: rows, panel: nil) }

  func forward(_ pass: LayerPass, rows: Range<Int>, item: Int) { forward(pass, rows: rows, panel: item) }

  private func forward(_ pass: LayerPass, rows: Range<Int>, panel: Int?) {
    let before = activation.saved == .input ? pass.saved : pass.output
    DenseProduct.multiply(
      pass.input, weights: pass.arena + pass.offsets[0],
      bias: hasBias ? UnsafePointer(pass.arena + pass.offsets[1]) : nil,
      into: before, rows: rows, inner: inputs, outer: units, epilogue: activation.isGate ? .relu : .none, panel: panel)
    guard !activation.isGate, !activation.isIdentity else { return }
    let columns = panel.map { DenseProduct.columns(ofPanel: $0, outer: units) } ?? 0..<units, first = columns.lowerBound
    for row in rows {
      activation.forward(before[row] + first, into: pass.output[row] + first, count: columns.count)
    }
  }

  func finishedGradients(items: Int) -> Int {
    WeightGradient.finishedCount(items: items, inner: inputs, outer: units)
  }

  func prepareOutputGradient(_ pass: LayerPass, rows: Range<Int>) {
    if !activation.isIdentity, !(activation.isGate && pass.outputGradientIsGated) {
      let saved = activation.saved == .input ? pass.saved : pass.output
      for row in rows {
        activation.backward(saved: saved[row], pass.outputGradient[row], into: pass.outputGradient[row], count: units)
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let inputGradient = pass.inputGradient else { return }
    let epilogue = pass.gatesInputGradient ? DenseProduct.Epilogue.gate(pass.input) : .none
    if let derived = pass.derived {
      DenseProduct.multiply(
        pass.outputGradient, weights: derived, bias: nil, into: inputGradient, rows: rows, inner: units,
        outer: inputs, epilogue: epilogue)
    } else {
      DenseProduct.multiplyTransposed(
        pass.outputGradient, weights: pass.arena + pass.offsets[0], into: inputGradient, rows: rows, inner: units,
        outer: inputs, epilogue: epilogue, scratch: scratch)
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, item: Int) {
    guard let inputGradient = pass.inputGradient, let derived = pass.derived else { return }
    DenseProduct.multiply(
      pass.outputGradient, weights: derived, bias: nil, into: inputGradient, rows: rows, inner: units, outer: inputs,
      epilogue: pass.gatesInputGradient ? .gate(pass.input) : .none, panel: item)
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    WeightGradient.accumulate(
      item: item, x: pass.input, d: pass.outputGradient, dw: gradient + pass.gradientOffsets[0],
      db: hasBias ? gradient + pass.gradientOffsets[1] : nil, inner: inputs, outer: units, leaves: leaves,
      leafCount: leafCount,
      scratch: scratch)
  }

  func renewDerived(_ pass: LayerPass, item: Int) {
    guard let derived = pass.derived else { return }
    DenseProduct.packTransposed(
      pass.arena + pass.offsets[0], inner: inputs, outer: units, into: derived, blocks: item..<item + 1)
  }
}
