internal import Kernels
package import Specs

/// A fully connected layer: `y = activation(x · Wᵀ + b)`, W `[units, inputs]` as in PyTorch's `Linear`, and like it at
/// each position of an input of several axes: `[…, inputs]` becomes `[…, units]`.
package struct Dense: SingleInputLayerSpec {
  package static let kind = "dense"
  package static let summary =
    "fully connected: activation(x · Wᵀ + b), weight [units, inputs]; of several axes it reads the last one"
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
    return DenseLayer(
      input: input, units: units, activation: activation, hasBias: hasBias,
      weightInitializer: weightInitializer, biasInitializer: biasInitializer)
  }

  package func warning(data: [Port]) -> String? {
    guard let port = data.first, port.shape.extents.count > 1 else { return nil }
    return "a dense layer reads shape \(port.shape) position by position; put {\"type\": \"flatten\"} before it to "
      + "read the whole sample"
  }
}

/// A dense layer at work. Weights are kept packed, and once more transposed for the gradient of the input.
///
/// Positions are rows of the products. Where they are equally far apart through all rows, the products go over all of
/// them at once, else row by row: an element is one chain of one position either way.
struct DenseLayer: Layer {
  let input: Port
  let output: Port
  let inputs: Int
  let units: Int
  let activation: Activation
  // Asked for by every call; an activation is copied to be asked.
  private let isGate: Bool
  private let isIdentity: Bool
  private let savesInput: Bool
  let hasBias: Bool
  let weightInitializer: any InitializerSpec
  let biasInitializer: any InitializerSpec

  init(
    input: Port, units: Int, activation: Activation, hasBias: Bool, weightInitializer: any InitializerSpec,
    biasInitializer: any InitializerSpec
  ) {
    self.input = input
    output = .aligned(input.withChannels(units))
    inputs = input.channels
    self.units = units
    self.activation = activation
    (isGate, isIdentity, savesInput) = (activation.isGate, activation.isIdentity, activation.saved == .input)
    self.hasBias = hasBias
    self.weightInitializer = weightInitializer
    self.biasInitializer = biasInitializer
  }

  var parameters: [Parameter] {
    let weight = Parameter(
      name: "weight", shape: [units, inputs], storage: .packed(inner: inputs, outer: units),
      initializer: weightInitializer, fanIn: inputs, fanOut: units)
    let bias = Parameter(
      name: "bias", shape: [units], initializer: biasInitializer, fanIn: inputs, fanOut: units)
    return hasBias ? [weight, bias] : [weight]
  }
  var gatesByOutput: Bool { isGate }
  var canGateInput: Bool { true }
  var needs: LayerNeeds {
    LayerNeeds(
      savedCount: savesInput ? output.rowCount : 0,
      derivedCount: DenseProduct.packedCount(inner: units, outer: inputs),
      derivedItems: DenseProduct.blockCount(inner: inputs, outer: units),
      // Positions come in products of their own, too short to make the transpose for each.
      derivedScratchCount: input.positions > 1 ? 0 : transposedScratchCount,
      forwardScratchCount: DenseProduct.scratchCount(inner: inputs, outer: units),
      backwardScratchCount: (isNarrow ? narrowBlock * wholeVectors : 0)
        + DenseProduct.scratchCount(inner: units, outer: inputs),
      gradientScratchCount: gradientScratchCount,
      gradientItems: WeightGradient.itemCount(inner: inputs, outer: units),
      forwardItems: DenseProduct.panelCount(outer: units),
      backwardItems: isNarrow ? 0 : DenseProduct.panelCount(outer: inputs),
      rowOperations: 2 * inputs * units * input.positions)
  }

  /// The input's channels as the kernels write them.
  private var wholeVectors: Int { (inputs + 15) / 16 * 16 }
  /// The kernels would write the gradient of a position into the next one's.
  private var isNarrow: Bool { input.positions > 1 && input.channelStride < wholeVectors }
  /// What products with the transpose use beyond what the others do; some, because 0 would say that there are none.
  private var transposedScratchCount: Int {
    max(
      16,
      DenseProduct.transposedScratch(inner: units, outer: inputs)
        - DenseProduct.scratchCount(inner: units, outer: inputs))
  }
  private var gradientScratchCount: Int { input.positions > 1 ? WeightGradient.Positions.copyCount : 0 }
  /// Positions whose gradients are computed beside the input's and copied.
  private var narrowBlock: Int { min(48, input.positions) }

  func forward(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    forward(pass, rows: rows, panel: nil, scratch)
  }

  func forward(_ pass: LayerPass, rows: Range<Int>, item: Int) { forward(pass, rows: rows, panel: item, nil) }

  private func forward(_ pass: LayerPass, rows: Range<Int>, panel: Int?, _ scratch: UnsafeMutablePointer<Float>?) {
    let before = savesInput ? pass.saved : pass.output
    let bias = hasBias ? UnsafePointer(pass.arena + pass.offsets[1]) : nil
    eachProduct(of: pass.input, input, before, output, rows: rows) { x, y, rows in
      DenseProduct.multiply(
        x, weights: pass.arena + pass.offsets[0], bias: bias, into: y, rows: rows, inner: inputs, outer: units,
        epilogue: isGate ? .relu : .none, panel: panel, scratch: scratch)
    }
    guard !isGate, !isIdentity else { return }
    let columns = panel.map { DenseProduct.columns(ofPanel: $0, outer: units) }
    // Elements of some columns lie together at one position only.
    let runs = columns.map { (count: output.positions, length: $0.count) } ?? output.runs
    for row in rows {
      for run in 0..<runs.count {
        let place = run * output.channelStride + (columns?.lowerBound ?? 0)
        activation.forward(before[row] + place, into: pass.output[row] + place, count: runs.length)
      }
    }
  }

