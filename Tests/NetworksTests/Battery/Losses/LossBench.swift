import Kernels

@testable import Networks

/// One row that a loss is asked about.
struct LossRow {
  var outputs: [Float]
  var values: [Float] = []
  var label: Int32 = 0
  var weight: Float = 1
}

/// What a loss says of a row.
struct LossAnswer: Equatable {
  var loss: Double
  var gradient: [Float]

  static func == (a: Self, b: Self) -> Bool {
    a.loss.bitPattern == b.loss.bitPattern && a.gradient.map(\.bitPattern) == b.gradient.map(\.bitPattern)
  }
}

/// Rows with memory of their own, all of it watched, for one loss.
final class LossBench {
  let loss: any Loss
  let count: Int
  private let outputs: Grid
  private let values: Grid
  private let gradient: Grid
  private var labels: [Int32]
  private var weights: [Float]
  private var losses: [Double]
  private static let foreign = Double(bitPattern: 0x7ff8_0000_dead_dead)

  init(_ loss: any Loss, _ rows: [LossRow], padding: Float = 0) {
    self.loss = loss
    count = rows.count
    func grid(_ lines: [[Float]], _ padding: Float) -> Grid {
      let grid = Grid(width: max(1, lines.first?.count ?? 0), rows: lines.count, padding: padding)
      for (row, line) in lines.enumerated() {
        for (column, value) in line.enumerated() { grid.matrix[row][column] = value }
      }
      return grid
    }
    outputs = grid(rows.map(\.outputs), padding)
    values = grid(rows.map(\.values), padding)
    gradient = Grid(width: outputs.width, rows: rows.count)
    labels = rows.map(\.label)
    weights = rows.map(\.weight)
    losses = [Double](repeating: Self.foreign, count: rows.count)
  }

  private func with<Result>(_ body: (LossRows, UnsafeMutablePointer<Double>) -> Result?) -> Result? {
    labels.withUnsafeBufferPointer { labels in
      weights.withUnsafeBufferPointer { weights in
        losses.withUnsafeMutableBufferPointer { losses in
          guard let labels = labels.baseAddress, let weights = weights.baseAddress, let losses = losses.baseAddress
          else { return nil }
          return body(LossRows(classes: labels, values: values.matrix, weights: weights), losses)
        }
      }
    }
  }

  /// What the loss has against the targets.
  var problem: (row: Int, text: String)? { with { targets, _ in loss.problem(with: targets, rows: 0..<count) } }

  /// The answers to all rows, asked in the given runs.
  func answers(_ cuts: [Range<Int>]? = nil) -> [LossAnswer] {
    gradient.forget()
    losses = [Double](repeating: Self.foreign, count: count)
    Denormals.flushing {
      _ = with { targets, losses in
        for cut in cuts ?? [0..<count] {
          loss.evaluate(outputs.matrix, targets, rows: cut, losses: losses, gradient: gradient.matrix)
        }
        return true
      }
    }
    return (0..<count).map { row in
      LossAnswer(loss: losses[row], gradient: (0..<gradient.width).map { gradient.matrix[row][$0] })
    }
  }

  /// Rows that nothing has been written to.
  var unwritten: [Int] {
    (0..<count).filter { row in
      losses[row].bitPattern == Self.foreign.bitPattern
        && (0..<gradient.width).allSatisfy { gradient.matrix[row][$0].bitPattern == Grid.foreign.bitPattern }
    }
  }

  /// The first row with something that is not written, in words.
  var gap: String? {
    for row in 0..<count {
      if losses[row].bitPattern == Self.foreign.bitPattern { return "the value of row \(row) is not written" }
      if let column = (0..<gradient.width).first(where: {
        gradient.matrix[row][$0].bitPattern == Grid.foreign.bitPattern
      }) {
        return "the slope of row \(row), output \(column) is not written"
      }
    }
    return nil
  }

  /// The first place outside the rows' elements that has been written to.
  var trespass: String? {
    for (name, grid) in [("outputs", outputs), ("targets", values), ("gradient", gradient)] {
      if let place = grid.trespass { return "\(name): \(place)" }
    }
    return nil
  }
}
