/// The affine map `x' = (x − shift) · scale`, one pair for all features or one pair per feature.
///
/// It is computed in float32, and in double for features whose range comes near float32's: there `x − shift` is infinite and `scale`
/// subnormal. A scale is a float32 number but there.
package struct Normalization: Sendable, Equatable {
  package var shift: [Float]
  package var scale: [Double]

  package init(shift: [Float], scale: [Double]) {
    precondition(shift.count == scale.count && !shift.isEmpty, "a normalization needs one scale per shift")
    self.shift = shift
    self.scale = scale
  }

  package static let identity = Normalization(shift: [0], scale: [1])
  package var isIdentity: Bool { shift.allSatisfy { $0 == 0 } && scale.allSatisfy { $0 == 1 } }
  /// Whether one pair serves all features.
  package var isUniform: Bool { shift.count == 1 }

  /// The pair for a feature.
  package subscript(feature: Int) -> (shift: Float, scale: Double) {
    isUniform ? (shift[0], scale[0]) : (shift[feature], scale[feature])
  }

  /// Whether a pair takes double: float32 would overflow, or lose the scale.
  private static func isWide(_ shift: Float, _ scale: Double) -> Bool { scale < 0x1p-120 || abs(shift) >= 0x1p100 }

  /// Normalizes neighbouring features of a row where they stand.
  package func apply(to values: UnsafeMutablePointer<Float>, features: Range<Int>) {
    for (index, feature) in features.enumerated() {
      let (shift, scale) = self[feature], value = values[index]
      values[index] =
        Self.isWide(shift, scale)
        ? Float((Double(value) - Double(shift)) * scale) : (value - shift) * Float(scale)
    }
  }

  /// Maps a normalized value back: `x = x' / scale + shift`.
  package func restore(_ value: Float, feature: Int) -> Float {
    let (shift, scale) = self[feature]
    return Self.isWide(shift, scale) ? Float(Double(value) / scale + Double(shift)) : value / Float(scale) + shift
  }

  /// Maps a normalized value back in double precision.
  package func restore(_ value: Double, feature: Int) -> Double {
    let (shift, scale) = self[feature]
    return value / Double(scale) + Double(shift)
  }

  /// A scale as it is kept.
  package static func kept(_ scale: Double) -> Double { scale < 0x1p-120 ? scale : Double(Float(scale)) }
}
