internal import Kernels
package import Specs

/// The same numbers as one row: `[28, 28]` becomes `[784]`.
package struct Flatten: SingleInputLayerSpec {
  package static let kind = "flatten"
  package static let summary = "the sample as one flat row"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  /// What lies flat already is only seen otherwise, whatever its elements are.
  package func elements(ofInput index: Int) -> [Port.Element] { [.float32, .int32] }

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    FlattenLayer(input: input)
  }
}

/// A view where the channels leave no padding, else a copy.
struct FlattenLayer: Layer {
  let input: Port
  let output: Port
  var isView: Bool { !input.isPadded }

  init(input: Port) {
    self.input = input
    output = Port([input.count], element: input.element)
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    guard !isView else { return }
    for row in rows {
      for position in 0..<input.positions {
        (pass.output[row] + position * input.channels).update(
          from: pass.input[row] + position * input.channelStride, count: input.channels)
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard !isView, let gradient = pass.inputGradient else { return }
    for row in rows {
      for position in 0..<input.positions {
        (gradient[row] + position * input.channelStride).update(
          from: pass.outputGradient[row] + position * input.channels, count: input.channels)
      }
    }
  }
}
