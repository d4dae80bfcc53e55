internal import Kernels
package import Specs

/// The sum of several outputs of one shape, as in residual networks (He et al. 2016): `y = x₀ + x₁ + …`, added in that order.
package struct Add: LayerSpec {
  package static let kind = "add"
  package static let summary = "sum of the layers named in inputs, element by element"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer {
    guard inputs.count > 1 else {
      throw ConfigError("add needs at least two layers in 'inputs', found \(inputs.count)", path: path)
    }
    guard inputs.allSatisfy({ $0 == inputs[0] && $0.element == .float32 }) else {
      throw ConfigError(
        "add needs inputs of one shape, found \(inputs.map(\.description).joined(separator: ", "))", path: path)
    }
    return AddLayer(output: inputs[0])
  }
}

struct AddLayer: Layer {
  let output: Port

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    for row in rows {
      let y = pass.output[row]
      y.update(from: pass.inputs[0][row], count: output.count)
      for input in pass.inputs.dropFirst() {
        let x = input[row]
        for index in 0..<output.count { y[index] += x[index] }
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    for case let gradient? in pass.inputGradients {
      for row in rows { gradient[row].update(from: pass.outputGradient[row], count: output.count) }
    }
  }
}
