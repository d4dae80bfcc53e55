import CKernels

/// A loss that is a sum over outputs of a function of one output p and one target y: a formula of `losses.h`.
package struct ElementLoss: Sendable, Equatable {
  private let number: Int32
  private let a: Float, b: Float

  /// The names of all, in the list's order (`ck_kernels.h`).
  package static let names = namesOfList(ck_element_loss_name)

  /// The formula of that name, which must be in the list, with its parameters.
  package init(_ name: String, _ a: Float = 0, _ b: Float = 0) {
    (number, self.a, self.b) = (numberInList(name, Self.names), a, b)
  }

  /// Writes losses and gradients of rows; allocates nothing.
  ///
  /// `losses[r] = weights[r] · factor · Σⱼ value(p[r][j], y[r][j])` in double, `gradient[r][j] = weights[r] · factor ·
  /// slope`.
  /// - Parameters:
  ///   - p: outputs, from the first row and column on.
  ///   - y: targets, from the first row on.
  ///   - adds: whether losses are added to what is there.
  package func evaluate(
    p: UnsafePointer<Float>, pStride: Int, y: UnsafePointer<Float>, yStride: Int, weights: UnsafePointer<Float>,
    rows: Int, width: Int, factor: Double, losses: UnsafeMutablePointer<Double>,
    gradient: UnsafeMutablePointer<Float>, gradientStride: Int, adds: Bool = false
  ) {
    var call = ck_loss_rows(
      p: p, p_stride: pStride, y: y, y_stride: yStride, weights: weights, rows: rows, width: width, factor: factor,
      scale: Float(factor), a: a, b: b, adds: adds ? 1 : 0, losses: losses, gradient: gradient,
      gradient_stride: gradientStride)
    ck_element_loss_kernel(ck_active(), number)(&call)
  }
}
