/// Rows of floats in memory that somebody else owns.
///
/// The stride of what is written to is a multiple of 16 floats, that of what is only read may be any; the floats
/// between a row's end and the next multiple of 16 are zero and stay zero.
package struct Matrix: @unchecked Sendable {
  package var pointer: UnsafeMutablePointer<Float>
  /// Floats from one row to the next.
  package var stride: Int

  package init(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
    self.pointer = pointer
    self.stride = stride
  }

  /// The start of a row.
  @inlinable package subscript(row: Int) -> UnsafeMutablePointer<Float> { pointer + row * stride }

  /// A stride for rows of `width` floats: whole cache lines, and never a multiple of 1 KiB, which would put all rows in
  /// few sets of the cache.
  package static func stride(for width: Int) -> Int {
    let lines = (width + 15) / 16
    return (lines % 16 == 0 ? lines + 1 : lines) * 16
  }
}
