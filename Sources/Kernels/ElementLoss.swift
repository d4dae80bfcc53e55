import CKernels

/// Losses that are sums over outputs of a function of one output p and one target y; see `losses.h` for the functions.
package enum ElementLoss: Sendable, Equatable {
  /// `(p − y)²`
  case squaredError
  /// `|p − y|`, slope 0 at 0
  case absoluteError
  /// `½ d²` up to `delta`, `delta (|d| − ½ delta)` beyond
  case huber(delta: Float)
  /// `½ d² / beta` below `beta`, `|d| − ½ beta` from there on
  case smoothAbsolute(beta: Float)
  /// `(log(1 + p) − log(1 + y))²`; log(1 + p) goes on in a straight line below `bound`
  case squaredLog(bound: Float)
  /// `max(level (y − p), (level − 1) (y − p))`
  case pinball(level: Float)
  /// `log cosh(p − y)`
  case logCosh
  /// `eᵖ − y p`
  case poisson
  /// `2 (y e⁻ᵖ − 1 − log y + p)`
  case gamma
  /// deviance of a power between 1 and 2 with mean eᵖ
  case tweedie(power: Double)
  /// from logits, `y` between 0 and 1; `positiveWeight` multiplies the part of y
  case binaryEntropy(positiveWeight: Float)
  /// `alpha (1 − q)^gamma (−log q)`, q the probability of the right class; y is 0 or 1
  case binaryFocal(gamma: Float, alpha: Float?)
  /// `−log q + epsilon (1 − q)`
  case binaryPoly(epsilon: Float)
  /// `max(0, margin − side · p)`; the side is −1 up to y = 0, else 1
  case binaryHinge(margin: Float)
  /// the square of that
  case binarySquaredHinge(margin: Float)

  private var kernel: ck_element_loss {
    let table = ck_active().pointee
    return switch self {
    case .squaredError: table.squared_error_loss
    case .absoluteError: table.absolute_error_loss
    case .huber: table.huber_loss
    case .smoothAbsolute: table.smooth_absolute_loss
    case .squaredLog: table.squared_log_loss
    case .pinball: table.pinball_loss
    case .logCosh: table.log_cosh_loss
    case .poisson: table.poisson_loss
    case .gamma: table.gamma_loss
    case .tweedie: table.tweedie_loss
    case .binaryEntropy: table.binary_entropy_loss
    case .binaryFocal: table.binary_focal_loss
    case .binaryPoly: table.binary_poly_loss
    case .binaryHinge: table.binary_hinge_loss
    case .binarySquaredHinge: table.binary_squared_hinge_loss
    }
  }

  private var parameters: (Float, Float) {
    switch self {
    case .squaredError, .absoluteError, .logCosh, .poisson, .gamma: (0, 0)
    case .huber(let delta): (delta, 0)
    case .smoothAbsolute(let beta): (beta, 0)
    case .squaredLog(let bound): (bound, Self.log1p(bound))
    case .pinball(let level): (level, 0)
    case .tweedie(let power): (Float(1 - power), Float(2 - power))
    case .binaryEntropy(let weight): (weight, 0)
    case .binaryFocal(let gamma, let alpha): (gamma, alpha ?? -1)
    case .binaryPoly(let epsilon): (epsilon, 0)
    case .binaryHinge(let margin), .binarySquaredHinge(let margin): (margin, 0)
    }
  }

  private static func log1p(_ x: Float) -> Float {
    var y: Float = 0
    withUnsafePointer(to: x) { Elementwise.log1p($0, into: &y, count: 1) }
    return y
  }

  /// Writes losses and gradients of rows; allocates nothing.
  ///
  /// `losses[r] = weights[r] · factor · Σⱼ value(p[r][j], y[r][j])` in double, `gradient[r][j] = weights[r] · factor · slope`.
  /// - Parameters:
  ///   - p: outputs, from the first row and column on.
  ///   - y: targets, from the first row on.
  ///   - adds: whether losses are added to what is there.
  package func evaluate(
    p: UnsafePointer<Float>, pStride: Int, y: UnsafePointer<Float>, yStride: Int, weights: UnsafePointer<Float>,
    rows: Int, width: Int, factor: Double, losses: UnsafeMutablePointer<Double>,
    gradient: UnsafeMutablePointer<Float>, gradientStride: Int, adds: Bool = false
  ) {
    let (a, b) = parameters
    var call = ck_loss_rows(
      p: p, p_stride: pStride, y: y, y_stride: yStride, weights: weights, rows: rows, width: width, factor: factor,
      scale: Float(factor), a: a, b: b, adds: adds ? 1 : 0, losses: losses, gradient: gradient,
      gradient_stride: gradientStride)
    kernel(&call)
  }
}
