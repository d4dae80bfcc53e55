/// The formula of models that builds up to arithmetic number 3 have trained: in float32, and in double for features
/// whose range comes near float32's, where `x − shift` would be infinite and `scale` subnormal.
extension Normalization {
  /// Normalizes neighbouring features of a row that stand there as they are; nothing where kernels have normalized
  /// them.
  package func apply(to values: UnsafeMutablePointer<Float>, features: Range<Int>) {
    guard formula == .float32, !isIdentity else { return }
    for (index, feature) in features.enumerated() {
      let (shift, scale) = self[feature], value = values[index]
      values[index] =
        Self.isWide(shift, scale)
        ? Float((Double(value) - shift) * scale) : (value - Float(shift)) * Float(scale)
    }
  }

  func restoreFloat32(_ value: Float, feature: Int) -> Float {
    let (shift, scale) = self[feature]
    return Self.isWide(shift, scale) ? Float(Double(value) / scale + shift) : value / Float(scale) + Float(shift)
  }

  /// Whether a pair takes double: float32 would overflow, or lose the scale.
  private static func isWide(_ shift: Double, _ scale: Double) -> Bool { scale < 0x1p-120 || abs(shift) >= 0x1p100 }
}
