internal import Kernels
package import Specs

/// Several flat outputs, one behind the other.
package struct Concatenate: LayerSpec {
  package static let kind = "concatenate"
  package static let summary = "the layers named in inputs, one behind the other"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer {
    guard inputs.allSatisfy({ $0.shape.extents.count == 1 && $0.element == .float32 }) else {
      throw ConfigError(
        "concatenate needs flat float32 inputs, found \(inputs.map(\.description).joined(separator: ", "))", path: path)
    }
    return ConcatenateLayer(widths: inputs.map(\.count))
  }
}

struct ConcatenateLayer: Layer {
  let widths: [Int]
  var output: Port { Port([widths.reduce(0, +)]) }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    for row in rows {
      var place = pass.output[row]
      for (input, width) in zip(pass.inputs, widths) {
        place.update(from: input[row], count: width)
        place += width
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    for row in rows {
      var place = pass.outputGradient[row]
      for (gradient, width) in zip(pass.inputGradients, widths) {
        gradient?[row].update(from: place, count: width)
        place += width
      }
    }
  }
}
