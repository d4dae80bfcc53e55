internal import Kernels

extension DataRows {
  /// The target values of rows as they came, in double, one column after the other; only for data prepared with values.
  ///
  /// - Parameter rows: those of this part; nil: all.
  package func rawTargets(_ rows: [Int]? = nil) -> [[Double]] {
    guard let (block, base) = targetBlock else { return [] }
    var columns = (0..<block.width).map { _ in [Double]() }
    let count = rows?.count ?? self.count
    for index in columns.indices { columns[index].reserveCapacity(count) }
    for index in 0..<count {
      let first = base + place(rows?[index] ?? index) * block.rowBytes
      for column in columns.indices {
        columns[column].append(block.element.value(at: first + column * block.element.byteCount))
      }
    }
    return columns
  }

  /// The weights of rows as they came, in double; nil where each weighs 1.
  ///
  /// - Parameter rows: those of this part; nil: all.
  package func rawWeights(_ rows: [Int]? = nil) -> [Double]? {
    guard hasWeights else { return nil }
    return rows?.map { weight($0) } ?? (0..<count).map { weight($0) }
  }
}
