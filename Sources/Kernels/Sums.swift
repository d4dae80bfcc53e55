import CKernels

/// Sums of float arrays in double, in one fixed order.
///
/// Elements are added in blocks of 1024 (lane `i % 16` by ascending `i`, then the lanes by halves) and blocks are
/// combined by `tree`. An owner of whole blocks can therefore sum its part, and the blocks of all parts give the same
/// bits.
package enum Sums {
  /// Elements in a block.
  package static let blockLength = Int(CK_SUM_BLOCK)

  /// The number of blocks of an array of `count` elements.
  package static func blockCount(_ count: Int) -> Int { (count + blockLength - 1) / blockLength }

  /// `Σ x`; 0 for an empty array.
  package static func sum(_ x: UnsafePointer<Float>, count: Int) -> Double { ck_active().pointee.sum(x, count) }

  /// `Σ x²`, each square exact; 0 for an empty array.
  package static func squares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    ck_active().pointee.sum_of_squares(x, count)
  }

  /// One sum per block, into `blockCount(count)` elements of `blocks`.
  package static func blockSums(_ x: UnsafePointer<Float>, count: Int, into blocks: UnsafeMutablePointer<Double>) {
    ck_active().pointee.block_sums(x, count, blocks)
  }

  /// One sum of squares per block, into `blockCount(count)` elements of `blocks`.
  package static func blockSquares(_ x: UnsafePointer<Float>, count: Int, into blocks: UnsafeMutablePointer<Double>) {
    ck_active().pointee.block_squares(x, count, blocks)
  }

  /// `tree(lo, hi)` splits at `lo + ceil((hi - lo) / 2)`; 0 for no blocks.
  package static func tree(_ blocks: UnsafePointer<Double>, count: Int) -> Double {
    if count < 2 { return count == 1 ? blocks[0] : 0 }
    let left = (count + 1) / 2
    return tree(blocks, count: left) + tree(blocks + left, count: count - left)
  }
}
