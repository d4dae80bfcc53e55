internal import Kernels
package import Specs

/// Adds normally distributed noise to every feature: x + deviation · n.
///
/// Bishop, "Training with noise is equivalent to Tikhonov regularization" (1995). Features are normalized before, so a
/// deviation of 0.1 is a tenth of a column's own with `"normalize": "standard"`.
package struct GaussianNoise: TransformSpec {
  package static let kind = "gaussian_noise"
  package static let summary = "adds normal noise to every feature, for tables and images"
  package static let examples = [#"{"deviation": 0.5}"#, "{}"]

  var deviation: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    deviation = try fields.number(
      "deviation", default: 0.1, in: .nonNegative, "standard deviation of the noise, in units of normalized features")
  }

  package func makeTransform(_ shape: Shape, path: String) throws(ConfigError) -> any Transform {
    Noise(count: shape.count, deviation: Float(deviation))
  }

  private struct Noise: Transform {
    let count: Int
    let deviation: Float

    func apply(_ sample: UnsafeMutablePointer<Float>, random: RandomStream) {
      // Blocks small enough for the stack.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 128) { block in
        guard let noise = block.baseAddress else { return }
        for first in stride(from: 0, to: count, by: 128) {
          let length = min(128, count - first)
          random.fill(normal: noise, count: length, from: UInt64(first), deviation: deviation)
          for index in 0..<length { sample[first + index] += noise[index] }
        }
      }
    }
  }
}
