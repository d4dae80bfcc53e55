package import Kernels
package import Specs

/// A layer as config.json names it.
package protocol LayerSpec: Spec {
  /// Makes the layer for its inputs.
  /// - Throws: ``ConfigError`` at `path` when they do not fit.
  func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer
  /// The types of elements that it reads as one of its inputs.
  func elements(ofInput index: Int) -> [Port.Element]
  /// What is probably not meant, in words, where the layer reads data as they come: through no layer with weights.
  func warning(data: [Port]) -> String?
}

extension LayerSpec {
  package func elements(ofInput index: Int) -> [Port.Element] { [.float32] }
  package func warning(data: [Port]) -> String? { nil }
}

/// A layer that reads one other layer.
package protocol SingleInputLayerSpec: LayerSpec {
  /// Makes the layer for its input.
  func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer
}

extension SingleInputLayerSpec {
  package func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer {
    guard inputs.count == 1 else {
      throw ConfigError("\(Self.kind) reads one layer, found \(inputs.count) in 'inputs'", path: path)
    }
    return try makeLayer(input: inputs[0], path: path)
  }
}

/// One node of a network at work. A layer owns nothing: memory is handed to it with every call.
///
/// The calls of one step, for ranges of rows that cover this rank's rows: ``forward(_:rows:scratch:)``,
/// ``prepareOutputGradient(_:rows:)``, ``backwardToInput(_:rows:scratch:)``; then, once for all rows, every item of
/// ``accumulateWeightGradient(_:item:leaves:leafCount:gradient:scratch:)``. A row's bits do not depend on the cut. Rows
/// are independent, but for a layer with a ``LayerReach`` beyond them: it is called with the rows of each shard for
/// ``addForwardSums(_:rows:into:)`` before forward and ``addBackwardSums(_:rows:into:)`` before backward while it
/// trains; where nothing is trained it must do without, by its states.
package protocol Layer: Sendable {
  var output: Port { get }
  /// The whole numbers that the layer can read as one of its inputs of int32; nil: all.
  func range(ofInput index: Int) -> ClosedRange<Int>?
  /// What the layer trains, in the order of files: weight, bias, others.
  var parameters: [Parameter] { get }
  /// What the layer keeps beside what it trains, like running means; part of the model, not of the gradient.
  var states: [LayerState] { get }
  /// Sizes and items of work; asked for once, when the network is planned.
  var needs: LayerNeeds { get }
  /// The output is the input seen with another shape.
  var isView: Bool { get }
  /// The derivative of the layer's last operation is 1 where the output is positive and 0 elsewhere; the next layer may
  /// apply it.
  var gatesByOutput: Bool { get }
  /// ``backwardToInput(_:rows:scratch:)`` can multiply by (input > 0) on the way.
  var canGateInput: Bool { get }

  /// How many floats of the layer's part of a flat gradient, from its first parameter's start, are final once the first
  /// `items` items of the weight gradient are done; with all of them everything is.
  func finishedGradients(items: Int) -> Int

  /// A layer that needs no scratch memory implements this, others ``forward(_:rows:scratch:)``.
  func forward(_ pass: LayerPass, rows: Range<Int>)
  /// Computes ``LayerPass/output``; what is called.
  ///
  /// - Parameter scratch: ``LayerNeeds/forwardScratchCount`` floats of this worker, on a 64-byte border.
  func forward(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>)
  /// Turns ``LayerPass/outputGradient`` into the gradient that the weights need, in place.
  func prepareOutputGradient(_ pass: LayerPass, rows: Range<Int>)
  /// Writes ``LayerPass/inputGradient``, where it is wanted, from the prepared gradient of the output.
  ///
  /// - Parameter scratch: ``LayerNeeds/backwardScratchCount`` floats of this worker, and behind them, where
  ///   ``LayerPass/derived`` is nil, ``LayerNeeds/derivedScratchCount``.
  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>)
  /// Writes one item of the gradient of the parameters: the sum over the leaves' rows, in tree order.
  ///
  /// - Parameters:
  ///   - gradient: a flat gradient; the layer's parts are at ``LayerPass/gradientOffsets``.
  ///   - scratch: ``LayerNeeds/gradientScratchCount`` floats of this worker, and behind them
  /// `WeightGradient.scratchCount(leaves:)`.
  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>)
  func renewDerived(_ pass: LayerPass, item: Int)

  /// One item of ``forward(_:rows:)``: a part of the outputs of all these rows, the same bits.
  func forward(_ pass: LayerPass, rows: Range<Int>, item: Int)
  /// One item of ``backwardToInput(_:rows:scratch:)``: a part of the gradients of all these rows' inputs, the same
  /// bits.
  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, item: Int)

  /// Adds what is summed on the way forward, row after row, to ``LayerNeeds/forwardSums`` numbers.
  func addForwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>)
  /// Adds what is summed on the way back from the prepared gradient of the output, row after row, to
  /// ``LayerNeeds/backwardSums`` numbers.
  func addBackwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>)
  /// Renews ``states`` from the forward sums of the whole batch, of so many samples; every rank does the same.
  func updateStates(_ pass: LayerPass, sums: UnsafePointer<Double>, samples: Int)
}

/// A tensor that a layer keeps but does not train.
package struct LayerState: Sendable {
  package var name: String
  package var shape: Shape
  /// The value of all elements at the start.
  package var initial: Float

  package init(name: String, shape: Shape, initial: Float) {
    self.name = name
    self.shape = shape
    self.initial = initial
  }
}

