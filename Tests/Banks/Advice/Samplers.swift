import Kernels

/// Random numbers of named distributions, from the project's own generator: the same on every machine.
struct Samplers {
  private let stream: RandomStream
  private var position: UInt64 = 0
  private var spare: Double?

  /// - Parameters:
  ///   - seed: of the table.
  ///   - slot: tells apart what is drawn in it.
  init(seed: UInt64, slot: UInt32) { stream = RandomStream(seed: seed, purpose: .synthesis, index: 19, slot: slot) }

  /// Uniform between 0 and 1, neither of them; 53 bits.
  mutating func uniform() -> Double {
    let high = UInt64(stream.word(position)), low = UInt64(stream.word(position + 1))
    position += 2
    return (Double((high << 32 | low) >> 11) + 0.5) * 0x1p-53
  }

  /// Standard normal (Box & Muller 1958).
  mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    let radius = (-2 * DoubleFunctions.log(uniform())).squareRoot(), angle = 2 * Double.pi * uniform()
    spare = radius * DoubleFunctions.sin(angle)
    return radius * DoubleFunctions.cos(angle)
  }

  mutating func normal(_ mean: Double, _ deviation: Double) -> Double { mean + deviation * normal() }

  mutating func exponential(rate: Double) -> Double { -DoubleFunctions.log(uniform()) / rate }

  /// Gamma of a shape and a rate (Marsaglia & Tsang 2000).
  mutating func gamma(shape: Double, rate: Double) -> Double {
    if shape < 1 {
      let power = DoubleFunctions.pow(uniform(), 1 / shape)
      return gamma(shape: shape + 1, rate: rate) * power
    }
    let d = shape - 1.0 / 3, c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal(), root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if DoubleFunctions.log(uniform()) < 0.5 * x * x + d - d * v + d * DoubleFunctions.log(v) { return d * v / rate }
    }
  }

  /// Poisson of a mean: halves of large means by gamma and binomial are not needed here, so by products of uniforms in
  /// pieces of 30.
  mutating func poisson(_ mean: Double) -> Double {
    var left = mean, count = 0.0
    while left > 0 {
      let piece = min(left, 30), limit = DoubleFunctions.exp(-piece)
      var product = uniform()
      while product > limit {
        count += 1
        product *= uniform()
      }
      left -= piece
    }
    return count
  }

  /// Negative binomial of a mean and a size: Poisson of a gamma mean.
  mutating func negativeBinomial(mean: Double, size: Double) -> Double {
    poisson(gamma(shape: size, rate: size / mean))
  }

  mutating func beta(_ a: Double, _ b: Double) -> Double {
    let x = gamma(shape: a, rate: 1), y = gamma(shape: b, rate: 1)
    return x / (x + y)
  }

  /// Pareto from 1 on.
  mutating func pareto(_ index: Double) -> Double { DoubleFunctions.pow(uniform(), -1 / index) }

  /// Student's t of a number of degrees of freedom.
  mutating func student(_ degrees: Double) -> Double {
    let z = normal()
    return z / (gamma(shape: degrees / 2, rate: 0.5) / degrees).squareRoot()
  }

  mutating func cauchy() -> Double {
    let angle = Double.pi * (uniform() - 0.5)
    return DoubleFunctions.sin(angle) / DoubleFunctions.cos(angle)
  }

  /// A Poisson number of gamma amounts.
  mutating func compoundPoisson(_ mean: Double, shape: Double, rate: Double) -> Double {
    let count = poisson(mean)
    return count > 0 ? gamma(shape: shape * count, rate: rate) : 0
  }

  /// A whole number below a limit.
  mutating func index(below limit: Int) -> Int { min(limit - 1, Int(uniform() * Double(limit))) }
}
