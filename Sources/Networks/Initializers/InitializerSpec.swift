internal import Kernels
package import Specs

/// How a parameter starts.
package protocol InitializerSpec: Spec {
  /// The distribution of the elements of a parameter with this many inputs and outputs of a unit.
  func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution
}

/// Where first values come from.
package enum InitialDistribution: Sendable, Equatable {
  case constant(Double)
  /// Uniform in [low, high).
  case uniform(low: Double, high: Double)
  case normal(mean: Double, deviation: Double)

  /// Writes the elements of a parameter in canonical order; a pure function of (seed, parameter, element).
  package func fill(_ values: UnsafeMutableBufferPointer<Float>, seed: UInt64, parameter: Int) {
    guard let base = values.baseAddress else { return }
    let stream = RandomStream(seed: seed, purpose: .initialization, item: UInt64(parameter))
    switch self {
    case .constant(let value): values.update(repeating: Float(value))
    case .uniform(let low, let high):
      stream.fill(uniform: base, count: values.count, low: Float(low), high: Float(high))
    case .normal(let mean, let deviation):
      stream.fill(normal: base, count: values.count, mean: Float(mean), deviation: Float(deviation))
    }
  }
}
