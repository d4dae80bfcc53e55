internal import Glibc

/// oneDNN's matrix product, which ``DenseProduct`` and ``WeightGradient`` are measured against.
///
/// The library is opened at run time, where it is installed: nothing of a training is computed by it, so nobody else
/// needs it. The functions are those of its C interface (https://uxlfoundation.github.io/oneDNN/).
package struct OneDNN: Sendable {
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

  /// `dnnl_status_t dnnl_sgemm(char, char, dnnl_dim_t M, N, K, float alpha, A, lda, B, ldb, float beta, C, ldc)`
  private typealias Product =
    @convention(c) (
      CChar, CChar, Int64, Int64, Int64, Float, UnsafePointer<Float>, Int64, UnsafePointer<Float>, Int64, Float,
      UnsafeMutablePointer<Float>, Int64
    ) -> UInt32
  private typealias SetThreads = @convention(c) (Int32) -> Void
  /// The first members of `dnnl_version_t`.
  private typealias Version = (major: Int32, minor: Int32, patch: Int32)

  /// The names of the library, newest interface first.
  private static let names = ["libdnnl.so.3", "libdnnl.so.2", "libdnnl.so"]

  private let product: Product
  /// That of OpenMP, which Debian's is built on; nil where it is built on something else.
  private let setThreads: SetThreads?
  /// Its version, like `2.6.3`.
  package let version: String

  /// Opens the library; nil where there is none.
  package init?() {
    guard let handle = Self.names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
      let product = dlsym(handle, "dnnl_sgemm")
    else { return nil }
    self.product = unsafeBitCast(product, to: Product.self)
    setThreads = dlsym(handle, "omp_set_num_threads").map { unsafeBitCast($0, to: SetThreads.self) }
    guard let symbol = dlsym(handle, "dnnl_version") else { return nil }
    let getVersion = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafeRawPointer?).self)
    let found = getVersion()?.load(as: Version.self)
    version = found.map { "\($0.major).\($0.minor).\($0.patch)" } ?? "unknown"
  }

  /// `c = a · b + (adds ? c : 0)`, with `a` of `rows × inner` and `b` of `inner × columns` after transposition.
  ///
  /// All matrices are stored row by row; the corresponding C function is `dnnl_sgemm`, on the calling thread alone. The
  /// order of additions is oneDNN's own.
  package func multiply(
    _ a: Matrix, _ b: Matrix, a orderA: Order = .normal, b orderB: Order = .normal, into c: Matrix, rows: Int,
    columns: Int, inner: Int, adds: Bool = false
  ) throws(Failure) {
    // For each calling thread anew: OpenMP keeps it by thread.
    setThreads?(1)
    let status = product(
      orderA.letter, orderB.letter, Int64(rows), Int64(columns), Int64(inner), 1, a.pointer, Int64(a.stride), b.pointer,
      Int64(b.stride), adds ? 1 : 0, c.pointer, Int64(c.stride))
    guard status == 0 else { throw Failure(status: status) }
  }
}
