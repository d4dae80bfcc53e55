import Kernels

@testable import Networks

/// What a loss over positions says of a row.
struct PositionAnswer {
  var loss: Double
  /// The weight that counted.
  var counted: Double
  /// The slopes of each position.
  var gradient: [[Float]]
}

extension PositionAnswer: Equatable {
  static func == (a: Self, b: Self) -> Bool {
    a.loss.bitPattern == b.loss.bitPattern && a.counted.bitPattern == b.counted.bitPattern
      && a.gradient.map { $0.map(\.bitPattern) } == b.gradient.map { $0.map(\.bitPattern) }
  }
}

/// Rows of positions with memory of their own, all of it watched, for one loss.
final class PositionBench {
  private let loss: any Loss
  private let positions: Int
  private let channels: Int
  private let channelStride: Int
  private let count: Int
  private let outputs: Grid
  private let values: Grid
  private let gradient: Grid
  private let labels: [Int32]
  private let weights: [Float]
  private let validity: [UInt8]
  /// What lies between positions and behind rows: 0 by contract where positions lie on multiples of 16 floats, and
  /// stays 0; elsewhere it is others', and nobody writes to it.
  private let between: Float

  /// - Parameters:
  ///   - rows: the positions of each row.
  ///   - weights: one for each row, taken in turn.
  ///   - garbage: what masked positions hold as outputs and values.
  init(
    _ loss: any Loss, _ rows: [[LossRow]], weights: [Float], isValid: [[Bool]], channelStride: Int, garbage: Float
  ) {
    self.loss = loss
    self.channelStride = channelStride
    between = channelStride % 16 == 0 ? 0 : 7
    (count, positions, channels) = (rows.count, rows[0].count, rows[0][0].outputs.count)
    let width = channelStride == channels ? positions * channels : positions * channelStride
    outputs = Grid(width: width, rows: count, padding: between)
    gradient = Grid(width: width, rows: count, padding: between)
    values = Grid(width: max(1, rows[0][0].values.count), rows: count * positions, padding: .nan)
    for row in 0..<count {
      outputs.matrix[row].update(repeating: .nan, count: width)
      for position in 0..<positions {
        let one = rows[row][position], isValid = isValid[row][position]
        let place = outputs.matrix[row] + position * channelStride
        for (column, output) in one.outputs.enumerated() { place[column] = isValid ? output : garbage }
        let targets = values.matrix[row * positions + position]
        for (column, value) in one.values.enumerated() { targets[column] = isValid ? value : garbage }
      }
    }
    // A class that no array has.
    labels = zip(rows.joined(), isValid.joined()).map { $1 ? $0.label : .max }
    validity = isValid.joined().map { $0 ? 1 : 0 }
    self.weights = (0..<count).map { weights[$0 % weights.count] }
  }

  /// The answers to all rows, asked in the given runs.
  func answers(_ cuts: [Range<Int>]? = nil) -> [PositionAnswer] {
    gradient.forget()
    for row in 0..<count where channelStride > channels {
      for position in 0..<positions {
        (gradient.matrix[row] + position * channelStride + channels).update(
          repeating: between, count: channelStride - channels)
      }
    }
    var losses = [Double](repeating: .nan, count: count), counted = losses
    labels.withUnsafeBufferPointer { labels in
      weights.withUnsafeBufferPointer { weights in
        validity.withUnsafeBufferPointer { validity in
          losses.withUnsafeMutableBufferPointer { losses in
            counted.withUnsafeMutableBufferPointer { counted in
              guard let labels = labels.baseAddress, let weights = weights.baseAddress, let losses = losses.baseAddress
              else { return }
              var targets = LossRows(classes: labels, values: values.matrix, weights: weights)
              targets.positions = positions
              targets.validity = validity.baseAddress
              targets.counted = counted.baseAddress
              Denormals.flushing {
                for cut in cuts ?? [0..<count] {
                  loss.evaluate(outputs.matrix, targets, rows: cut, losses: losses, gradient: gradient.matrix)
                }
              }
            }
          }
        }
      }
    }
    return (0..<count).map { row in
      PositionAnswer(
        loss: losses[row], counted: counted[row],
        gradient: (0..<positions).map { position in
          (0..<channels).map { gradient.matrix[row][position * channelStride + $0] }
        })
    }
  }

  /// The first place outside the positions' slopes that has been written to.
  var trespass: String? {
    if let place = gradient.trespass { return place }
    for row in 0..<count where channelStride > channels {
      for lane in 0..<positions * channelStride where lane % channelStride >= channels {
        let found = gradient.matrix[row][lane]
        if found != between { return "row \(row), lane \(lane) holds \(found)" }
      }
    }
    return nil
  }
}
