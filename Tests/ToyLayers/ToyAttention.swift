internal import CKernels
internal import Kernels
package import Networks
package import Specs

/// Attention of the positions of one input to those of another that a third says are there.
///
/// `s[t][p] = Σ꜀ w[c] q[t][c] m[p][c] / √C`, `a[t] = softmax s[t]` over the positions p that are there, `y[t] = Σₚ
/// a[t][p] m[p]` (Vaswani et al. 2017, equation 1, with a diagonal in place of the projections). The third input has
/// int32: as many as positions, 0 where one is masked; or one, how many are there. Where none is, y is 0.
package struct ToyAttention: LayerSpec {
  /// What may be wrong with it.
  package enum Flaw: String, CaseIterable, Sendable {
    case none
    /// All positions are taken for there.
    case ignoresMask
    /// The gradient of the softmax lacks the part that all positions share.
    case forgetsShared
    /// What the keys hand on is left out, what the values do is not.
    case forgetsKeys
    /// The mask is the next sample's.
    case readsNextMask
  }

  package static let kind = "toy_attention"
  package static let summary = "attention of one input's positions to another's that are there"
  package static let examples = ["{}"]

  package var flaw: Flaw

  package init(flaw: Flaw = .none) { self.flaw = flaw }
  package init(from fields: FieldReader) throws(ConfigError) {
    flaw = try fields.option("flaw", default: Flaw.none, "what is wrong with it")
  }

  package func elements(ofInput index: Int) -> [Port.Element] { index < 2 ? [.float32] : [.int32] }

  package func makeLayer(inputs: [Port], path: String) throws(ConfigError) -> any Layer {
    guard inputs.count == 3, inputs[0].channels == inputs[1].channels,
      [1, inputs[1].positions].contains(inputs[2].count)
    else { throw ConfigError("toy_attention reads two inputs of as many channels, and a mask", path: path) }
    return ToyAttentionLayer(queries: inputs[0], memory: inputs[1], mask: inputs[2], flaw: flaw)
  }
}

struct ToyAttentionLayer: Layer {
  let queries: Port
  let memory: Port
  let mask: Port
  let flaw: ToyAttention.Flaw
  let output: Port
  private let scale: Float

  init(queries: Port, memory: Port, mask: Port, flaw: ToyAttention.Flaw) {
    (self.queries, self.memory, self.mask, self.flaw) = (queries, memory, mask, flaw)
    output = .aligned(queries.shape)
    scale = 1 / Float(queries.channels).squareRoot()
  }

  private var channels: Int { queries.channels }
  private var isLength: Bool { mask.count == 1 && memory.positions > 1 }

  func range(ofInput index: Int) -> ClosedRange<Int>? { index < 2 ? nil : 0...(isLength ? memory.positions : 1) }

  var parameters: [Parameter] {
    [Parameter(name: "weight", shape: [channels], initializer: ToyStart(value: 1), fanIn: channels, fanOut: channels)]
  }
  var needs: LayerNeeds {
    LayerNeeds(
      savedCount: queries.positions * memory.positions,
      backwardScratchCount: Matrix.stride(for: queries.positions * memory.positions),
      gradientScratchCount: Matrix.stride(for: queries.positions * memory.positions), gradientItems: 1)
  }
  func finishedGradients(items: Int) -> Int { items == 0 ? 0 : parameters[0].storedCount }

  private func isThere(_ pass: LayerPass, row: Int, position: Int) -> Bool {
    if flaw == .ignoresMask { return true }
    let mask = pass.integers(2)[flaw == .readsNextMask ? row + 1 : row]
    return isLength ? position < Int(mask[0]) : mask[position] != 0
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    let w = pass.arena + pass.offsets[0]
    for row in rows {
      for t in 0..<queries.positions {
        let q = pass.inputs[0][row] + t * queries.channelStride, a = pass.saved[row] + t * memory.positions
        var greatest = -Float.infinity
        for p in 0..<memory.positions {
          let m = pass.inputs[1][row] + p * memory.channelStride
          var score: Float = 0
          for c in 0..<channels { score.addProduct(w[c] * q[c], m[c]) }
          a[p] = isThere(pass, row: row, position: p) ? score * scale : -.infinity
          if a[p] > greatest { greatest = a[p] }
        }
        var total: Float = 0
        for p in 0..<memory.positions {
          a[p] = a[p] == -.infinity ? 0 : Float(DoubleFunctions.exp(Double(a[p] - greatest)))
          total += a[p]
        }
        let y = pass.output[row] + t * output.channelStride
        y.update(repeating: 0, count: channels)
        for p in 0..<memory.positions where a[p] > 0 {
          a[p] /= total
          let m = pass.inputs[1][row] + p * memory.channelStride
          for c in 0..<channels { y[c].addProduct(a[p], m[c]) }
        }
      }
    }
  }

  /// The slopes of the scores of a row, times the scale.
  private func scoreSlopes(_ pass: LayerPass, _ row: Int, into slopes: UnsafeMutablePointer<Float>) {
    for t in 0..<queries.positions {
      let d = pass.outputGradient[row] + t * output.channelStride, a = pass.saved[row] + t * memory.positions
      let own = slopes + t * memory.positions
      var shared: Float = 0
      for p in 0..<memory.positions {
        let m = pass.inputs[1][row] + p * memory.channelStride
        var slope: Float = 0
        // What a masked position holds may be no number.
        if a[p] > 0 { for c in 0..<channels { slope.addProduct(d[c], m[c]) } }
        own[p] = slope
        shared.addProduct(a[p], slope)
      }
      for p in 0..<memory.positions { own[p] = a[p] * (own[p] - (flaw == .forgetsShared ? 0 : shared)) * scale }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    let w = pass.arena + pass.offsets[0]
    for row in rows {
      scoreSlopes(pass, row, into: scratch)
      if let gradient = pass.inputGradients[0] {
        for t in 0..<queries.positions {
          let dq = gradient[row] + t * queries.channelStride
          dq.update(repeating: 0, count: channels)
          for p in 0..<memory.positions {
            let m = pass.inputs[1][row] + p * memory.channelStride, slope = scratch[t * memory.positions + p]
            if slope != 0 { for c in 0..<channels { dq[c].addProduct(slope * w[c], m[c]) } }
          }
        }
      }
      guard let gradient = pass.inputGradients[1] else { continue }
      for p in 0..<memory.positions {
        let dm = gradient[row] + p * memory.channelStride
        dm.update(repeating: 0, count: channels)
        for t in 0..<queries.positions {
          let q = pass.inputs[0][row] + t * queries.channelStride, place = t * memory.positions + p
          let d = pass.outputGradient[row] + t * output.channelStride
          for c in 0..<channels {
            dm[c].addProduct(pass.saved[row][place], d[c])
            if flaw != .forgetsKeys { dm[c].addProduct(scratch[place] * w[c], q[c]) }
          }
        }
      }
    }
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let dw = gradient + pass.gradientOffsets[0]
    for c in 0..<channels {
      dw[c] = addLeaves(leaves, leafCount) { chain, row in
        scoreSlopes(pass, row, into: scratch)
        var chain = chain
        for t in 0..<queries.positions {
          let q = pass.inputs[0][row] + t * queries.channelStride
          for p in 0..<memory.positions {
            let slope = scratch[t * memory.positions + p]
            if slope != 0 { chain.addProduct(slope * q[c], pass.inputs[1][row][p * memory.channelStride + c]) }
          }
        }
        return chain
      }
    }
    (dw + channels).update(repeating: 0, count: parameters[0].storedCount - channels)
  }
}
