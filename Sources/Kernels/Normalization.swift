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

  private var hasWide: Bool { zip(shift, scale).contains { Self.isWide($0, $1) } }

  /// Normalizes rows of `width` values where they stand.
  package func apply(to values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    guard !isIdentity else { return }
    guard !hasWide else { return applyWide(to: values, rows: rows, width: width) }
    let scales = scale.map { Float($0) }
    shift.withUnsafeBufferPointer { shift in
      scales.withUnsafeBufferPointer { scale in
        if isUniform {
          let shift = shift[0], scale = scale[0]
          for index in 0..<(rows * width) { values[index] = (values[index] - shift) * scale }
        } else {
          for row in 0..<rows {
            let values = values + row * width
            for feature in 0..<width { values[feature] = (values[feature] - shift[feature]) * scale[feature] }
          }
        }
      }
    }
  }

  /// As ``apply(to:rows:width:)``, where some feature takes double.
  private func applyWide(to values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    for feature in 0..<width {
      let (shift, scale) = self[feature], isWide = Self.isWide(shift, scale)
      for row in 0..<rows {
        let value = values[row * width + feature]
        values[row * width + feature] =
          isWide ? Float((Double(value) - Double(shift)) * scale) : (value - shift) * Float(scale)
      }
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
