import CKernels

/// Elementary functions of arrays of doubles, sixteen at a time: faster than `DoubleFunctions`, which have smaller
/// errors. The same bits on every CPU too.
package enum DoubleVectors {
  /// `eˣ` to 3 units in the last place; below 2⁻¹⁰²² 0.
  package static func exp(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int) {
    ck_active().pointee.exp64(x, y, count)
  }
}
