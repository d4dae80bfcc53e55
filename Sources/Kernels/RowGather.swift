internal import CKernels

/// Neighbouring elements of each row of raw data, which are fetched as float32.
///
/// `y[i, j] = float32(x[row i, j])`, or `(x − shift[j]) / scale[j]`, or `(x − shift[j]) · scale[j]`: in double, rounded
/// once.
package struct RowGather: @unchecked Sendable {
  /// What is done to a number on its way.
  package enum Affine: Sendable {
    case asIs, divided, multiplied
  }

  // What it points to is only read.
  private let segment: ck_segment

  /// - Parameters:
  ///   - base: the first element of row 0.
  ///   - rowBytes: from one row to the next.
  ///   - count: elements of a row; of a category the numbers of 0 and 1 that its one code becomes.
  ///   - shift: of each element, alive as long as this is in use; as `scale`.
  package init(
    base: UnsafeRawPointer, rowBytes: Int, element: RawElement, count: Int, isCode: Bool, affine: Affine,
    shift: UnsafePointer<Double>, scale: UnsafePointer<Double>
  ) {
    let formula =
      switch affine {
      case .asIs: CK_AS_IS
      case .divided: CK_DIVIDED
      case .multiplied: CK_MULTIPLIED
      }
    segment = ck_segment(
      base: base, row_bytes: rowBytes, raw: Int32(element.code.rawValue), affine: Int32(formula.rawValue), count: count,
      is_code: isCode ? 1 : 0, shift: shift, scale: scale)
  }

  /// Fetches rows, one below the other.
  ///
  /// - Parameters:
  ///   - rows: `count` of them, which nothing checks.
  ///   - index: for each of `rows` the row of the data, in 4 or 8 bytes; nil: they are rows of the data.
  ///   - stride: floats from one output row to the next.
  package func callAsFunction(
    rows: UnsafePointer<Int>, index: UnsafeRawPointer?, indexBytes: Int, count: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    withUnsafePointer(to: segment) {
      ck_active().pointee.gather_raw($0, rows, index, Int32(indexBytes), count, output, stride)
    }
  }
}
