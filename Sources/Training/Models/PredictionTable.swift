internal import Datasets
internal import Foundation
internal import Kernels
internal import Metrics
internal import Networks

/// Predictions as a table: the class and each class's probability, or the predicted values in the data's units.
///
/// The network's outputs are float32; what is made of them is computed in double precision, as metrics compute it, so that a
/// probability far from ½ keeps its digits: 1 − 1e-30 is 1, and the other class's column holds the 1e-30.
package struct PredictionTable: Sendable {
  package let columns: [String]
  /// Rows of numbers; for classes without the first column, which ``labels`` holds.
  package internal(set) var numbers: [[Double]]
  /// The predicted class of each row, where classes are predicted.
  package internal(set) var labels: [String]?
  /// The first row that holds a number that is not finite.
  package let firstNotFinite: Int?
  /// Whether the numbers are float32, and are written with as many digits as tell those apart.
  private let isSingle: Bool

  /// - Parameter writesLogits: whether the outputs are written as they are, instead of what they predict.
  package init(_ outputs: [Float], model: SavedModel, writesLogits: Bool = false) {
    let width = model.network.output.count
    let rows = width > 0 ? outputs.count / width : 0
    let classes = model.description.classNames, targets = model.description.targetNames
    let prediction = model.loss.prediction, context = model.context
    let units = model.description.targetNormalization
    let isRaw = writesLogits || prediction.isWrittenRaw(units)
    isSingle = isRaw
    (numbers, labels) = outputs.withUnsafeBufferPointer { outputs in
      guard let base = outputs.baseAddress else { return ([], prediction.isClass ? [] : nil) }
      let numbers = (0..<rows).map { row in
        isRaw
          ? (0..<width).map { Double(base[row * width + $0]) }
          : Self.numbers(base + row * width, width: width, context, units: units)
      }
      let labels = (0..<rows).map { row in
        prediction.isClass ? classes[min(classes.count - 1, context.predictedClass(base + row * width))] : ""
      }
      return (numbers, prediction.isClass ? labels : nil)
    }
    firstNotFinite = numbers.firstIndex { !$0.allSatisfy(\.isFinite) }
    columns = Self.columns(prediction, classes: classes, targets: targets, writesLogits: writesLogits)
  }

  private static func columns(
    _ prediction: Prediction, classes: [String], targets: [String], writesLogits: Bool
  ) -> [String] {
    let word = writesLogits ? "logit" : "probability"
    switch prediction {
    case .sigmoidClass where writesLogits: return ["prediction"] + classes.suffix(1).map { "logit_\($0)" }
    case .softmaxClass, .sigmoidClass: return ["prediction"] + classes.map { "\(word)_\($0)" }
    case .marginClass: return ["prediction", "score"]
    case .marginClasses: return ["prediction"] + classes.map { "score_\($0)" }
    case .sigmoidLabels, .softmaxDistribution: return targets.map { "\(word)_\($0)" }
    case .exponential: return writesLogits ? targets.map { "log_\($0)" } : targets
    case .values: return targets
    case .meanAndLogVariance: return targets + targets.map { "deviation_\($0)" }
    case .quantiles(let levels): return levels.flatMap { level in targets.map { "\($0)_\(level)" } }
    }
  }

  /// What the outputs of one sample predict, in the data's units.
  private static func numbers(
    _ outputs: UnsafePointer<Float>, width: Int, _ context: MetricContext, units: Normalization
  ) -> [Double] {
    func restored(_ index: Int, feature: Int) -> Double { units.restore(Double(outputs[index]), feature: feature) }
    switch context.prediction {
    case .softmaxClass, .softmaxDistribution, .sigmoidClass: return context.probabilities(outputs)
    case .sigmoidLabels: return (0..<width).map { MetricContext.sigmoid(outputs[$0]) }
    case .marginClass, .marginClasses: return (0..<width).map { Double(outputs[$0]) }
    case .values: return (0..<width).map { restored($0, feature: $0) }
    case .exponential: return (0..<width).map { DoubleFunctions.exp(Double(outputs[$0])) }
    case .meanAndLogVariance:
      let half = width / 2
      return (0..<half).map { restored($0, feature: $0) }
        + (0..<half).map { DoubleFunctions.exp(Double(outputs[half + $0]) / 2) / Double(units[$0].scale) }
    case .quantiles(let levels):
      let targets = max(1, width / max(1, levels.count))
      return (0..<width).map { restored($0, feature: $0 % targets) }
    }
  }

  /// The table as CSV with a header; numbers with the fewest digits that read back the same.
  package var csv: String {
    // By bytes: a comma that bears an accent is a comma for every reader of tables.
    func quoted(_ text: String) -> String {
      text.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
        ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"", options: .literal) + "\"" : text
    }
    var text = columns.map(quoted).joined(separator: ",") + "\n"
    for (index, row) in numbers.enumerated() {
      if let labels { text += quoted(labels[index]) + "," }
      text += row.map { isSingle ? "\(Float($0))" : "\($0)" }.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The numbers as NPY version 1.0, `<f8`, one row per sample; labels are left out.
  package var npy: [UInt8] {
    let width = numbers.first?.count ?? 0
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(numbers.count), \(width)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var bytes: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
    bytes += Array(header.utf8)
    for row in numbers { row.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }
}

extension Prediction {
  /// Whether predictions are the outputs themselves.
  fileprivate func isWrittenRaw(_ units: Normalization) -> Bool {
    switch self {
    case .marginClass, .marginClasses: true
    case .values, .quantiles: units.isIdentity
    default: false
    }
  }

  /// Whether outputs are something else than predictions: logits, scores, logarithms.
  package var hasLogits: Bool {
    switch self {
    case .values, .quantiles, .meanAndLogVariance: false
    default: true
    }
  }
}
