internal import Kernels
package import Specs

/// Sets elements to 0 with probability `rate` while training, and divides the others by `1 - rate`.
///
/// Srivastava et al. 2014. Which elements depends on (seed, step, layer, sample, element) alone.
package struct DropoutSpec: SingleInputLayerSpec {
  package static let kind = "dropout"
  package static let summary =
    "drops elements with probability rate while training, scales the others by 1 / (1 - rate)"
  package static let examples = [#"{"rate": 0.5}"#, #"{"rate": 0.1}"#, #"{"rate": 0}"#]

  var rate: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    rate = try fields.number("rate", default: 0.5, in: .unitOpen, "probability of dropping an element")
  }

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    guard input.element == .float32 else {
      throw ConfigError("dropout needs float32 inputs, found \(input)", path: path)
    }
    return DropoutLayer(output: input, rate: rate)
  }
}

/// Goes over padding too: it is 0, and stays 0.
struct DropoutLayer: Layer {
  let output: Port
  let rate: Double

  func forward(_ pass: LayerPass, rows: Range<Int>) { apply(pass, pass.input, to: pass.output, rows: rows) }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let inputGradient = pass.inputGradient else { return }
    apply(pass, pass.outputGradient, to: inputGradient, rows: rows)
  }

  private func apply(_ pass: LayerPass, _ x: Matrix, to y: Matrix, rows: Range<Int>) {
    let first = rows.lowerBound
    guard pass.step.isTraining, rate > 0 else {
      for row in rows { y[row].update(from: x[row], count: output.rowCount) }
      return
    }
    let dropout = Dropout(
      rate: rate, seed: pass.step.seed, step: UInt64(pass.step.step), layer: UInt32(truncatingIfNeeded: pass.index))
    dropout.apply(
      x[first], stride: x.stride, into: y[first], stride: y.stride, samples: pass.step.samples + first,
      rows: rows.count,
      columns: output.rowCount)
  }
}
