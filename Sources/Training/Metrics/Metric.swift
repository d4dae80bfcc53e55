package import Networks
package import Specs

/// A metric as config.json names it.
package protocol MetricSpec: Spec {
  var higherIsBetter: Bool { get }
  /// What the numbers are in, like `%`; empty for none.
  var unit: String { get }
  /// Makes an empty state, or says why the metric does not suit the predictions.
  func makeState(prediction: Prediction, outputs: Int) throws(ConfigError) -> any MetricState
}

/// What a metric has seen so far. Sums are in double precision; states are merged in the order of evaluation blocks.
package protocol MetricState: Sendable {
  /// Adds one sample.
  mutating func update(
    outputs: UnsafePointer<Float>, targetClass: Int32, targetValues: UnsafePointer<Float>, weight: Float)
  /// Adds what another state, of later samples, has seen.
  mutating func merge(_ numbers: [Double])
  /// The state as numbers, to send to other ranks.
  var numbers: [Double] { get }
  var result: Double { get }
}
