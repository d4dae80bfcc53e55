internal import CKernels

/// Floats as 16 bits and back; rounding is to nearest even, the same at every instruction-set level.
package struct HalfPrecision: Sendable {
  private let isBFloat: Int32
  /// A power of two that values are multiplied by before they are narrowed.
  private let scale: Float

  /// - Parameters:
  ///   - isBFloat: bfloat16 (8 bits of precision, float32's range) or else IEEE half (11 bits, up to 65504).
  ///   - scale: a power of two.
  package init(isBFloat: Bool, scale: Float) {
    self.isBFloat = isBFloat ? 1 : 0
    self.scale = scale
  }

  package func narrow(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<UInt16>, count: Int) {
    ck_active().pointee.narrow(x, y, count, isBFloat, scale)
  }

  package func widen(_ x: UnsafePointer<UInt16>, into y: UnsafeMutablePointer<Float>, count: Int) {
    ck_active().pointee.widen(x, y, count, isBFloat, 1 / scale)
  }
}
