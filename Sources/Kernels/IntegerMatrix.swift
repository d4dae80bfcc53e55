/// Rows of whole numbers in memory: ids, masks, lengths.
package struct IntegerMatrix: @unchecked Sendable {
  package var pointer: UnsafeMutablePointer<Int32>
  /// Elements from one row to the next.
  package var stride: Int

  package init(_ pointer: UnsafeMutablePointer<Int32>, stride: Int) {
    self.pointer = pointer
    self.stride = stride
  }

  /// The start of a row.
  @inlinable package subscript(row: Int) -> UnsafeMutablePointer<Int32> { pointer + row * stride }
}
