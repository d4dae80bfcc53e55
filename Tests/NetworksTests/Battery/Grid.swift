import Kernels
import Platform
import Specs

@testable import Networks

/// The rows of a port, whose surroundings are watched.
///
/// Behind each position's channels come lanes that by contract are 0 and stay 0 (``padding`` fills them with something
/// else, to see who reads them): up to the next position, and behind the last one up to the next multiple of 16. Where
/// rows need not follow each other, sixteen lanes that belong to nobody lie between them; more of those lie behind the
/// last row.
final class Grid {
  /// A NaN that no computation makes.
  static let foreign = Float(bitPattern: 0x7fc0_dead)

  let port: Port
  let rows: Int
  let matrix: Matrix
  private let padding: Float
  private let memory: AlignedBuffer<Float>
  /// What a lane of a row is.
  private enum Lane { case element, padding, foreign }
  private let lanes: [Lane]
  /// The lanes that by contract are 0.
  private let paddings: [Int]
  /// Where the elements of a row are.
  private let places: [Int]

  /// Fills all elements with what nobody may read.
  init(_ port: Port, rows: Int, padding: Float = 0) {
    (self.port, self.rows, self.padding) = (port, rows, padding)
    let padded = (port.rowCount + 15) / 16 * 16
    let isTight = port.positions > 1 && port.rowStride == port.rowCount
    let stride = isTight ? port.rowStride : padded + 16
    var lanes = [Lane](repeating: .padding, count: padded) + [Lane](repeating: .foreign, count: stride - padded)
    places = (0..<port.count).map(port.place)
    for place in places { lanes[place] = .element }
    self.lanes = lanes
    // Listed once: test builds are not optimized, and iterators over all lanes took most of the batteries' time.
    paddings = lanes.indices.filter { lanes[$0] == .padding }
    memory = AlignedBuffer(count: (rows + 1) * stride)
    matrix = Matrix(memory.pointer, stride: stride)
    memory.elements.update(repeating: Self.foreign)
    for row in 0..<rows {
      let start = matrix[row]
      for lane in paddings { start[lane] = padding }
    }
  }

  convenience init(width: Int, rows: Int, padding: Float = 0) { self.init(Port([width]), rows: rows, padding: padding) }

  /// Elements of a row.
  var width: Int { port.count }

  /// Element by element, row by row.
  var values: [Float] {
    get {
      var values: [Float] = []
      values.reserveCapacity(rows * width)
      for row in 0..<rows {
        let start = matrix[row]
        for place in places { values.append(start[place]) }
      }
      return values
    }
    set {
      var index = 0
      for row in 0..<rows {
        let start = matrix[row]
        for place in places {
          start[place] = newValue[index]
          index += 1
        }
      }
    }
  }

  /// Σ direction · element, added in double.
  func product(_ direction: [Float]) -> Double {
    var sum = 0.0, index = 0
    for row in 0..<rows {
      let start = matrix[row]
      for place in places {
        sum += Double(start[place]) * Double(direction[index])
        index += 1
      }
    }
    return sum
  }

  var bits: [UInt32] { values.map(\.bitPattern) }

  /// An element by its place in ``values``.
  subscript(index: Int) -> Float {
    get { matrix[index / width][places[index % width]] }
    set { matrix[index / width][places[index % width]] = newValue }
  }

  /// Makes all elements unreadable again.
  func forget() {
    for row in 0..<rows {
      let start = matrix[row]
      for place in places { start[place] = Self.foreign }
    }
  }

  /// The first place outside the elements that has been written to, in words.
  var trespass: String? {
    for row in 0...rows {
      let start = matrix[row]
      var lane = -1
      for kind in lanes {
        lane += 1
        let found = start[lane]
        let isFine =
          switch row < rows ? kind : .foreign {
          case .element: true
          case .padding: found == padding || padding.isNaN
          case .foreign: found.bitPattern == Self.foreign.bitPattern
          }
        if !isFine { return "row \(row), lane \(lane) of \(port) holds \(found)" }
      }
    }
    return nil
  }
}
