import Kernels
import Platform

@testable import Networks

/// The rows of a port of int32, which nobody may write to: lanes behind a row's elements are 0 by contract (``padding``
/// fills them with something else, to see who reads them), and a row that belongs to nobody lies behind the last one.
final class IntegerGrid {
  let port: Port
  let rows: Int
  let matrix: IntegerMatrix
  private let memory: AlignedBuffer<Int32>
  private var written: [Int32] = []

  /// - Parameters:
  ///   - values: element by element, row by row.
  ///   - padding: behind the elements of a row.
  init(_ port: Port, rows: Int, values: [Int32], padding: Int32) {
    (self.port, self.rows) = (port, rows)
    memory = AlignedBuffer(count: (rows + 1) * port.rowStride)
    matrix = IntegerMatrix(memory.pointer, stride: port.rowStride)
    memory.elements.update(repeating: padding)
    // Numbers that a layer may have: the row behind the last one is there to be seen by who reads it.
    for index in 0..<port.count { matrix[rows][index] = values[index] }
    for row in 0..<rows { set(row, Array(values[row * port.count..<(row + 1) * port.count])) }
  }

  /// Sets the elements of a row.
  func set(_ row: Int, _ values: [Int32]) {
    for (index, value) in values.enumerated() { matrix[row][index] = value }
    written = Array(memory.elements)
  }

  /// The elements of a row.
  subscript(row: Int) -> [Int32] { (0..<port.count).map { matrix[row][$0] } }

  /// The first place that has been written to, in words.
  var trespass: String? {
    zip(memory.elements, written).enumerated().first { $1.0 != $1.1 }.map { place, pair in
      "row \(place / port.rowStride), lane \(place % port.rowStride) of \(port) holds \(pair.0)"
    }
  }
}
