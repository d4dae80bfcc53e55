internal import Kernels
package import Networks
package import Specs

/// `y = 2 x` by halves of the columns: items of work within rows.
package struct ToyPanels: SingleInputLayerSpec {
  /// What may be wrong with it.
  package enum Flaw: CaseIterable, Sendable {
    case none
    /// The second item does nothing.
    case dropsItem
    /// The first item writes a column of the second, with other bits.
    case overlaps
    /// An item's bits are not those of whole rows.
    case otherBits
    /// As `dropsItem`, on the way back.
    case dropsBackwardItem
  }

  package static let kind = "toy_panels"
  package static let summary = "twice the input, by halves of the columns"
  package static let examples = ["{}"]

  package var flaw = Flaw.none

  package init(flaw: Flaw = .none) { self.flaw = flaw }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    ToyPanelsLayer(output: input, flaw: flaw)
  }
}

struct ToyPanelsLayer: Layer {
  let output: Port
  let flaw: ToyPanels.Flaw

  private var width: Int { output.count }

  var needs: LayerNeeds {
    // As much work as makes a step cut it.
    LayerNeeds(forwardItems: 2, backwardItems: 2, rowOperations: 1 << 21)
  }

  private func columns(_ item: Int) -> Range<Int> { item == 0 ? 0..<width / 2 : width / 2..<width }

  private func double(_ x: Matrix, into y: Matrix, rows: Range<Int>, columns: Range<Int>) {
    for row in rows { for place in columns.map(output.place) { y[row][place] = 2 * x[row][place] } }
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    double(pass.input, into: pass.output, rows: rows, columns: 0..<width)
  }

  func forward(_ pass: LayerPass, rows: Range<Int>, item: Int) {
    if flaw == .dropsItem, item == 1 { return }
    double(pass.input, into: pass.output, rows: rows, columns: columns(item))
    if flaw == .overlaps, item == 0 { for row in rows { pass.output[row][output.place(width - 1)] = 0 } }
    if flaw == .otherBits { for row in rows { pass.output[row][output.place(columns(item).lowerBound)] += 0x1p-20 } }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let gradient = pass.inputGradient else { return }
    double(pass.outputGradient, into: gradient, rows: rows, columns: 0..<width)
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, item: Int) {
    guard let gradient = pass.inputGradient, flaw != .dropsBackwardItem || item == 0 else { return }
    double(pass.outputGradient, into: gradient, rows: rows, columns: columns(item))
  }
}
