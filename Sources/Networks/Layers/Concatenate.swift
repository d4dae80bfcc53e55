internal import Kernels
package import Specs

/// The channels of several outputs, one behind the other at every position; flat outputs have one position.
package struct Concatenate: LayerSpec {
  package static let kind = "concatenate"
  package static let summary = "the layers named in inputs, one behind the other along the last axis"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer {
    let first = inputs[0], axes = first.withChannels(0)
    guard inputs.allSatisfy({ $0.element == .float32 && $0.withChannels(0) == axes }) else {
      throw ConfigError(
        "concatenate needs float32 inputs that differ in the last axis alone, found "
          + "\(inputs.map(\.description).joined(separator: ", ")); put {\"type\": \"flatten\"} behind each of them",
        path: path)
    }
    return ConcatenateLayer(
      inputs: inputs, output: .aligned(first.withChannels(inputs.reduce(0) { $0 + $1.channels })))
  }
}

struct ConcatenateLayer: Layer {
  let output: Port
  /// Channels of each input, and floats from position to position.
  private let parts: [(channels: Int, stride: Int)]

  init(inputs: [Port], output: Port) {
    self.output = output
    parts = inputs.map { ($0.channels, $0.channelStride) }
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    for row in rows {
      for position in 0..<output.positions {
        var place = pass.output[row] + position * output.channelStride
        for (input, part) in zip(pass.inputs, parts) {
          place.update(from: input[row] + position * part.stride, count: part.channels)
          place += part.channels
        }
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    for row in rows {
      for position in 0..<output.positions {
        var place = pass.outputGradient[row] + position * output.channelStride
        for (gradient, part) in zip(pass.inputGradients, parts) {
          if let gradient { (gradient[row] + position * part.stride).update(from: place, count: part.channels) }
          place += part.channels
        }
      }
    }
  }
}
