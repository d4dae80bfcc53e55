import Kernels
import Specs

@testable import Networks

/// `Σ (p − y)² / 2`, or `Σ |p − y|`; and ways to get that wrong.
struct FlawedLoss: Loss {
  enum Flaw: CaseIterable, Sendable {
    case none, noneWithKinks
    case factor, sign, oneOutput, steepAtKink
    case readsCut, readsOtherRow, addsToMemory, readsOrder
    case ignoresWeight, slopeIgnoresWeight, weightOfOtherRow
    case readsPadding, writesPadding, writesOtherRows
    case readsLevel, forgetsSlope, infiniteReward, differenceOfOverflows

    /// What the battery must find.
    var finding: Finding.Kind? {
      switch self {
      case .none, .noneWithKinks: nil
      case .factor, .sign, .oneOutput, .steepAtKink: .gradient
      case .readsCut, .readsOtherRow, .readsOrder, .weightOfOtherRow: .rows
      case .ignoresWeight, .slopeIgnoresWeight: .weights
      case .readsPadding: .paddingRead
      case .writesPadding, .writesOtherRows: .paddingWritten
      // With one level there is nothing to compare.
      case .readsLevel: InstructionSet.detected > .portable ? .levels : nil
      case .forgetsSlope, .addsToMemory: .unusable
      case .infiniteReward, .differenceOfOverflows: .extremes
      }
    }

    var hasKinks: Bool { self == .noneWithKinks || self == .steepAtKink }
  }

  struct Spec: LossSpec {
    static let kind = "flawed"
    static let summary = ""
    static let examples: [String] = []
    var flaw: Flaw
    var targets: LossTargets { .values }

    init(flaw: Flaw) { self.flaw = flaw }
    init(from fields: FieldReader) throws(ConfigError) { flaw = .none }
    func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
      try context.requireOutputPerTarget()
      return FlawedLoss(width: context.targetWidth, flaw: flaw)
    }
  }

  let width: Int
  let flaw: Flaw
  var prediction: any Prediction { .values }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    for row in rows {
      let p = outputs[row], y = targets.values[row], d = gradient[row]
      let weight = targets.weights[flaw == .weightOfOtherRow ? rows.lowerBound : row]
      var sum = 0.0
      for column in 0..<width {
        let error = Double(p[column]) - Double(y[column]), kink: Float = flaw == .steepAtKink ? 2 : 0
        sum += flaw.hasKinks ? abs(error) : error * error / 2
        var slope = flaw.hasKinks ? (error > 0 ? 1 : error < 0 ? -1 : kink) : Float(error)
        if flaw == .factor { slope *= 1.01 }
        if flaw == .sign { slope = -slope }
        if flaw == .oneOutput, column == width - 1, width > 1 { slope *= 1.01 }
        if flaw == .differenceOfOverflows { slope += slope * 1e20 - slope * 1e20 }
        if flaw == .forgetsSlope, column == width - 1 { continue }
        d[column] =
          flaw == .addsToMemory ? d[column] + weight * slope : (flaw == .slopeIgnoresWeight ? 1 : weight) * slope
      }
      if flaw == .readsCut, row == rows.upperBound - 1 { sum = sum.nextUp }
      if flaw == .readsOtherRow, row > rows.lowerBound { sum += 1e-12 * Double(outputs[row - 1][0]) }
      if flaw == .readsOrder, row % 2 == 1 { sum = sum.nextUp }
      if flaw == .readsPadding { sum += Double(y[width]) }
      if flaw == .readsLevel, InstructionSet.active == .portable { sum = sum.nextUp }
      if flaw == .infiniteReward, sum > 1e40 { sum = -.infinity }
      if flaw == .writesPadding, width % 16 > 0 { d[width] = 1 }
      losses[row] = (flaw == .ignoresWeight ? 1 : Double(weight)) * sum
    }
    if flaw == .writesOtherRows, rows.lowerBound > 0 {
      losses[rows.lowerBound - 1] = 0
      gradient[rows.lowerBound - 1][0] = 0
    }
  }
}

/// A loss one of whose slopes is 2 % too steep.
struct BentLoss: Loss {
  let loss: any Loss
  let column: Int
  var prediction: any Prediction { loss.prediction }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    loss.evaluate(outputs, targets, rows: rows, losses: losses, gradient: gradient)
    for row in rows { gradient[row][column] *= 1.02 }
  }
}
