import CKernels
import Kernels
import Specs

@testable import Networks

/// A convolution over one axis of positions, written plainly, and ways to get it wrong.
///
/// `y[p][o] = Σₜ Σ꜀ x[p + t][c] · w[o][c][t]` for `p` in `0 ... P − k`, taps before channels in every chain. Files have
/// `[out, in, k]`; memory has a tap's inputs next to each other: `[k, in, out]`. Forward gathers the window of a
/// position into its scratch memory, backward computes a window's gradient there before it is added, and the weight
/// gradient keeps a leaf's chains there.
struct ConvolutionLayer: Layer {
  enum Flaw: CaseIterable, Sendable {
    case none
    case ignoresStride, writesBetweenPositions, tapsReversedBackward, forgetsPositions, gradientBetweenPositions
    case forwardScratch, backwardScratch, gradientScratch, staleScratch, staleSums
    case storage

    /// What the battery must find.
    var finding: Finding.Kind? {
      switch self {
      case .none: nil
      // What is behind a position's channels is taken for the next position.
      case .ignoresStride: .paddingRead
      case .writesBetweenPositions, .gradientBetweenPositions: .paddingWritten
      case .tapsReversedBackward, .forgetsPositions, .staleScratch, .staleSums: .gradient
      case .forwardScratch, .backwardScratch, .gradientScratch: .scratch
      case .storage: .storage
      }
    }
  }

  struct Spec: SingleInputLayerSpec {
    static let kind = "toy_convolution"
    static let summary = ""
    static let examples: [String] = []
    var units: Int
    var taps: Int
    var flaw: Flaw

    init(units: Int, taps: Int, flaw: Flaw = .none) { (self.units, self.taps, self.flaw) = (units, taps, flaw) }
    init(from fields: FieldReader) throws(ConfigError) { self.init(units: 1, taps: 1) }
    func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
      guard input.shape.extents.count == 2, input.positions >= taps else {
        throw ConfigError("needs \(taps) positions or more, found \(input)", path: path)
      }
      return ConvolutionLayer(input: input, units: units, taps: taps, flaw: flaw)
    }
  }

  let input: Port
  let units: Int
  let taps: Int
  let flaw: Flaw
  let output: Port
  private let storage: ParameterStorage

  init(input: Port, units: Int, taps: Int, flaw: Flaw) {
    (self.input, self.units, self.taps, self.flaw) = (input, units, taps, flaw)
    output = .aligned([input.positions - taps + 1, units])
    let inputs = input.channels
    let name = "taps first(\(taps), \(inputs), \(units))"
    storage = ParameterStorage(name, storedCount: taps * inputs * units) { index in
      let tap = index % taps, channel = index / taps % inputs, unit = index / taps / inputs
      return flaw == .storage ? (tap * inputs + channel) * (units - 1) + unit : (tap * inputs + channel) * units + unit
    }
  }

  var window: Int { taps * input.channels }
  var parameters: [Parameter] {
    [
      Parameter(
        name: "weight", shape: [units, input.channels, taps], storage: storage, initializer: StoredLayer.Start(),
        fanIn: window, fanOut: units)
    ]
  }
  var needs: LayerNeeds {
    func floats(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    return LayerNeeds(
      forwardScratchCount: floats(window), backwardScratchCount: floats(window),
      gradientScratchCount: floats(input.channels * units), gradientItems: taps)
  }

  /// An item has one tap; the last one has the padding too.
  func finishedGradients(items: Int) -> Int {
    items == taps ? storage.storedCount : items * input.channels * units
  }

  /// From position to position.
  private var step: Int { flaw == .ignoresStride ? input.channels : input.channelStride }

  func forward(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    let w = pass.arena + pass.offsets[0], inputs = input.channels
    for row in rows {
      for position in 0..<output.positions {
        let y = pass.output[row] + position * output.channelStride
        for tap in 0..<taps where flaw != .staleScratch || tap > 0 {
          (scratch + tap * inputs).update(from: pass.input[row] + (position + tap) * step, count: inputs)
        }
        for unit in 0..<units {
          var chain: Float = 0
          for index in 0..<window { chain.addProduct(scratch[index], w[index * units + unit]) }
          y[unit] = chain
        }
        if flaw == .writesBetweenPositions { y[units] = 1 }
      }
    }
    if flaw == .forwardScratch { scratch[needs.forwardScratchCount] = 0 }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let gradient = pass.inputGradient else { return }
    let w = pass.arena + pass.offsets[0], inputs = input.channels
    for row in rows {
      for position in 0..<input.positions {
        (gradient[row] + position * input.channelStride).update(repeating: 0, count: inputs)
      }
      for position in 0..<output.positions {
        let d = pass.outputGradient[row] + position * output.channelStride
        for index in 0..<window {
          scratch[index] = (0..<units).reduce(Float(0)) { $0.addingProduct(d[$1], w[index * units + $1]) }
        }
        for tap in 0..<taps {
          let from = flaw == .tapsReversedBackward ? taps - 1 - tap : tap
          let dx = gradient[row] + (position + tap) * input.channelStride
          for channel in 0..<inputs { dx[channel] += scratch[from * inputs + channel] }
          if flaw == .gradientBetweenPositions { dx[inputs] += 1 }
        }
      }
    }
    if flaw == .backwardScratch { scratch[needs.backwardScratchCount] = 0 }
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item tap: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let inputs = input.channels, count = inputs * units, positions = flaw == .forgetsPositions ? 1 : output.positions
    var finished: [[Float]] = []
    for leaf in 0..<leafCount {
      if flaw != .staleSums { scratch.update(repeating: 0, count: count) }
      for row in leaves[leaf].row_begin..<leaves[leaf].row_end {
        for position in 0..<positions {
          let x = pass.input[Int(row)] + (position + tap) * input.channelStride
          let d = pass.outputGradient[Int(row)] + position * output.channelStride
          for channel in 0..<inputs {
            for unit in 0..<units { scratch[channel * units + unit].addProduct(x[channel], d[unit]) }
          }
        }
      }
      var sum = (0..<count).map { scratch[$0] }
      for _ in 0..<leaves[leaf].merges { sum = zip(finished.removeLast(), sum).map { $0 + $1 } }
      finished.append(sum)
    }
    let dw = gradient + pass.gradientOffsets[0] + tap * count
    for (index, value) in (finished.first ?? []).enumerated() { dw[index] = value }
    if tap == taps - 1 { (dw + count).update(repeating: 0, count: storage.storedCount - taps * count) }
    if flaw == .gradientScratch {
      scratch[needs.gradientScratchCount + WeightGradient.scratchCount(leaves: LeafTree.limit)] = 0
    }
  }
}
