package import Specs

/// A curve in a plane: points in their order, like true over false positive rates of all thresholds, or accuracy over
/// certainty.
package struct MetricCurve: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// What the axes are, like `false_positive_rate`.
  package var x: String
  package var y: String
  package private(set) var points: [Point]
  private let cause: String?

  /// - Parameters:
  ///   - points: none where there is no curve.
  ///   - cause: why there is no curve, where that is known; of no meaning where there is one.
  package init(x: String, y: String, _ points: [Point], because cause: String? = nil) {
    self.x = x
    self.y = y
    self.points = points
    self.cause = cause
  }

  /// Why there is no curve; nil where there is one.
  package var reason: String? {
    if points.isEmpty { return cause ?? "the curve has no points" }
    return points.allSatisfy { $0.x.isFinite && $0.y.isFinite }
      ? nil : cause ?? "a point of the curve is not a pair of numbers"
  }
}

extension MetricCurve: ResultEncodable, ResultDecodable {
  /// `{"x": "recall", "y": "precision", "points": [[0, 1], [0.5, 0.8]]}`, null where there is no curve.
  package var json: ConfigValue {
    reason == nil ? .record(["x": x, "y": y, "points": points.map { [$0.x, $0.y] }]) : .null
  }

  package init?(json: ConfigValue) {
    guard let x: String = json.field("x"), let y: String = json.field("y"),
      let points: [[Double]] = json.field("points"), points.allSatisfy({ $0.count == 2 })
    else { return nil }
    self.init(x: x, y: y, points.map { Point(x: $0[0], y: $0[1]) })
  }
}
