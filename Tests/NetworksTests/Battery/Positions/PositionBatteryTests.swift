import Kernels
import Specs
import Testing

@testable import Networks

/// Losses over positions: one of the tests, and every loss of the registry through ``PerPositionLoss``.
@Suite struct PositionBatteryTests {
  /// Rows of positions.
  private static func sequences(_ rows: [LossRow], positions: Int) -> [[LossRow]] {
    (0..<rows.count / positions).map { Array(rows[$0 * positions..<($0 + 1) * positions]) }
  }

  @Test("each position is to the last bit a row of the loss that is wrapped", arguments: LossCase.all)
  func registered(_ entry: LossCase) throws {
    let uses = LossCase.uses(try entry.spec())
    var tried = 0
    for use in uses {
      let loss = use.battery.loss, channels = use.context.output.count
      // One position; a few; more than are handed on in a run.
      for (positions, count) in [(1, 12), (5, 8), (70, 4)] where use.battery.rows.count >= count * positions {
        let rows = Array(use.battery.rows.prefix(count * positions))
        for stride in [channels, Matrix.stride(for: channels)] {
          let battery = PositionBattery(
            loss: PerPositionLoss(loss, positions: positions, channels: channels, channelStride: stride),
            rows: Self.sequences(rows, positions: positions), channelStride: stride, reference: loss)
          expectNone(battery.findings(), "\(entry), \(use.text), \(positions) positions, \(stride) apart")
          tried += 1
        }
      }
    }
    #expect(tried >= 4)
  }

  @Test("a loss over positions, and negative controls: each flaw is found", arguments: MaskedSquares.Flaw.allCases)
  func flaws(_ flaw: MaskedSquares.Flaw) {
    let rows = LossTargetKind.numbers.rows(
      count: 60, LossContext(output: Port([3]), classes: 0, targetWidth: 3, path: "loss"))
    var findings: [Finding] = []
    for stride in [3, 16] {
      let loss = MaskedSquares(positions: 5, channels: 3, channelStride: stride, flaw: flaw)
      findings +=
        PositionBattery(loss: loss, rows: Self.sequences(rows, positions: 5), channelStride: stride).findings()
    }
    guard let kind = flaw.finding else { return expectNone(findings, "no flaw") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  @Test("negative control: a wrapped loss with one slope that is 2 % too steep")
  func bent() throws {
    let spec = try LossCase(kind: "categorical_cross_entropy", example: "{}").spec()
    let use = try #require(LossCase.uses(spec).first { $0.context.classes == 3 && $0.context.output.count == 3 })
    let bent = BentLoss(loss: use.battery.loss, column: 1)
    let battery = PositionBattery(
      loss: PerPositionLoss(bent, positions: 5, channels: 3), rows: Self.sequences(use.battery.rows, positions: 5),
      channelStride: 3, reference: use.battery.loss)
    expectFinding(.gradient, in: battery.findings(), "bent")
  }

  @Test("a target that the wrapped loss cannot take is named with its position, a masked one is let through")
  func problems() throws {
    let spec = try LossCase(kind: "poisson", example: "{}").spec()
    let inner = try spec.makeLoss(LossContext(output: Port([1]), classes: 0, targetWidth: 1, path: "loss"))
    let loss = PerPositionLoss(inner, positions: 3, channels: 1)
    let classes = [Int32](repeating: 0, count: 6), weights: [Float] = [1, 1]
    let values = Grid(width: 1, rows: 6)
    values.values = [1, 2, 3, 4, -1, 5]
    func problem(_ validity: [UInt8]) -> (row: Int, text: String)? {
      classes.withUnsafeBufferPointer { classes in
        weights.withUnsafeBufferPointer { weights in
          validity.withUnsafeBufferPointer { validity in
            guard let classes = classes.baseAddress, let weights = weights.baseAddress else { return nil }
            var targets = LossRows(classes: classes, values: values.matrix, weights: weights)
            targets.positions = 3
            targets.validity = validity.baseAddress
            return loss.problem(with: targets, rows: 0..<2)
          }
        }
      }
    }
    let found = try #require(problem([1, 1, 1, 1, 1, 1]))
    #expect(found.row == 1 && found.text.hasPrefix("position 1 (counted from 0): target -1.0"), "\(found)")
    #expect(problem([1, 1, 1, 1, 0, 1]) == nil)
  }

  @Test("the link of positions: names and numbers of each")
  func link() {
    let classes = PerPosition(.softmaxClass, positions: 2), values = PerPosition(.values, positions: 2)
    #expect(
      classes.columns(classes: ["a", "b"], targets: ["t"])
        == ["probability_a_at_0", "probability_b_at_0", "probability_a_at_1", "probability_b_at_1"])
    #expect(classes.outputColumns(classes: ["a"], targets: []) == ["logit_a_at_0", "logit_a_at_1"])
    #expect(classes.hasLogits && !values.hasLogits && !classes.isClass)
    let units = Normalization(.multiplied, shift: [10, 20], scale: [1, 0.5])
    let outputs: [Float] = [1, 3]
    outputs.withUnsafeBufferPointer { row in
      #expect(values.numbers(row, units: units) == [11, 26])
      #expect(classes.numbers(row, units: .identity) == [1, 1])
    }
    #expect(values.columns(classes: [], targets: ["x", "y"]) == ["x_at_0", "y_at_1"])
    #expect(values.areOutputs(.identity) && !values.areOutputs(units))
  }
}
