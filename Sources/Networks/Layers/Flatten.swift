package import Specs

/// The same numbers as one row: `[28, 28]` becomes `[784]`.
package struct Flatten: SingleInputLayerSpec {
  package static let kind = "flatten"
  package static let summary = "the sample as one flat row"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    FlattenLayer(output: Port([input.count], element: input.element))
  }
}

struct FlattenLayer: Layer {
  let output: Port
  var isView: Bool { true }
  func forward(_ pass: LayerPass, rows: Range<Int>) {}
  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {}
}
