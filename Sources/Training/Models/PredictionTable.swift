internal import Datasets
internal import Foundation
internal import Kernels
internal import Metrics
internal import Networks

/// Predictions as a table: the class and each class's probability, or the predicted values in the data's units.
///
/// The network's outputs are float32; what is made of them is computed in double precision, as metrics compute it, so
/// that a probability far from ½ keeps its digits: 1 − 1e-30 is 1, and the other class's column holds the 1e-30.
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

  /// The predictions of a trained model.
  ///
  /// - Parameter writesLogits: whether the outputs are written as they are, instead of what they predict.
  package init(_ outputs: [Float], model: SavedModel, writesLogits: Bool = false) {
    self.init(outputs, context: model.context, writesLogits: writesLogits)
  }

  /// - Parameters:
  ///   - outputs: of all rows, one after the other.
  ///   - context: how they are read, and what classes and targets are called.
  init(_ outputs: [Float], context: MetricContext, writesLogits: Bool = false) {
    let width = context.outputs
    let rows = width > 0 ? outputs.count / width : 0
    let classes = context.classNames, targets = context.targetNames
    let prediction = context.prediction, units = context.units
    let isRaw = writesLogits || prediction.areOutputs(units)
    isSingle = isRaw
    (numbers, labels) = outputs.withUnsafeBufferPointer { outputs in
      let outputs = (0..<rows).map { OutputRow(rebasing: outputs[$0 * width..<($0 + 1) * width]) }
      let numbers = outputs.map { row in
        isRaw ? row.map { Double($0) } : prediction.numbers(row, units: units)
      }
      guard prediction.isClass else { return (numbers, nil) }
      return (numbers, outputs.map { row in classes[min(classes.count - 1, context.predictedClass(row))] })
    }
    firstNotFinite = numbers.firstIndex { !$0.allSatisfy(\.isFinite) }
    columns =
      (prediction.isClass ? ["prediction"] : [])
      + (writesLogits
        ? prediction.outputColumns(classes: classes, targets: targets)
        : prediction.columns(classes: classes, targets: targets))
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
