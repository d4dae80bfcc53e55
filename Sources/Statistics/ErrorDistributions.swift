internal import Kernels

/// How well families of distributions describe errors: the mean logarithm of the density of each, in nats for each
/// value, their own parameters fitted.
package enum ErrorDistributions {
  /// Of normal errors around 0; infinite where all are 0.
  package static func normal(_ errors: [Double]) -> Double {
    let n = Double(errors.count)
    let variance = errors.reduce(0) { $0 + $1 * $1 / n }
    return -0.5 * (DoubleFunctions.log(2 * .pi * variance) + 1)
  }

  /// Student's t of a scale, both fitted to errors around 0.
  package struct HeavyTail: Sendable, Equatable {
    package let meanLogDensity: Double
    package let degrees: Double
    package let scale: Double
  }

  /// Student's t with the best of some degrees of freedom from 0.7 to 100, its scale by expectation and maximization
  /// (Lange, Little & Taylor 1989); nil where half of the errors are 0.
  package static func heavyTail(_ errors: [Double]) -> HeavyTail? {
    let start = normalConsistency * median(errors.map(\.magnitude))
    guard start > 0, start.isFinite else { return nil }
    var best: HeavyTail?
    let n = Double(errors.count)
    // In units of the start, so that squares stay numbers.
    let squares = errors.map { $0 / start * ($0 / start) }.map { $0.isFinite ? $0 : .greatestFiniteMagnitude }
    for degrees in [0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 25, 50, 100] {
      var variance = best.map { ($0.scale / start) * ($0.scale / start) } ?? 1
      for _ in 0..<50 {
        let next = squares.reduce(0) { $0 + ($1 / n) * ((degrees + 1) / (degrees + $1 / variance)) }
        let moved = (next - variance).magnitude
        variance = next
        if moved < 1e-6 * variance { break }
      }
      let constant =
        DoubleFunctions.lgamma((degrees + 1) / 2) - DoubleFunctions.lgamma(degrees / 2)
        - 0.5 * DoubleFunctions.log(degrees * .pi * variance)
      let sum = squares.reduce(0) { $0 + DoubleFunctions.log1p($1 / (degrees * variance)) / n }
      let density = constant - (degrees + 1) / 2 * sum - DoubleFunctions.log(start)
      if density > best?.meanLogDensity ?? -.infinity {
        best = HeavyTail(meanLogDensity: density, degrees: degrees, scale: start * variance.squareRoot())
      }
    }
    return best
  }

  /// Gamma of a shape, fitted to ratios of values and their means; nil where one is not above 0 or all are the same.
  ///
  /// - Returns: the density of the ratios, and the shape: `log k − ψ(k) = log mean − mean log` solved by Newton (Minka
  ///   2002).
  package static func gamma(ratios: [Double]) -> (meanLogDensity: Double, shape: Double)? {
    let n = Double(ratios.count)
    guard n > 0, ratios.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let center = ratios.reduce(0) { $0 + $1 / n }
    let logs = ratios.reduce(0) { $0 + DoubleFunctions.log($1) / n }
    let s = DoubleFunctions.log(center) - logs
    guard s > 1e-12, s.isFinite else { return nil }
    var k = (3 - s + ((s - 3) * (s - 3) + 24 * s).squareRoot()) / (12 * s)
    for _ in 0..<30 {
      let slope = (digamma(k * (1 + 1e-5)) - digamma(k * (1 - 1e-5))) / (2e-5 * k)
      let inverse = 1 / k + (DoubleFunctions.log(k) - digamma(k) - s) / (k * k * (1 / k - slope))
      let next = inverse > 0 ? 1 / inverse : k / 2
      let moved = (next - k).magnitude
      k = next
      if moved < 1e-10 * k { break }
    }
    guard k.isFinite, k > 0 else { return nil }
    let rate = k / center
    let density = k * DoubleFunctions.log(rate) - DoubleFunctions.lgamma(k) + (k - 1) * logs - rate * center
    return density.isFinite ? (density, k) : nil
  }

  /// Log densities of counts with given means: Poisson's where `alpha` is 0, else the negative binomial with variance
  /// `μ + α μ²`.
  package static func counts(_ y: [Double], means: [Double], alpha: Double) -> Double {
    let n = Double(y.count)
    var sum = 0.0
    for (y, mu) in zip(y, means) { sum += count(y, mean: mu, alpha: alpha) / n }
    return sum
  }

  /// The log probability of one count.
  package static func count(_ y: Double, mean mu: Double, alpha: Double) -> Double {
    guard alpha > 1e-6 else {
      return y * DoubleFunctions.log(mu) - mu - DoubleFunctions.lgamma(y + 1)
    }
    let size = 1 / alpha
    return DoubleFunctions.lgamma(y + size) - DoubleFunctions.lgamma(size) - DoubleFunctions.lgamma(y + 1)
      - size * DoubleFunctions.log1p(alpha * mu)
      + (y > 0 ? y * (DoubleFunctions.log(mu) - DoubleFunctions.log(mu + size)) : 0)
  }
}
