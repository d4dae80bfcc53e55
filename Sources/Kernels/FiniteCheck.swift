import CKernels

/// Looks for NaN and infinities in arrays, at the speed at which they are read.
package enum FiniteCheck {
  /// Whether every element is a number.
  package static func holds(_ x: UnsafePointer<Float>, count: Int) -> Bool {
    ck_active().pointee.all_finite(x, count) != 0
  }
}
