internal import Kernels
package import Specs

/// The sum of several outputs of one shape, as in residual networks (He et al. 2016): `y = x₀ + x₁ + …`, added in that
/// order.
package struct Add: LayerSpec {
  package static let kind = "add"
  package static let summary = "sum of the layers named in inputs, element by element"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer {
    guard inputs.count > 1 else {
      throw ConfigError("add needs at least two layers in 'inputs', found \(inputs.count)", path: path)
    }
    guard inputs.allSatisfy({ $0.shape == inputs[0].shape && $0.element == .float32 }) else {
      throw ConfigError(
        "add needs inputs of one shape, found \(inputs.map(\.description).joined(separator: ", "))", path: path)
    }
    return AddLayer(inputs: inputs)
  }
}

struct AddLayer: Layer {
  let output: Port
  /// From position to position of each input.
  private let strides: [Int]
  /// Runs of elements that no input interrupts.
  private let runs: (count: Int, length: Int)

  init(inputs: [Port]) {
    output = inputs[0]
    strides = inputs.map(\.channelStride)
    let stride = output.channelStride
    runs = strides.allSatisfy { $0 == stride } ? output.runs : (output.positions, output.channels)
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    for row in rows {
      for run in 0..<runs.count {
        let y = pass.output[row] + run * output.channelStride
        y.update(from: pass.inputs[0][row] + run * strides[0], count: runs.length)
        for input in 1..<strides.count {
          let x = pass.inputs[input][row] + run * strides[input]
          for index in 0..<runs.length { y[index] += x[index] }
        }
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    for (input, stride) in strides.enumerated() {
      guard let gradient = pass.inputGradients[input] else { continue }
      for row in rows {
        for run in 0..<runs.count {
          (gradient[row] + run * stride).update(
            from: pass.outputGradient[row] + run * output.channelStride, count: runs.length)
        }
      }
    }
  }
}
