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
    let runs = output.runs
    for row in rows {
      for run in 0..<runs.count {
        let place = run * output.channelStride
        activation.forward(pass.input[row] + place, into: pass.output[row] + place, count: runs.length)
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let inputGradient = pass.inputGradient else { return }
    let saved = activation.saved == .input ? pass.input : pass.output, runs = output.runs
    for row in rows {
      for run in 0..<runs.count {
        let place = run * output.channelStride
        activation.backward(
          saved: saved[row] + place, pass.outputGradient[row] + place, into: inputGradient[row] + place,
          count: runs.length)
      }
    }
  }
}
