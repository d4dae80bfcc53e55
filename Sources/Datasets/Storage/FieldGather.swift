internal import Kernels

/// Fetches some features of rows, normalized, as neighbours.
final class FieldGather: Sendable {
  /// The features in the order of the output.
  let features: [Range<Int>]
  let width: Int
  private let segments: [(output: Int, gather: RowGather)]
  /// Features that kernels do not prepare.
  private let treated: [(output: Int, gather: TreatedGather)]
  /// What kernels leave to be done: the formula of earlier builds.
  private let rest: Normalization?

  /// - Parameters:
  ///   - features: of a sample, in the order of the output.
  ///   - source: how they lie in memory.
  ///   - places: where each of the source's blocks begins.
  init(
    _ features: [Range<Int>], source: SourceLayout, places: [UnsafeRawPointer], pairs: NormalizationPairs
  ) {
    rest = pairs.rest
    self.features = features
    width = features.reduce(0) { $0 + $1.count }
    var segments: [(Int, RowGather)] = [], treated: [(Int, TreatedGather)] = [], output = 0
    for range in features {
      for run in source.runs where run.features.overlaps(range) {
        let whole = run.features.clamped(to: range), block = source.features[run.block]
        precondition(!run.isCode || whole == run.features, "a category is read whole")
        for (part, treatments) in pairs.pieces(of: whole, isFloat: block.element.isFloat) {
          let first = run.first + (run.isCode ? 0 : part.lowerBound - run.features.lowerBound)
          let base = places[run.block] + first * block.element.byteCount,
            place = output + part.lowerBound - range.lowerBound
          if treatments.isEmpty {
            let gather = RowGather(
              base: base, rowBytes: block.rowBytes, element: block.element, count: part.count, isCode: run.isCode,
              affine: pairs.affine, shift: pairs.shift + part.lowerBound, scale: pairs.scale + part.lowerBound)
            segments.append((place, gather))
          } else {
            let gather = TreatedGather(
              part, treatments, base: base, rowBytes: block.rowBytes, element: block.element, isCode: run.isCode,
              pairs: pairs)
            treated.append((place, gather))
          }
        }
      }
      output += range.count
    }
    self.segments = segments
    self.treated = treated
  }

  /// - Parameters:
  ///   - values: neighbouring numbers of each row.
  ///   - place: where they begin.
  convenience init(
    _ features: [Range<Int>], values: SourceLayout.Block?, at place: UnsafeRawPointer, pairs: NormalizationPairs
  ) {
    let width = values?.width ?? 0
    self.init(
      features,
      source: SourceLayout(
        rows: 0, features: values.map { [$0] } ?? [],
        runs: [.init(features: 0..<width, block: 0, first: 0, isCode: false)],
        targets: nil, weight: nil),
      places: [place], pairs: pairs)
  }

  /// Fetches rows, one below the other; what is behind them up to the stride is set to 0.
  func callAsFunction(
    rows: UnsafePointer<Int>, index: UnsafeRawPointer?, indexBytes: Int, count: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    precondition(stride >= width, "the stride is smaller than a row")
    for (place, gather) in segments {
      gather(
        rows: rows, index: index, indexBytes: indexBytes, count: count, into: output + place, stride: stride)
    }
    for (place, gather) in treated {
      gather(rows: rows, index: index, indexBytes: indexBytes, count: count, into: output + place, stride: stride)
    }
    if let rest { apply(rest, to: output, rows: count, stride: stride) }
    guard stride > width else { return }
    for row in 0..<count { (output + row * stride + width).update(repeating: 0, count: stride - width) }
  }

  private func apply(_ rest: Normalization, to output: UnsafeMutablePointer<Float>, rows: Int, stride: Int) {
    for row in 0..<rows {
      var place = output + row * stride
      for features in features {
        rest.apply(to: place, features: features)
        place += features.count
      }
    }
  }
}
