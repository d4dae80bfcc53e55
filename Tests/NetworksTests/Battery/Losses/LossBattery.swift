import Kernels
import Specs

@testable import Networks

/// What every loss must hold to, whatever it measures; tried on one loss with rows that it takes. It needs no golden
/// values: a new loss is tried by it before its author has any.
struct LossBattery {
  let loss: any Loss
  /// More rows than any block that losses compute at a time, 256.
  let rows: [LossRow]

  /// Everything that is found; empty for a loss that is right.
  func findings() -> [Finding] {
    let bench = LossBench(loss, rows)
    if let problem = bench.problem {
      return [Finding(kind: .unusable, text: "row \(problem.row): \(problem.text)")]
    }
    let plain = bench.answers()
    if let gap = bench.gap { return [Finding(kind: .unusable, text: gap)] }
    // For all but values and slopes each row has a weight of its own, so that nobody takes another row's.
    let weighted = LossBattery(loss: loss, rows: weighted([1, 0.75, 3, 0.1, 2]))
    let whole = LossBench(loss, weighted.rows).answers()
    return gradients(plain) + weighing(plain) + weighted.cuts(whole) + weighted.order(whole)
      + weighted.padding(whole) + weighted.levels(whole)
  }

  private func weighted(_ weights: [Float]) -> [LossRow] {
    rows.enumerated().map { index, row in
      var row = row
      row.weight = weights[index % weights.count]
      return row
    }
  }

  private func compare(
    _ kind: Finding.Kind, _ found: [LossAnswer], _ expected: [LossAnswer], _ how: String
  ) -> [Finding] {
    guard let row = expected.indices.first(where: { found[$0] != expected[$0] }) else { return [] }
    return [
      Finding(
        kind: kind,
        text: "\(how), row \(row): \(found[row].loss), not \(expected[row].loss); "
          + "slopes \(found[row].gradient.prefix(4)), not \(expected[row].gradient.prefix(4))")
    ]
  }

  /// Rows one at a time, each in memory of its own, and rows cut anywhere.
  private func cuts(_ whole: [LossAnswer]) -> [Finding] {
    let count = rows.count, some = Array(stride(from: 0, to: count, by: 7))
    var found = compare(
      .rows, some.flatMap { LossBench(loss, [rows[$0]]).answers() }, some.map { whole[$0] }, "alone, of every seventh")
    for cuts in [
      (0..<count).map { $0..<$0 + 1 }, [0..<1, 1..<18, 18..<count], [count / 2..<count, 0..<count / 2],
    ] as [[Range<Int>]] {
      found += compare(.rows, LossBench(loss, rows).answers(cuts), whole, "cut into \(cuts.count)")
    }
    return found
  }

  /// Rows in reverse order give the same answers in reverse order.
  private func order(_ whole: [LossAnswer]) -> [Finding] {
    compare(.rows, LossBench(loss, rows.reversed()).answers().reversed(), whole, "in reverse order")
  }

  /// What lies beside a row is not read; what lies beside its gradient stays 0, and other rows' memory as it was.
  private func padding(_ whole: [LossAnswer]) -> [Finding] {
    let bench = LossBench(loss, rows)
    _ = bench.answers()
    var found = compare(.paddingRead, LossBench(loss, rows, padding: .nan).answers(), whole, "with NaN behind the rows")
    if let place = bench.trespass { found.append(Finding(kind: .paddingWritten, text: place)) }
    let part = LossBench(loss, rows)
    _ = part.answers([3..<9])
    if part.unwritten.count != rows.count - 6 {
      found.append(Finding(kind: .paddingWritten, text: "rows outside 3..<9 are written to"))
    }
    return found
  }

  private func levels(_ whole: [LossAnswer]) -> [Finding] {
    InstructionSet.allCases.filter { $0 <= .detected }.flatMap { level in
      InstructionSet.lowering(to: level) { compare(.levels, LossBench(loss, rows).answers(), whole, level.name) }
    }
  }

  /// A weight is a factor of value and gradient: 0 leaves nothing, a power of two changes no digit, any other one
  /// rounding each.
  private func weighing(_ plain: [LossAnswer]) -> [Finding] {
    // A loss that reads its weight says that it does more with it; 0 leaves nothing there too.
    let patterns: [[Float]] = loss.readsWeights ? [[0]] : [[0], [4], [0.25], [2.7], [1, 0.25, 4, 0, 2]]
    for weights in patterns {
      for (row, answer) in LossBench(loss, weighted(weights)).answers().enumerated() {
        let weight = weights[row % weights.count], isExact = weight == 0 || weight.significand == 1
        let fits =
          Self.near(answer.loss, Double(weight) * plain[row].loss, isExact ? 0 : 0x1p-51)
          && zip(answer.gradient, plain[row].gradient).allSatisfy {
            // Two roundings, wherever the factor comes in.
            Self.near(Double($0), Double(weight) * Double($1), isExact ? 0 : 0x1p-22)
          }
        guard !fits else { continue }
        return [
          Finding(
            kind: .weights,
            text: "weight \(weight), row \(row): \(answer.loss), slopes \(answer.gradient.prefix(4)); "
              + "weight 1: \(plain[row].loss), \(plain[row].gradient.prefix(4))")
        ]
      }
    }
    return []
  }

  private static func near(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    // Numbers below the normal ones are flushed, before or after the factor.
    abs(a - b) <= tolerance * abs(b) + Double(Float.leastNormalMagnitude) * 4
  }
}
