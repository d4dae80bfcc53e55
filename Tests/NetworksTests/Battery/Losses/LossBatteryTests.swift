import Specs
import Testing

@testable import Networks

/// Every loss of the registry holds to what training counts on, with all targets that it takes.
@Suite struct LossBatteryTests {
  /// Losses with findings that are known. A kind whose findings are gone is to be taken out.
  ///
  /// `gaussian_nll`: a squared error of 10⁶⁰ is infinite in float32, and times a precision of e^(−10³⁰) = 0 no number;
  /// the slope by the log-variance is NaN. A step with it is not taken, and says why.
  static let known: [String: Finding.Kind] = ["gaussian_nll": .extremes]

  @Test("the battery finds nothing", arguments: LossCase.all)
  func losses(_ entry: LossCase) throws {
    let findings = LossCase.findings(try entry.spec())
    expectNone(findings.filter { $0.kind != Self.known[entry.kind] }, entry.testDescription)
    if let known = Self.known[entry.kind] { expectFinding(known, in: findings, entry.testDescription) }
  }

  @Test("negative control: each flaw is found, and found to be what it is", arguments: FlawedLoss.Flaw.allCases)
  func flaws(_ flaw: FlawedLoss.Flaw) {
    let findings = LossCase.findings(FlawedLoss.Spec(flaw: flaw))
    guard let kind = flaw.finding else { return expectNone(findings, "no flaw") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  @Test("negative control: one class's slope of a softmax loss", arguments: [0, 1, 2])
  func oneClass(_ wrong: Int) throws {
    let spec = try LossCase(kind: "categorical_cross_entropy", example: "{}").spec()
    let uses = LossCase.uses(spec).filter { $0.battery.rows[0].values.isEmpty }
    #expect(!uses.isEmpty)
    for use in uses {
      let bent = BentLoss(loss: use.battery.loss, column: wrong)
      guard use.battery.rows[0].outputs.count > wrong else { continue }
      expectFinding(.gradient, in: LossBattery(loss: bent, rows: use.battery.rows).findings(), use.text)
    }
  }

  @Test("every loss is made and tried; those that take values, with more than one number of outputs")
  func used() throws {
    for entry in LossCase.all {
      let spec = try entry.spec(), uses = LossCase.uses(spec)
      #expect(!uses.isEmpty, "\(entry)")
      if spec.targets != .classes {
        #expect(Set(uses.map { $0.battery.rows[0].outputs.count }).count > 1, "\(entry)")
      }
    }
  }
}
