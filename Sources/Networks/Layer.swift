package import Kernels
package import Specs

/// A layer as config.json names it.
package protocol LayerSpec: Spec {
  /// Makes the layer for an input.
  /// - Throws: ``ConfigError`` at `path` when the input does not fit.
  func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer
}

/// One node of a network at work. A layer owns nothing: memory is handed to it with every call.
///
/// The calls of one step, for ranges of rows that cover this rank's rows: ``forward(_:rows:)``, ``backwardToInput(_:rows:)``; then,
/// once for all rows, every item of ``accumulateWeightGradient(_:item:leaves:leafCount:gradient:scratch:)``. Rows are independent:
/// a row's bits do not depend on the cut.
package protocol Layer: Sendable {
  var output: Port { get }
  /// What the layer trains, in the order of files: weight, bias, others.
  var parameters: [Parameter] { get }
  /// Floats per row that forward keeps for backward, beside input and output.
  var savedCount: Int { get }
  /// The output is the input seen with another shape.
  var isView: Bool { get }
  /// The derivative of the layer's last operation is 1 where the output is positive and 0 elsewhere; the next layer may apply it.
  var gatesByOutput: Bool { get }
  /// ``backwardToInput(_:rows:)`` can multiply by (input > 0) on the way.
  var canGateInput: Bool { get }
  /// Floats derived from the parameters after each update, like transposed weights.
  var derivedCount: Int { get }
  /// Items of work that renew the derived floats.
  var derivedItems: Int { get }
  /// Items of work of the weight gradient.
  var weightGradientItems: Int { get }

  func forward(_ pass: LayerPass, rows: Range<Int>)
  /// Turns ``LayerPass/outputGradient`` into the gradient that the weights need (in place) and, where wanted, writes
  /// ``LayerPass/inputGradient``.
  func backwardToInput(_ pass: LayerPass, rows: Range<Int>)
  /// Writes one item of the gradient of the parameters: the sum over the leaves' rows, in tree order.
  ///
  /// - Parameters:
  ///   - gradient: a flat gradient, laid out as the arena.
  ///   - scratch: `WeightGradient.scratchCount(rows:)` floats of this worker.
  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>)
  func renewDerived(_ pass: LayerPass, item: Int)
}

extension Layer {
  package var parameters: [Parameter] { [] }
  package var savedCount: Int { 0 }
  package var isView: Bool { false }
  package var gatesByOutput: Bool { false }
  package var canGateInput: Bool { false }
  package var derivedCount: Int { 0 }
  package var derivedItems: Int { 0 }
  package var weightGradientItems: Int { 0 }
  package func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {}
  package func renewDerived(_ pass: LayerPass, item: Int) {}
}

/// The memory of one node, and what it must know of the step.
package struct LayerPass: @unchecked Sendable {
  package var input: Matrix
  package var output: Matrix
  package var saved: Matrix
  /// Absent where nobody needs it: at the network's input and before layers without parameters there.
  package var inputGradient: Matrix?
  package var outputGradient: Matrix
  /// All parameters; the layer's are at ``offsets``.
  package var arena: UnsafeMutablePointer<Float>
  /// Where each of the layer's parameters starts in the arena.
  package var offsets: [Int]
  package var derived: UnsafeMutablePointer<Float>
  /// The input is the output of a layer that gates: multiply the input's gradient by (input > 0).
  package var gatesInputGradient: Bool
  /// The output's gradient comes already multiplied by (output > 0).
  package var outputGradientIsGated: Bool
  /// The place of the layer in the config, to tell random streams apart.
  package var index: Int
  package var step: StepContext
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
