import Kernels

@testable import Networks

/// What every loss over positions must hold to, some of which are masked; tried on one loss with rows that it takes.
struct PositionBattery {
  let loss: any Loss
  /// The positions of each row.
  let rows: [[LossRow]]
  /// Floats from one position to the next.
  let channelStride: Int
  /// A loss of rows that must say of a position what the loss says.
  var reference: (any Loss)?

  private static let weights: [Float] = [1, 0.75, 3, 0.1, 2, 0]

  /// All positions of the first row, none of the second, the last of the third, then a pattern.
  private var isValid: [[Bool]] {
    rows.indices.map { row in
      rows[row].indices.map { position in
        switch row {
        case 0: true
        case 1: false
        case 2: position == rows[row].count - 1
        default: (row * 5 + position * 7) % 11 > 3
        }
      }
    }
  }

  private func bench(
    _ rows: [[LossRow]]? = nil, weights: [Float] = weights, garbage: Float = .nan
  ) -> PositionBench {
    PositionBench(
      loss, rows ?? self.rows, weights: weights, isValid: isValid, channelStride: channelStride, garbage: garbage)
  }

  func findings() -> [Finding] {
    let bench = bench(), whole = bench.answers()
    if let place = bench.trespass { return [Finding(kind: .paddingWritten, text: place)] }
    return masked(whole) + counted(whole) + cuts(whole) + weighing() + (reference == nil ? slopes() : equality(whole))
  }

  /// What masked positions hold changes no bit, and their slopes are 0.
  private func masked(_ whole: [PositionAnswer]) -> [Finding] {
    let isValid = isValid
    for (row, answer) in whole.enumerated() {
      for (position, slopes) in answer.gradient.enumerated() where !isValid[row][position] {
        guard slopes.allSatisfy({ $0.bitPattern == 0 }) else {
          return [Finding(kind: .masked, text: "row \(row), position \(position) is masked and has slopes \(slopes)")]
        }
      }
      guard answer.counted != 0 || answer.loss == 0 else {
        return [Finding(kind: .masked, text: "row \(row) counts nothing and has the loss \(answer.loss)")]
      }
    }
    for garbage in [0, -1e30, .infinity] as [Float] where bench(garbage: garbage).answers() != whole {
      return [Finding(kind: .masked, text: "\(garbage) instead of NaN in masked positions changes bits")]
    }
    return []
  }

  private func counted(_ whole: [PositionAnswer]) -> [Finding] {
    for (row, answer) in whole.enumerated() {
      let expected = Double(isValid[row].count { $0 }) * Double(Self.weights[row % Self.weights.count])
      guard answer.counted == expected else {
        return [Finding(kind: .counted, text: "row \(row) counts \(answer.counted), not \(expected)")]
      }
    }
    return []
  }

  private func cuts(_ whole: [PositionAnswer]) -> [Finding] {
    let count = rows.count
    for cuts in [(0..<count).map { $0..<$0 + 1 }, [count / 2..<count, 0..<count / 2]] {
      if bench().answers(cuts) != whole { return [Finding(kind: .rows, text: "cut into \(cuts.count)")] }
    }
    return []
  }

  /// A power of two as weight changes no digit.
  private func weighing() -> [Finding] {
    guard !loss.readsWeights else { return [] }
    let plain = bench(weights: [1]).answers(), heavy = bench(weights: [4]).answers()
    for (row, (one, four)) in zip(plain, heavy).enumerated() {
      let fits =
        four.loss == 4 * one.loss
        && zip(four.gradient.joined(), one.gradient.joined()).allSatisfy {
          $0 == 4 * $1 || abs($1) < .leastNormalMagnitude * 8
        }
      guard fits else { return [Finding(kind: .weights, text: "row \(row): \(four.loss), weight 1: \(one.loss)")] }
    }
    return []
  }

  /// Each position beside a row of the loss of rows, to the last bit, and the losses' sum in the order of positions.
  private func equality(_ whole: [PositionAnswer]) -> [Finding] {
    guard let reference else { return [] }
    let isValid = isValid
    for (row, answer) in whole.enumerated() {
      let alone = rows[row].map { position in
        var position = position
        position.weight = Self.weights[row % Self.weights.count]
        return position
      }
      let expected = LossBench(reference, alone).answers()
      var sum = 0.0
      for (position, one) in expected.enumerated() where isValid[row][position] {
        sum += one.loss
        guard answer.gradient[position].map(\.bitPattern) == one.gradient.map(\.bitPattern) else {
          return [
            Finding(
              kind: .gradient,
              text: "row \(row), position \(position): \(answer.gradient[position].prefix(4)), as a row "
                + "\(one.gradient.prefix(4))")
          ]
        }
      }
      guard answer.loss.bitPattern == sum.bitPattern else {
        return [Finding(kind: .rows, text: "row \(row): \(answer.loss), its positions as rows \(sum)")]
      }
    }
    return []
  }

  /// Slopes of valid positions beside central differences of values, for losses without kinks.
  private func slopes() -> [Finding] {
    let step: Float = 0x1p-6, plain = bench(weights: [1]).answers(), isValid = isValid
    for position in rows[0].indices {
      for channel in rows[0][0].outputs.indices {
        func moved(_ by: Float) -> [Double] {
          var rows = rows
          for row in rows.indices { rows[row][position].outputs[channel] += by }
          return bench(rows, weights: [1]).answers().map(\.loss)
        }
        let above = moved(step), below = moved(-step)
        for row in rows.indices where isValid[row][position] {
          let slope = Double(plain[row].gradient[position][channel])
          let difference = (above[row] - below[row]) / (2 * Double(step))
          guard abs(slope - difference) <= 1e-3 * max(1, abs(slope)) else {
            return [
              Finding(
                kind: .gradient,
                text: "row \(row), position \(position), channel \(channel): slope \(slope), differences \(difference)")
            ]
          }
        }
      }
    }
    return []
  }
}
