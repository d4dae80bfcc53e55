internal import Kernels

extension StudentT {
  /// The number below which the probability p lies; −∞ at 0, ∞ at 1, NaN outside.
  package func quantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1, !degrees.isNaN else { return .nan }
    return p < 0.5 ? -upperQuantile(p) : upperQuantile(1 - p)
  }

  /// The number above which the probability q ≤ ½ lies: also where 1 − q has lost q.
  package func upperQuantile(_ q: Double) -> Double {
    guard q >= 0, q <= 0.5, !degrees.isNaN else { return .nan }
    if q == 0 { return .infinity }
    if q == 0.5 { return 0 }
    return q > 0.25 ? centerQuantile(0.5 - q) : tailQuantile(q)
  }

  /// t with `center(t) = p`, from the left: center is concave, so Newton's steps never pass the root.
  private func centerQuantile(_ p: Double) -> Double {
    var t = p / density(0)
    for _ in 0..<60 {
      let next = t + (p - center(t)) / density(t)
      if (next - t).magnitude <= 0x1p-52 * t { return next }
      t = next
    }
    return t
  }

  /// t with `upperTail(t) = q`: Newton's steps for log tail as a function of log t, which is concave and falls, so that
  /// from the second on all lie right of the root and come nearer. Begins with Wallace's approximation by the normal
  /// quantile (1959), or with the tail's bound by a power where that overflows.
  private func tailQuantile(_ q: Double) -> Double {
    let z = -DoubleFunctions.normalQuantile(q) * (8 * degrees + 3) / (8 * degrees + 1)
    var t = (degrees * DoubleFunctions.expm1(z * z / degrees)).squareRoot()
    // tail(t) < f(0) ν^((ν+1)/2) t^(−ν) / ν
    let bound =
      degrees.squareRoot()
      * DoubleFunctions.exp((DoubleFunctions.log(density(0) / degrees.squareRoot()) - DoubleFunctions.log(q)) / degrees)
    t = min(t, bound, 0x1p1000)
    for _ in 0..<100 {
      let tail = upperTail(t)
      let step = DoubleFunctions.log(tail / q) * tail / scaledDensity(t)
      let next = t * DoubleFunctions.exp(step.isFinite ? step : -0.5)
      if (next - t).magnitude <= 0x1p-51 * t { return next }
      t = next
    }
    return t
  }
}
