package import Networks
package import Specs

/// The share of samples whose class is predicted right, by weight.
package struct Accuracy: MetricSpec {
  package static let kind = "accuracy"
  package static let summary = "share of samples whose class is predicted right"
  package static let samples = ["{}", "{ }"]
  package var higherIsBetter: Bool { true }
  package var unit: String { "" }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(prediction: Prediction, outputs: Int) throws(ConfigError) -> any MetricState {
    switch prediction {
    case .softmaxClass, .marginClasses: return AccuracyState(classes: outputs)
    case .sigmoidClass, .marginClass: return AccuracyState(classes: 1)
    default: throw ConfigError("accuracy needs a loss on classes", path: "metrics")
    }
  }
}

struct AccuracyState: MetricState {
  let classes: Int
  var correct = 0.0
  var total = 0.0

  init(classes: Int) { self.classes = classes }

  mutating func update(
    outputs: UnsafePointer<Float>, targetClass: Int32, targetValues: UnsafePointer<Float>, weight: Float
  ) {
    total += Double(weight)
    if predictedClass(outputs, classes: classes) == Int(targetClass) { correct += Double(weight) }
  }

  mutating func merge(_ numbers: [Double]) {
    correct += numbers[0]
    total += numbers[1]
  }

  var numbers: [Double] { [correct, total] }
  var result: Double { total > 0 ? correct / total : .nan }
}

/// The class that outputs predict: the first greatest logit, or, for one output, whether it is positive.
package func predictedClass(_ outputs: UnsafePointer<Float>, classes: Int) -> Int {
  guard classes > 1 else { return outputs[0] > 0 ? 1 : 0 }
  var best = 0
  for index in 1..<classes where outputs[index] > outputs[best] { best = index }
  return best
}
