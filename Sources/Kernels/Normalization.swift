/// An affine map that brings numbers, or their logarithms, to a common scale, one pair for all features or one pair per
/// feature.
///
/// In double, rounded to float32 once: so a number far from 0 keeps what tells it from its neighbours.
package struct Normalization: Sendable, Equatable {
  package enum Formula: String, Sendable, CaseIterable {
    /// `x' = (x − shift) / scale`
    case divided
    /// `x' = (x − shift) · scale`
    case multiplied
    /// `x' = (x − shift) · scale` in float32, as builds up to arithmetic number 3 have computed it.
    case float32
  }

  package var shift: [Double]
  package var scale: [Double]
  package let formula: Formula
  /// What is taken of each number first: one function for all, or, where they differ, one for each; of features nothing
  /// is taken, they have treatments.
  package let functions: [Function]

  package init(_ formula: Formula, shift: [Double], scale: [Double], function: Function = .identity) {
    self.init(formula, shift: shift, scale: scale, functions: [function])
  }

  /// - Parameter functions: one for all, or as many as there are pairs.
  package init(_ formula: Formula, shift: [Double], scale: [Double], functions: [Function]) {
    precondition(shift.count == scale.count && !shift.isEmpty, "a normalization needs one scale per shift")
    precondition(functions.count == 1 || functions.count == shift.count, "a normalization needs one function per shift")
    self.formula = formula
    self.functions = Set(functions).count == 1 ? [functions[0]] : functions
    self.shift = shift
    self.scale = scale
  }

  package static let identity = Normalization(.divided, shift: [0], scale: [1])
  package var isIdentity: Bool {
    !takesLogarithms && shift.allSatisfy { $0 == 0 } && scale.allSatisfy { $0 == 1 }
  }
  /// Whether one pair serves all features.
  package var isUniform: Bool { shift.count == 1 }

  /// Whether something is taken of some numbers before they are shifted and scaled.
  package var takesLogarithms: Bool { functions != [.identity] }

  /// What is taken of a feature's numbers first.
  package func function(of feature: Int) -> Function { functions.count == 1 ? functions[0] : functions[feature] }

  /// The features, of so many, of which a function is taken.
  package func logarithms(of count: Int) -> [Int] { (0..<count).filter { function(of: $0) != .identity } }

  /// The pair for a feature.
  package subscript(feature: Int) -> (shift: Double, scale: Double) {
    isUniform ? (shift[0], scale[0]) : (shift[feature], scale[feature])
  }

  /// What kernels do to a number while they fetch it; ``apply(to:features:)`` does the rest.
  package var affine: RowGather.Affine {
    switch formula {
    case _ where isIdentity: .asIs
    case .divided: .divided
    case .multiplied: .multiplied
    case .float32: .asIs
    }
  }

  /// Maps a normalized value back, in double.
  package func restore(_ value: Double, feature: Int) -> Double {
    let (shift, scale) = self[feature]
    return function(of: feature).inverse(formula == .divided ? value * scale + shift : value / scale + shift)
  }

  /// Maps a normalized value back as metrics of the build that has normalized it do.
  package func restore(_ value: Float, feature: Int) -> Double {
    formula == .float32 ? Double(restoreFloat32(value, feature: feature)) : restore(Double(value), feature: feature)
  }

  /// Maps a difference of normalized values back to one of what ``function(of:)`` gave.
  package func restoreWidth(_ width: Double, feature: Int) -> Double {
    let scale = self[feature].scale
    return formula == .divided ? width * scale : width / scale
  }
}