  /// The positions of rows of two matrices as rows of their own.
  private func eachProduct(
    of x: Matrix, _ a: Port, _ y: Matrix, _ b: Port, rows: Range<Int>,
    _ multiply: (_ x: Matrix, _ y: Matrix, _ rows: Range<Int>) -> Void
  ) {
    let positions = input.positions
    if positions == 1 { return multiply(x, y, rows) }
    let (xStride, yStride) = (a.channelStride, b.channelStride)
    if x.stride == positions * xStride, y.stride == positions * yStride {
      return multiply(
        Matrix(x.pointer, stride: xStride), Matrix(y.pointer, stride: yStride),
        rows.lowerBound * positions..<rows.upperBound * positions)
    }
    for row in rows { multiply(Matrix(x[row], stride: xStride), Matrix(y[row], stride: yStride), 0..<positions) }
  }

  func finishedGradients(items: Int) -> Int {
    WeightGradient.finishedCount(items: items, inner: inputs, outer: units)
  }

  func prepareOutputGradient(_ pass: LayerPass, rows: Range<Int>) {
    if !isIdentity, !(isGate && pass.outputGradientIsGated) {
      let saved = savesInput ? pass.saved : pass.output, runs = output.runs
      for row in rows {
        for run in 0..<runs.count {
          let place = run * output.channelStride, d = pass.outputGradient[row] + place
          activation.backward(saved: saved[row] + place, d, into: d, count: runs.length)
        }
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let gradient = pass.inputGradient else { return }
    if isNarrow { return backwardNarrow(pass, into: gradient, rows: rows, scratch: scratch) }
    eachBack(pass, into: gradient, rows: rows) { d, y, rows, epilogue in
      multiplyBack(pass, d, into: y, rows: rows, epilogue: epilogue, scratch)
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, item: Int) {
    guard let gradient = pass.inputGradient, let derived = pass.derived else { return }
    eachBack(pass, into: gradient, rows: rows) { d, y, rows, epilogue in
      DenseProduct.multiply(
        d, weights: derived, bias: nil, into: y, rows: rows, inner: units, outer: inputs, epilogue: epilogue,
        panel: item)
    }
  }

  private func eachBack(
    _ pass: LayerPass, into gradient: Matrix, rows: Range<Int>,
    _ multiply: (_ d: Matrix, _ y: Matrix, _ rows: Range<Int>, _ epilogue: DenseProduct.Epilogue) -> Void
  ) {
    eachProduct(of: pass.outputGradient, output, gradient, input, rows: rows) { d, y, rows in
      // The input lies as its gradient does.
      let gate = Matrix(pass.input.pointer + (y.pointer - gradient.pointer), stride: y.stride)
      multiply(d, y, rows, pass.gatesInputGradient ? .gate(gate) : .none)
    }
  }

  private func multiplyBack(
    _ pass: LayerPass, _ d: Matrix, into y: Matrix, rows: Range<Int>, epilogue: DenseProduct.Epilogue,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    if let derived = pass.derived {
      DenseProduct.multiply(
        d, weights: derived, bias: nil, into: y, rows: rows, inner: units, outer: inputs, epilogue: epilogue,
        scratch: scratch)
    } else {
      DenseProduct.multiplyTransposed(
        d, weights: pass.arena + pass.offsets[0], into: y, rows: rows, inner: units, outer: inputs, epilogue: epilogue,
        scratch: scratch)
    }
  }

  /// The same by way of scratch memory, some positions at a time.
  private func backwardNarrow(
    _ pass: LayerPass, into gradient: Matrix, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) {
    let block = Matrix(scratch, stride: wholeVectors), rest = scratch + narrowBlock * wholeVectors
    for row in rows {
      for first in stride(from: 0, to: input.positions, by: narrowBlock) {
        let count = min(narrowBlock, input.positions - first)
        let d = Matrix(pass.outputGradient[row] + first * output.channelStride, stride: output.channelStride)
        multiplyBack(pass, d, into: block, rows: 0..<count, epilogue: .none, rest)
        for position in 0..<count {
          let place = (first + position) * input.channelStride
          let x = pass.input[row] + place, y = gradient[row] + place, found = block[position]
          for index in 0..<inputs { y[index] = !pass.gatesInputGradient || x[index] > 0 ? found[index] : 0 }
        }
      }
    }
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let positions =
      input.positions > 1
      ? WeightGradient.Positions(
        count: input.positions, xStride: input.channelStride, dStride: output.channelStride, copy: scratch) : nil
    WeightGradient.accumulate(
      item: item, x: pass.input, d: pass.outputGradient, dw: gradient + pass.gradientOffsets[0],
      db: hasBias ? gradient + pass.gradientOffsets[1] : nil, inner: inputs, outer: units, leaves: leaves,
      leafCount: leafCount, positions: positions, scratch: scratch + gradientScratchCount)
  }

  func renewDerived(_ pass: LayerPass, item: Int) {
    guard let derived = pass.derived else { return }
    DenseProduct.packTransposed(
      pass.arena + pass.offsets[0], inner: inputs, outer: units, into: derived, blocks: item..<item + 1)
  }
}
