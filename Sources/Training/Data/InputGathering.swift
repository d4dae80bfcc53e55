internal import Datasets
internal import Kernels
internal import Networks

extension DataRows {
  /// Fetches the inputs of a network for some rows.
  ///
  /// - Parameters:
  ///   - rows: `count` rows of this part.
  ///   - first: the row of the inputs' memory where they begin.
  func gather(rows: UnsafePointer<Int>, count: Int, into inputs: [InputMemory], at first: Int) {
    for (index, input) in inputs.enumerated() {
      switch input {
      case .floats(let matrix) where fields.isEmpty:
        gatherFeatures(rows: rows, count: count, into: matrix[first], stride: matrix.stride)
      case .floats(let matrix):
        gatherField(index, rows: rows, count: count, into: matrix[first], stride: matrix.stride)
      case .integers(let matrix):
        gatherIntegers(index, rows: rows, count: count, into: matrix[first], stride: matrix.stride)
      }
    }
  }
}
