import CKernels

/// Elementary functions in double, of our own: the same bits on every CPU.
package enum DoubleFunctions {
  /// `eˣ`; below 2⁻¹⁰²² 0.
  package static func exp(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int) {
    ck_active().pointee.exp64(x, y, count)
  }

  /// The natural logarithm.
  package static func log(_ x: Double) -> Double {
    var x = x
    withUnsafeMutablePointer(to: &x) { ck_active().pointee.log64($0, $0, 1) }
    return x
  }
}
