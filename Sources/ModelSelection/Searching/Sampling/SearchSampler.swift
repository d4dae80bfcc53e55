internal import Kernels

/// The points of a search in the unit cube, by number: a function of the seed alone, whoever asks and in whatever
/// order.
struct SearchSampler {
  private let dimensions: Int
  private let seed: UInt64
  private let sequence: SobolSequence?

  /// - Parameter method: random points, or those of a Sobol sequence; a grid has no such points.
  init(_ method: SearchMethod, dimensions: Int, seed: UInt64) {
    (self.dimensions, self.seed) = (dimensions, seed)
    sequence = method == .sobol ? SobolSequence(dimensions: dimensions) : nil
  }

  /// Each coordinate is a multiple of 2⁻⁵³ below 1.
  ///
  /// - Random: words 2d and 2d + 1 of the point's stream. That of point `n` has the index `n`.
  /// - Sobol: the first 32 bits of a coordinate are shifted digit by digit (exclusive or), the same for all points, by
  ///   such words of the stream of index 0; the bits behind them are the shift's own.
  func point(_ index: Int) -> [Double] {
    guard let sequence else {
      let stream = stream(UInt64(index), slot: Slot.points)
      return (0..<dimensions).map { Double(Self.bits(stream, $0)) * 0x1p-53 }
    }
    let shift = stream(0, slot: Slot.shift)
    return sequence.point(index).enumerated().map { dimension, word in
      Double(Self.bits(shift, dimension) ^ UInt64(word) << 21) * 0x1p-53
    }
  }

  /// They tell streams apart from each other, and from the seeds of repeats, whose slot is 0.
  private enum Slot {
    static let points: UInt32 = 1
    static let shift: UInt32 = 2
  }

  private func stream(_ index: UInt64, slot: UInt32) -> RandomStream {
    RandomStream(seed: seed, purpose: .selection, index: index, slot: slot)
  }

  /// 53 of the 64 bits that belong to a dimension.
  private static func bits(_ stream: RandomStream, _ dimension: Int) -> UInt64 {
    let place = UInt64(2 * dimension)
    return (UInt64(stream.word(place)) << 32 | UInt64(stream.word(place + 1))) >> 11
  }
}
