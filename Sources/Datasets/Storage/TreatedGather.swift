internal import Kernels
internal import Platform

/// Fetches neighbouring elements of rows that are filled, taken functions of or clipped; as ``Kernels/RowGather`` else.
///
/// In double, rounded to float32 once. Nothing here allocates but `init`.
final class TreatedGather: @unchecked Sendable {
  /// What becomes of one element.
  fileprivate struct Step: BitwiseCopyable {
    enum Function: BitwiseCopyable { case identity, log, log1p, ranks }

    var function: Function
    var isClipped: Bool
    /// NaN: none is missing.
    var fill: Double
    var shift: Double
    var scale: Double
    /// Where knots of ranks are, and how many.
    var firstKnot: Int
    var knotCount: Int
  }

  // What these point to is only read.
  private let base: UnsafeRawPointer
  private let rowBytes: Int
  private let element: RawElement
  private let count: Int
  private let isDivided: Bool
  /// What stands for a code that is none; nil: these are numbers.
  private let fillCode: Int?
  private let steps: AlignedBuffer<Step>
  private let knots: AlignedBuffer<Double>

  /// - Parameters:
  ///   - features: those to be fetched; each is of one of the treatments.
  ///   - base: the first of them in row 0.
  ///   - isCode: whether they are of one code.
  init(
    _ features: Range<Int>, _ treatments: ArraySlice<FeatureTreatment>, base: UnsafeRawPointer, rowBytes: Int,
    element: RawElement, isCode: Bool, pairs: NormalizationPairs
  ) {
    self.base = base
    self.rowBytes = rowBytes
    self.element = element
    count = features.count
    isDivided = pairs.affine != .multiplied
    fillCode = isCode ? treatments.first?.fillCode : nil
    precondition(!isCode || fillCode != nil, "a category is only filled")
    steps = AlignedBuffer(count: max(1, features.count))
    knots = AlignedBuffer(count: max(1, treatments.reduce(0) { $0 + $1.knots.count }))
    var place = 0, first = 0
    for treatment in treatments {
      let own = first..<first + treatment.knots.count
      for (index, knot) in treatment.knots.enumerated() { knots.pointer[first + index] = knot }
      first = own.upperBound
      for feature in treatment.features.clamped(to: features) {
        let step = Step(
          function: treatment.kind, isClipped: treatment.isClipped, fill: treatment.fill ?? .nan,
          shift: pairs.shift[feature], scale: pairs.scale[feature], firstKnot: own.lowerBound, knotCount: own.count)
        (steps.pointer + place).initialize(to: step)
        place += 1
      }
    }
    precondition(place == count, "each feature has a treatment")
  }

  /// Fetches rows, one below the other; the parameters are those of ``Kernels/RowGather``.
  func callAsFunction(
    rows: UnsafePointer<Int>, index: UnsafeRawPointer?, indexBytes: Int, count: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for row in 0..<count {
      var place = rows[row]
      if let index {
        place =
          indexBytes == 4
          ? Int(index.load(fromByteOffset: place * 4, as: UInt32.self))
          : Int(index.load(fromByteOffset: place * 8, as: UInt64.self))
      }
      let from = base + place * rowBytes, to = output + row * stride
      if let fillCode { gather(element.code(at: from), fillCode, to) } else { gather(from, to) }
    }
  }

  private func gather(_ from: UnsafeRawPointer, _ to: UnsafeMutablePointer<Float>) {
    let size = element.byteCount
    for place in 0..<count {
      let step = steps.pointer[place]
      var value = element.value(at: from + place * size)
      if value.isNaN { value = step.fill }
      switch step.function {
      case .identity: break
      case .log: value = DoubleFunctions.log(value)
      case .log1p: value = DoubleFunctions.log1p(value)
      case .ranks:
        value = RankMap.apply(
          value, UnsafeBufferPointer(start: knots.pointer + step.firstKnot, count: step.knotCount))
      }
      value = scaled(value, step)
      to[place] = Float(step.isClipped ? FeatureFunction.smoothlyClipped(value) : value)
    }
  }

  private func gather(_ code: Int, _ fillCode: Int, _ to: UnsafeMutablePointer<Float>) {
    let code = code < count ? code : fillCode
    for place in 0..<count { to[place] = Float(scaled(place == code ? 1 : 0, steps.pointer[place])) }
  }

  @inline(__always)
  private func scaled(_ value: Double, _ step: Step) -> Double {
    isDivided ? (value - step.shift) / step.scale : (value - step.shift) * step.scale
  }
}

extension FeatureTreatment {
  fileprivate var knots: [Double] { if case .ranks(let map) = function { map.knots } else { [] } }

  fileprivate var kind: TreatedGather.Step.Function {
    switch function {
    case .identity: .identity
    case .log: .log
    case .log1p: .log1p
    case .ranks: .ranks
    }
  }
}
