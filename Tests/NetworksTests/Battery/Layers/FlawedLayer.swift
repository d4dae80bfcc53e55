import CKernels
import Kernels
import Specs

@testable import Networks

/// `y = w · x`, element by element, in two items of work, with sums of x for states that it has not; and ways to get
/// that wrong.
struct FlawedLayer: Layer {
  enum Flaw: CaseIterable, Sendable {
    case none
    case weightGradient, oneWeightGradient, inputGradient
    case leafOrder, leavesAsOneChain
    case dropsItem, addsToMemory, itemOverlap, readsOtherItem, promisesTooMuch
    case readsCut, readsOtherRow, backwardReadsCut
    case readsPadding, writesPadding, writesBeyond, writesOtherRows, gradientInPadding
    case readsLevel, derivedAnew, gatesWrongly, sumsOtherRows

    /// What the battery must find.
    var finding: Finding.Kind? {
      switch self {
      case .none: nil
      case .weightGradient, .oneWeightGradient, .inputGradient: .gradient
      case .leafOrder, .leavesAsOneChain: .leaves
      case .dropsItem, .addsToMemory: .unusable
      case .sumsOtherRows: .sums
      case .itemOverlap, .readsOtherItem: .items
      case .promisesTooMuch: .finished
      case .readsCut, .readsOtherRow, .backwardReadsCut: .rows
      case .readsPadding: .paddingRead
      case .writesPadding, .writesBeyond, .writesOtherRows, .gradientInPadding: .paddingWritten
      // With one level there is nothing to compare.
      case .readsLevel: InstructionSet.detected > .portable ? .levels : nil
      case .derivedAnew: .derived
      case .gatesWrongly: .gates
      }
    }
  }

  struct Spec: SingleInputLayerSpec {
    static let kind = "flawed"
    static let summary = ""
    static let examples: [String] = []
    var flaw: Flaw
    var takesNothing = false

    init(flaw: Flaw, takesNothing: Bool = false) { (self.flaw, self.takesNothing) = (flaw, takesNothing) }
    init(from fields: FieldReader) throws(ConfigError) { flaw = .none }
    func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
      guard !takesNothing else { throw ConfigError("nothing is taken", path: path) }
      return FlawedLayer(output: input, flaw: flaw)
    }
  }

  /// Never asked: a bench sets its parameters itself.
  struct Start: InitializerSpec {
    static let kind = "start"
    static let summary = ""
    static let examples: [String] = []
    init() {}
    init(from fields: FieldReader) throws(ConfigError) {}
    func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution { .constant(0) }
  }

  let output: Port
  let flaw: Flaw

  var width: Int { output.count }
  var parameters: [Parameter] {
    [Parameter(name: "weight", shape: [width], initializer: Start(), fanIn: width, fanOut: width)]
  }
  var canGateInput: Bool { true }
  var needs: LayerNeeds {
    LayerNeeds(
      forwardSums: width, derivedCount: width, derivedItems: 2, derivedScratchCount: width, gradientItems: 2)
  }

  /// The elements of an item of work; the second has the padding too.
  private func elements(_ item: Int) -> Range<Int> { item == 0 ? 0..<width / 2 : width / 2..<width }

  func finishedGradients(items: Int) -> Int {
    items == 0 ? (flaw == .promisesTooMuch ? 1 : 0) : items == 1 ? width / 2 : parameters[0].storedCount
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    let w = pass.arena + pass.offsets[0]
    for row in rows {
      let x = pass.input[row], y = pass.output[row]
      for index in 0..<width { y[index] = w[index] * x[index] }
      if flaw == .readsCut, row == rows.lowerBound { y[0] = y[0].nextUp }
      if flaw == .readsOtherRow, row > 0 { y[0] += 0x1p-20 * pass.output[row - 1][0] }
      if flaw == .readsPadding { y[0] += x[width] }
      if flaw == .readsLevel, InstructionSet.active == .portable { y[width - 1] = y[width - 1].nextUp }
      if flaw == .writesPadding, width % 16 > 0 { y[width] = 1 }
      if flaw == .writesBeyond { y[(width + 15) / 16 * 16] = 0 }
    }
    if flaw == .writesOtherRows, rows.lowerBound > 0 { pass.output[rows.lowerBound - 1][0] = 0 }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let gradient = pass.inputGradient else { return }
    let w = pass.derived.map { UnsafePointer($0) } ?? UnsafePointer(pass.arena + pass.offsets[0])
    for row in rows {
      let d = pass.outputGradient[row], dx = gradient[row], x = pass.input[row]
      for index in 0..<width {
        var slope = w[index] * d[index]
        if flaw == .inputGradient { slope *= 1.01 }
        if flaw == .derivedAnew, pass.derived == nil { slope = slope.nextUp }
        if flaw == .backwardReadsCut, rows.count == 1 { slope = slope.nextUp }
        let isOpen = flaw == .gatesWrongly ? x[index] > -1 : x[index] > 0
        dx[index] = pass.gatesInputGradient && !isOpen ? 0 : slope
      }
    }
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    if flaw == .dropsItem, item == 1 { return }
    let dw = gradient + pass.gradientOffsets[0]
    for index in elements(item) {
      let sum = add(leaves, leafCount) { chain, row in
        chain.addingProduct(pass.input[row][index], pass.outputGradient[row][index])
      }
      let factor: Float = flaw == .weightGradient || (flaw == .oneWeightGradient && index == 3) ? 1.01 : 1
      dw[index] = (flaw == .addsToMemory ? dw[index] : 0) + factor * sum
    }
    if flaw == .itemOverlap {
      dw[0] = add(leaves, leafCount) { $0.addingProduct(pass.input[$1][0], pass.outputGradient[$1][0]) }
    }
    if flaw == .readsOtherItem, item == 1, !dw[0].isNaN { dw[width - 1] = dw[width - 1].nextUp }
    if item == 1 {
      (dw + width).update(repeating: flaw == .gradientInPadding ? 1 : 0, count: parameters[0].storedCount - width)
    }
  }

  func addForwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {
    for row in flaw == .sumsOtherRows ? 0..<rows.upperBound : rows {
      for index in 0..<width { sums[index] += Double(pass.input[row][index]) }
    }
  }

  /// One chain for each leaf, added by the tree.
  private func add(
    _ leaves: UnsafePointer<GradientLeaf>, _ count: Int, _ term: (Float, Int) -> Float
  ) -> Float {
    var stack: [Float] = [], chain: Float = 0
    for leaf in 0..<count {
      let isLast = leaf == count - 1
      if flaw != .leavesAsOneChain { chain = 0 }
      for row in leaves[leaf].row_begin..<leaves[leaf].row_end { chain = term(chain, Int(row)) }
      if flaw == .leavesAsOneChain {
        if isLast { return chain }
        continue
      }
      stack.append(chain)
      guard flaw != .leafOrder else { continue }
      for _ in 0..<leaves[leaf].merges {
        let right = stack.removeLast()
        stack[stack.count - 1] += right
      }
    }
    return flaw == .leafOrder ? stack.reversed().reduce(0, +) : stack[0]
  }

  func renewDerived(_ pass: LayerPass, item: Int) {
    guard let derived = pass.derived else { return }
    for index in elements(item) { derived[index] = (pass.arena + pass.offsets[0])[index] }
  }
}
