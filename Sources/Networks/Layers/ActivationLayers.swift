package import Kernels
package import Specs

/// An activation as config.json names it, in a layer's `"activation"` or as a layer of its own.
///
/// One that is an ``ElementFunction`` as well needs nothing else; one with kernels in C names them.
package protocol ActivationSpec: SingleInputLayerSpec {
  var activation: Activation { get }
}

extension ActivationSpec where Self: ElementFunction {
  package var activation: Activation { .function(self) }
}

extension ActivationSpec {
  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    guard input.element == .float32 else {
      throw ConfigError("\(Self.kind) needs float32 inputs, found \(input)", path: path)
    }
    return ActivationLayer(output: input, activation: activation)
  }
}

/// An activation between layers.
struct ActivationLayer: Layer {
  let output: Port
  let activation: Activation

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    for row in rows { activation.forward(pass.input[row], into: pass.output[row], count: output.count) }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let inputGradient = pass.inputGradient else { return }
    let saved = activation.saved == .input ? pass.input : pass.output
    for row in rows {
      activation.backward(saved: saved[row], pass.outputGradient[row], into: inputGradient[row], count: output.count)
    }
  }
}
