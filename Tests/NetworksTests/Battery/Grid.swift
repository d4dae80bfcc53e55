import Kernels
import Platform

@testable import Networks

/// A matrix whose surroundings are watched.
///
/// Behind each row's elements come the lanes up to the next multiple of 16, which by contract are 0 and stay 0 (``padding``
/// fills them with something else, to see who reads them), then sixteen lanes that belong to nobody, and behind the last row another row of those.
final class Grid {
  /// A NaN that no computation makes.
  static let foreign = Float(bitPattern: 0x7fc0_dead)

  let width: Int
  let rows: Int
  let matrix: Matrix
  private let padding: Float
  private let memory: AlignedBuffer<Float>
  private let padded: Int

  /// Fills all elements with what nobody may read.
  init(width: Int, rows: Int, padding: Float = 0) {
    (self.width, self.rows, self.padding) = (width, rows, padding)
    padded = (width + 15) / 16 * 16
    let stride = padded + 16
    memory = AlignedBuffer(count: (rows + 1) * stride)
    matrix = Matrix(memory.pointer, stride: stride)
    memory.elements.update(repeating: Self.foreign)
    for row in 0..<rows { (matrix[row] + width).update(repeating: padding, count: padded - width) }
  }

  /// Element by element, row by row.
  var values: [Float] {
    get { (0..<rows).flatMap { row in (0..<width).map { matrix[row][$0] } } }
    set { for (index, value) in newValue.enumerated() { self[index] = value } }
  }

  var bits: [UInt32] { values.map(\.bitPattern) }

  /// An element by its place in ``values``.
  subscript(index: Int) -> Float {
    get { matrix[index / width][index % width] }
    set { matrix[index / width][index % width] = newValue }
  }

  /// Makes all elements unreadable again.
  func forget() { for row in 0..<rows { matrix[row].update(repeating: Self.foreign, count: width) } }

  /// The first place outside the elements that has been written to, in words.
  var trespass: String? {
    for row in 0...rows {
      for lane in (row < rows ? width : 0)..<matrix.stride {
        let found = matrix[row][lane], isPadding = row < rows && lane < padded
        let isFine = isPadding ? found == padding || padding.isNaN : found.bitPattern == Self.foreign.bitPattern
        if !isFine { return "row \(row), lane \(lane) of \(width) holds \(found)" }
      }
    }
    return nil
  }
}
