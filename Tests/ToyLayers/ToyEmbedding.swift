internal import CKernels
internal import Kernels
package import Networks
package import Specs

/// A row of numbers for each whole number: `y[p] = w[x[p]]`, with x of int32.
package struct ToyEmbedding: SingleInputLayerSpec {
  /// What may be wrong with it.
  package enum Flaw: String, CaseIterable, Sendable {
    case none
    /// The gradient is written to the next number's row.
    case gradientOfNextNumber
    /// A number that a sample has twice counts once.
    case forgetsRepeats
    /// Leaves are one chain.
    case leavesAsOneChain
    /// A gradient grows with the square of how many leaves it is added from at once.
    case countsLeaves
    /// Every row is that of the sample behind it, in inputs.
    case readsNextRow
    /// Reads what lies behind the last position.
    case readsPadding
  }

  package static let kind = "toy_embedding"
  package static let summary = "a row of numbers for each whole number"
  package static let examples = [#"{"rows": 7, "units": 3}"#]

  package var rows: Int
  package var units: Int
  package var flaw: Flaw

  package init(rows: Int, units: Int, flaw: Flaw = .none) { (self.rows, self.units, self.flaw) = (rows, units, flaw) }

  package init(from fields: FieldReader) throws(ConfigError) {
    rows = try fields.integer("rows", in: 1...1 << 20, "how many numbers there are, from 0")
    units = try fields.integer("units", in: 1...1 << 20, "numbers of a row")
    flaw = try fields.option("flaw", default: Flaw.none, "what is wrong with it")
  }

  package func elements(ofInput index: Int) -> [Port.Element] { [.int32] }

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    ToyEmbeddingLayer(input: input, rows: rows, units: units, flaw: flaw)
  }
}

struct ToyEmbeddingLayer: Layer {
  let input: Port
  let rows: Int
  let units: Int
  let flaw: ToyEmbedding.Flaw
  let output: Port

  init(input: Port, rows: Int, units: Int, flaw: ToyEmbedding.Flaw) {
    (self.input, self.rows, self.units, self.flaw) = (input, rows, units, flaw)
    output = .aligned(Shape(input.shape.extents + [units]))
  }

  func range(ofInput index: Int) -> ClosedRange<Int>? { 0...rows - 1 }

  var parameters: [Parameter] {
    [Parameter(name: "weight", shape: [rows, units], initializer: ToySpread(), fanIn: units, fanOut: units)]
  }
  /// An item has half of the rows, the second the padding too.
  var needs: LayerNeeds { LayerNeeds(gradientItems: 2) }
  private func numbers(_ item: Int) -> Range<Int> { item == 0 ? 0..<rows / 2 : rows / 2..<rows }
  func finishedGradients(items: Int) -> Int {
    items == 0 ? 0 : items == 1 ? rows / 2 * units : parameters[0].storedCount
  }

  /// The numbers of a sample.
  private func ids(_ pass: LayerPass, _ row: Int) -> UnsafeMutablePointer<Int32> {
    pass.integers(0)[flaw == .readsNextRow ? row + 1 : row]
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    let w = pass.arena + pass.offsets[0]
    for row in rows {
      let ids = ids(pass, row)
      for position in 0..<input.count {
        let y = pass.output[row] + position * output.channelStride
        // Whatever is read, only a row that exists is.
        y.update(from: w + max(0, min(self.rows - 1, Int(ids[position]))) * units, count: units)
        if flaw == .readsPadding { y[0] += Float(ids[input.count] & 1) }
      }
    }
  }

  /// Whole numbers have no gradient.
  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {}

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let dw = gradient + pass.gradientOffsets[0]
    for number in numbers(item) {
      let place = flaw == .gradientOfNextNumber ? (number + 1) % rows : number
      for unit in 0..<units {
        var whole: Float = 0
        let sum = addLeaves(leaves, leafCount) { chain, row in
          let before = chain
          var chain = chain
          let ids = ids(pass, row)
          for position in 0..<input.count where ids[position] == place {
            let d = pass.outputGradient[row][position * output.channelStride + unit]
            chain = flaw == .forgetsRepeats ? before + d : chain + d
            whole += d
          }
          return chain
        }
        dw[number * units + unit] =
          flaw == .leavesAsOneChain ? whole : flaw == .countsLeaves ? sum + Float(leafCount * leafCount) * 0x1p-10 : sum
      }
    }
    if item == 1 { (dw + rows * units).update(repeating: 0, count: parameters[0].storedCount - rows * units) }
  }
}
