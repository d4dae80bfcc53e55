import Kernels

@testable import Networks

extension LossBattery {
  /// Targets at the bounds of what losses allow; those that a loss refuses are left out.
  private static let targets: [Float] = [
    0, 1, -1, (-1 as Float).nextUp, .leastNormalMagnitude, 1e30, -1e30, .greatestFiniteMagnitude,
  ]

  /// Outputs of ±10³⁰, alone and beside others of the other sign, with ordinary targets and with those at bounds.
  private var extremeRows: [LossRow] {
    let width = rows[0].outputs.count
    let patterns: [[Float]] = [
      [Float](repeating: 1e30, count: width), [Float](repeating: -1e30, count: width),
      (0..<width).map { $0 % 2 == 0 ? 1e30 : -1e30 }, (0..<width).map { $0 % 2 == 0 ? -1e30 : 1e30 },
      (0..<width).map { $0 == 0 ? 1e30 : 0.5 }, (0..<width).map { $0 == width - 1 ? -1e30 : 0.5 },
    ]
    var targets = Array(rows.prefix(6))
    for value in Self.targets where !rows[0].values.isEmpty {
      let row = LossRow(outputs: rows[0].outputs, values: rows[0].values.map { _ in value })
      if LossBench(loss, [row]).problem == nil { targets.append(row) }
    }
    return targets.flatMap { target in
      [target] + patterns.map { LossRow(outputs: $0, values: target.values, label: target.label) }
    }
  }

  /// A value is finite or an overflow, slopes are finite or overflows; and rows beside it keep their bits.
  ///
  /// What is not finite a trainer names, with rank, shard and row. What must not be is −∞, which would be the best of
  /// all values, or what is no number: there a formula has lost what it had.
  func extremes() -> [Finding] {
    let rows = extremeRows, answers = LossBench(loss, rows).answers()
    for (row, answer) in answers.enumerated() {
      let isValue = answer.loss > -.infinity, areSlopes = !answer.gradient.contains(where: \.isNaN)
      if !isValue || !areSlopes {
        return [Finding(kind: .extremes, text: "\(rows[row]): \(answer.loss), slopes \(answer.gradient.prefix(4))")]
      }
    }
    let ordinary = self.rows.prefix(rows.count), mixed = zip(rows, ordinary).flatMap { [$0, $1] }
    let alone = LossBench(loss, Array(ordinary)).answers(), beside = LossBench(loss, mixed).answers()
    for row in alone.indices where alone[row] != beside[2 * row + 1] {
      return [Finding(kind: .rows, text: "row \(row) changes beside an extreme one")]
    }
    return []
  }
}
