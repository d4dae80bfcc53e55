internal import Platform

/// The memory of one rank in one exchange: its partial sums, one behind the other, then its trailer; and the others'
/// trailers.
///
/// A rank without shards has no partial sum, but a row to receive the sum in. Row 0 ends up holding the sum, unless all
/// ranks of a node share one.
final class GradientBuffers {
  /// Floats in one gradient.
  let count: Int
  /// Bytes of one trailer.
  let trailerBytes: Int
  /// Partial sums of this rank.
  let rowCount: Int
  /// Where the sum over all ranks ends up.
  let sum: UnsafeMutablePointer<Float>
  /// What the ranks of this node see of each other, where the algorithm wants that.
  let shared: NodeMemory?
  private let rank: Int
  /// Floats from one row to the next.
  private let stride: Int
  private let rows: UnsafeMutableRawPointer
  private let own: AlignedMemory
  private let trailers: AlignedMemory

  /// - Parameter shared: memory of the node, for algorithms that read their neighbours' partial sums in place.
  init(plan: ReductionPlan, count: Int, trailer: Int, rank: Int, shared: NodeMemory?) {
    self.count = count
    self.rank = rank
    self.shared = shared
    trailerBytes = trailer
    rowCount = plan.leafCount(of: rank)
    stride = Self.stride(of: count)
    let bytes = max(rowCount, 1) * stride * MemoryLayout<Float>.size + trailer
    own = AlignedMemory(byteCount: shared == nil ? bytes : 0)
    rows = shared?.rows(of: rank) ?? own.base
    // Where each rank keeps its slice only, that lies where nobody else reads: in its own row.
    sum = shared?.sum ?? rows.assumingMemoryBound(to: Float.self)
    trailers = AlignedMemory(byteCount: (plan.ranks + 1) * AlignedMemory.rounded(trailer))
  }

  /// Floats of one row, up to the next 64-byte border.
  static func stride(of count: Int) -> Int {
    AlignedMemory.rounded(count * MemoryLayout<Float>.size) / MemoryLayout<Float>.size
  }

  /// One partial sum; row 0 always exists.
  func row(_ index: Int) -> UnsafeMutablePointer<Float> {
    precondition(index >= 0 && index < max(rowCount, 1), "no such partial sum")
    return (rows + index * stride * MemoryLayout<Float>.size).assumingMemoryBound(to: Float.self)
  }

  /// The place of a rank's trailer on this rank: its own lies behind its rows, so that one message can carry both.
  func trailer(of rank: Int) -> UnsafeMutableRawPointer {
    if rank == self.rank, shared == nil { return rows + max(rowCount, 1) * stride * MemoryLayout<Float>.size }
    return trailers.base + rank * AlignedMemory.rounded(trailerBytes)
  }

  /// This rank's partial sums and trailer in one piece; only the trailer where it has no partial sum.
  var rowsAndTrailer: UnsafeMutableRawBufferPointer {
    let length = rowCount * stride * MemoryLayout<Float>.size + trailerBytes
    return UnsafeMutableRawBufferPointer(start: rowCount > 0 ? rows : trailer(of: rank), count: length)
  }
}
