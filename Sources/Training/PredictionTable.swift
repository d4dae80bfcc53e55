internal import Datasets
internal import Kernels
internal import Networks

/// Predictions as a table: the class and each class's probability, or the predicted values in the data's units.
package struct PredictionTable: Sendable {
  package let columns: [String]
  /// Rows of numbers; for classes without the first column, which ``labels`` holds.
  package let numbers: [[Float]]
  /// The predicted class of each row, where classes are predicted.
  package let labels: [String]?

  package init(_ outputs: [Float], model: SavedModel) {
    let width = model.network.output.count
    let rows = width > 0 ? outputs.count / width : 0
    let classes = model.description.classNames, targets = model.description.targetNames
    let prediction = model.loss.prediction, context = model.context
    numbers = (0..<rows).map { row in
      Self.numbers(
        Array(outputs[row * width..<(row + 1) * width]), prediction, units: model.description.targetNormalization)
    }
    labels =
      prediction.isClass
      ? (0..<rows).map { row in
        let slice = Array(outputs[row * width..<(row + 1) * width])
        return classes[min(classes.count - 1, context.predictedClass(slice))]
      } : nil
    switch prediction {
    case .softmaxClass, .sigmoidClass: columns = ["prediction"] + classes.map { "probability_\($0)" }
    case .marginClass: columns = ["prediction", "score"]
    case .marginClasses: columns = ["prediction"] + classes.map { "score_\($0)" }
    case .sigmoidLabels, .softmaxDistribution: columns = targets.map { "probability_\($0)" }
    case .values, .exponential: columns = targets
    case .meanAndLogVariance: columns = targets + targets.map { "deviation_\($0)" }
    case .quantiles(let levels): columns = levels.flatMap { level in targets.map { "\($0)_\(level)" } }
    }
  }

  /// What the outputs of one sample predict, in the data's units.
  private static func numbers(_ outputs: [Float], _ prediction: Prediction, units: Normalization) -> [Float] {
    let width = outputs.count
    switch prediction {
    case .softmaxClass, .softmaxDistribution:
      var probabilities = outputs
      softmaxRows(
        outputs, stride: width, into: &probabilities, stride: width, rows: 1, columns: width, logSumExp: nil)
      return probabilities
    case .sigmoidClass, .sigmoidLabels:
      var probabilities = outputs
      Elementwise.sigmoid(outputs, into: &probabilities, count: width)
      if case .sigmoidClass = prediction { return [1 - probabilities[0], probabilities[0]] }
      return probabilities
    case .marginClass, .marginClasses: return outputs
    case .values: return outputs.enumerated().map { units.restore($0.element, feature: $0.offset) }
    case .exponential:
      var values = outputs
      Elementwise.exp(outputs, into: &values, count: width)
      return values
    case .meanAndLogVariance:
      let half = width / 2
      var deviations = outputs[half...].map { $0 / 2 }
      Elementwise.exp(deviations, into: &deviations, count: half)
      let zeros = (0..<half).map { units.restore(0, feature: $0) }
      return (0..<half).map { units.restore(outputs[$0], feature: $0) }
        + (0..<half).map { units.restore(deviations[$0], feature: $0) - zeros[$0] }
    case .quantiles(let levels):
      let targets = max(1, width / max(1, levels.count))
      return outputs.enumerated().map { units.restore($0.element, feature: $0.offset % targets) }
    }
  }

  /// The table as CSV with a header.
  package var csv: String {
    func quoted(_ text: String) -> String {
      text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
    }
    var lines = [columns.map(quoted).joined(separator: ",")]
    for (index, row) in numbers.enumerated() {
      lines.append(
        (labels.map { [quoted($0[index])] } ?? []).joined() + (labels == nil ? "" : ",")
          + row.map { "\($0)" }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The numbers as NPY version 1.0, `<f4`, one row per sample; labels are left out.
  package var npy: [UInt8] {
    let width = numbers.first?.count ?? 0
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(numbers.count), \(width)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var bytes: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
    bytes += Array(header.utf8)
    for row in numbers { row.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }
}
