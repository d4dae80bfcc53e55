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
    let width = model.network.output.count, names = model.description.classNames
    let rows = width > 0 ? outputs.count / width : 0
    var numbers: [[Float]] = [], labels: [String] = []
    for row in 0..<rows {
      let slice = Array(outputs[row * width..<(row + 1) * width])
      switch model.loss.prediction {
      case .softmaxClass:
        var probabilities = slice
        softmaxRows(
          slice, stride: width, into: &probabilities, stride: width, rows: 1, columns: width, logSumExp: nil)
        numbers.append(probabilities)
        labels.append(names[predictedClass(slice, classes: width)])
      case .sigmoidClass:
        var probability = slice
        Elementwise.sigmoid(slice, into: &probability, count: 1)
        numbers.append([1 - probability[0], probability[0]])
        labels.append(names[predictedClass(slice, classes: 1)])
      case .values:
        numbers.append(
          slice.enumerated().map { model.description.targetNormalization.restore($0.element, feature: $0.offset) })
      }
    }
    self.numbers = numbers
    if case .values = model.loss.prediction {
      columns = model.description.targetNames
      self.labels = nil
    } else {
      columns = ["prediction"] + names.map { "probability_\($0)" }
      self.labels = labels
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