extension Layer {
  package func range(ofInput index: Int) -> ClosedRange<Int>? { nil }
  package var parameters: [Parameter] { [] }
  package var states: [LayerState] { [] }
  package var needs: LayerNeeds { LayerNeeds() }
  package var isView: Bool { false }
  package var gatesByOutput: Bool { false }
  package var canGateInput: Bool { false }
  package func finishedGradients(items: Int) -> Int { 0 }
  package func forward(_ pass: LayerPass, rows: Range<Int>) {
    preconditionFailure("a layer implements forward with scratch memory or without")
  }
  package func forward(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    forward(pass, rows: rows)
  }
  package func prepareOutputGradient(_ pass: LayerPass, rows: Range<Int>) {}
  package func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {}
  package func renewDerived(_ pass: LayerPass, item: Int) {}
  package func forward(_ pass: LayerPass, rows: Range<Int>, item: Int) {}
  package func backwardToInput(_ pass: LayerPass, rows: Range<Int>, item: Int) {}
  package func addForwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {}
  package func addBackwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {}
  package func updateStates(_ pass: LayerPass, sums: UnsafePointer<Double>, samples: Int) {}
}

/// The memory of one node, and what it must know of the step. One object, not a value: a copy for every call would
/// count references to its lists, 3 % of a small network's step.
package final class LayerPass: @unchecked Sendable {
  /// What the layer reads, one matrix for each input; those of int32 are in ``integerInputs``.
  package let inputs: [Matrix]
  /// The inputs of int32, one for each input of the layer.
  package let integerInputs: [IntegerMatrix?]
  package let output: Matrix
  package let saved: Matrix
  /// One for each input; absent where nobody needs it: at the network's input and before layers without parameters
  /// there.
  package let inputGradients: [Matrix?]
  package let outputGradient: Matrix
  /// All parameters; the layer's are at ``offsets``.
  package let arena: UnsafeMutablePointer<Float>
  /// Where each of the layer's parameters starts in the arena.
  package let offsets: [Int]
  /// Where the gradient of each parameter starts in a flat gradient: as in the arena, but for parameters that an
  /// earlier layer owns.
  package let gradientOffsets: [Int]
  /// Where each of the layer's states starts in the arena.
  package let stateOffsets: [Int]
  /// What the layer has summed on the way forward, and on the way back.
  package let forwardSums: LayerSums
  package let backwardSums: LayerSums
  private let groups: RowGroups
  private let reach: LayerReach
  /// What is derived from the parameters; nil where that is done anew on every use.
  package let derived: UnsafeMutablePointer<Float>?
  /// The input is the output of a layer that gates: multiply the input's gradient by (input > 0).
  package let gatesInputGradient: Bool
  /// The output's gradient comes already multiplied by (output > 0).
  package let outputGradientIsGated: Bool
  /// The place of the layer in the config, to tell random streams apart.
  package let index: Int
  /// Set between two passes, by one thread.
  package internal(set) var step: StepContext

  init(
    inputs: [Matrix], integerInputs: [IntegerMatrix?], output: Matrix, saved: Matrix, inputGradients: [Matrix?],
    outputGradient: Matrix,
    arena: UnsafeMutablePointer<Float>, offsets: [Int], gradientOffsets: [Int], stateOffsets: [Int],
    forwardSums: LayerSums, backwardSums: LayerSums, groups: RowGroups, reach: LayerReach,
    derived: UnsafeMutablePointer<Float>?, gatesInputGradient: Bool, outputGradientIsGated: Bool, index: Int,
    step: StepContext
  ) {
    (self.inputs, self.integerInputs, self.output, self.saved) = (inputs, integerInputs, output, saved)
    (self.inputGradients, self.outputGradient) = (inputGradients, outputGradient)
    (self.arena, self.offsets, self.gradientOffsets) = (arena, offsets, gradientOffsets)
    (self.stateOffsets, self.derived) = (stateOffsets, derived)
    (self.forwardSums, self.backwardSums, self.groups, self.reach) = (forwardSums, backwardSums, groups, reach)
    (self.gatesInputGradient, self.outputGradientIsGated) = (gatesInputGradient, outputGradientIsGated)
    (self.index, self.step) = (index, step)
  }

  /// The only, or first, input.
  package var input: Matrix { inputs[0] }
  /// The whole numbers of one of the inputs, of which the layer's spec says that it reads int32 alone.
  package func integers(_ index: Int) -> IntegerMatrix {
    guard let input = integerInputs[index] else { preconditionFailure("the input has float32 numbers") }
    return input
  }
  /// The gradient of the only, or first, input.
  package var inputGradient: Matrix? { inputGradients[0] }

  /// The sums on the way forward over all rows that this row is computed with: those of its shard, or of the batch.
  package func forwardSums(row: Int) -> UnsafePointer<Double> { UnsafePointer(sums(forwardSums, row: row)) }
  /// The sums on the way back over the same rows.
  package func backwardSums(row: Int) -> UnsafePointer<Double> { UnsafePointer(sums(backwardSums, row: row)) }
  /// How many samples those are.
  package func sampleCount(row: Int) -> Int {
    reach == .batch ? groups.samplesOfBatch : groups.samples(ofShard: groups.shard(ofRow: row))
  }

  private func sums(_ sums: LayerSums, row: Int) -> UnsafeMutablePointer<Double> {
    reach == .batch ? sums.ofBatch : sums[shard: groups.shard(ofRow: row)]
  }
}

/// What a step tells every layer.
package struct StepContext: @unchecked Sendable {
  package var isTraining: Bool
  package var seed: UInt64
  /// Updates made before this step.
  package var step: Int
  /// The sample id of each row.
  package var samples: UnsafePointer<UInt64>

  package init(isTraining: Bool, seed: UInt64, step: Int, samples: UnsafePointer<UInt64>) {
    self.isTraining = isTraining
    self.seed = seed
    self.step = step
    self.samples = samples
  }
}
