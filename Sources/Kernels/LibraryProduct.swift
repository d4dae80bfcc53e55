internal import COneDNN

/// oneDNN's matrix product: what ``DenseProduct`` and ``WeightGradient`` are measured against, and what shapes without packed
/// weights use. Runs on the calling thread alone.
package enum LibraryProduct {
  /// oneDNN refused a product: its status, as `dnnl_status_t` numbers it.
  package struct Failure: Error, Equatable {
    package var status: UInt32
  }

  /// Whether a factor is read transposed.
  package enum Order: Sendable {
    case normal
    case transposed

    fileprivate var letter: CChar { self == .normal ? CChar(UInt8(ascii: "N")) : CChar(UInt8(ascii: "T")) }
  }

  /// `c = a · b + (adds ? c : 0)`, with `a` of `rows × inner` and `b` of `inner × columns` after transposition.
  ///
  /// All matrices are stored row by row; the corresponding C function is `dnnl_sgemm`. The order of additions is oneDNN's own.
  package static func multiply(
    _ a: Matrix, _ b: Matrix, a orderA: Order = .normal, b orderB: Order = .normal, into c: Matrix, rows: Int,
    columns: Int, inner: Int, adds: Bool = false
  ) throws(Failure) {
    ptrain_dnnl_use_one_thread()
    let status = dnnl_sgemm(
      orderA.letter, orderB.letter, dnnl_dim_t(rows), dnnl_dim_t(columns), dnnl_dim_t(inner), 1, a.pointer,
      dnnl_dim_t(a.stride), b.pointer, dnnl_dim_t(b.stride), adds ? 1 : 0, c.pointer, dnnl_dim_t(c.stride))
    guard status == dnnl_success else { throw Failure(status: status.rawValue) }
  }
}
