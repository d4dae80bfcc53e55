import Specs
import Testing

@testable import Networks

/// Every link that a loss of the registry returns holds to what metrics and tables count on.
@Suite struct PredictionBatteryTests {
  private static func findings(_ spec: any LossSpec) -> [(link: String, findings: [Finding])] {
    LossCase.uses(spec).map { use in
      let link = use.battery.loss.prediction
      let battery = PredictionBattery(
        link, classes: use.context.classes, targets: use.context.targetWidth,
        outputs: use.battery.rows.prefix(60).map(\.outputs))
      return ("\(type(of: link))", battery.findings())
    }
  }

  @Test("the battery finds nothing", arguments: LossCase.all)
  func links(_ entry: LossCase) throws {
    let found = Self.findings(try entry.spec())
    #expect(!found.isEmpty)
    for (link, findings) in found { expectNone(findings, "\(entry), \(link)") }
  }

  @Test("every link is tried")
  func tried() throws {
    let found = Set(try LossCase.all.flatMap { Self.findings(try $0.spec()).map(\.link) })
    #expect(
      found == [
        "SoftmaxClass", "SigmoidClass", "SigmoidLabels", "SigmoidShares", "MarginClass", "MarginClasses",
        "IdentityValues",
        "ExponentialValues", "MeanAndLogVariance", "Quantiles", "SoftmaxDistribution",
      ])
  }

  private static let rows = LossTargetKind.classes.rows(
    count: 60, LossContext(output: Port([4]), classes: 4, targetWidth: 0, path: "loss")
  ).map(\.outputs)

  @Test("negative control: each flaw of classes is found", arguments: FlawedClasses.Flaw.allCases)
  func flawedClasses(_ flaw: FlawedClasses.Flaw) {
    let found = PredictionBattery(FlawedClasses(flaw), classes: 4, targets: 0, outputs: Self.rows).findings()
    guard let kind = flaw.finding else { return expectNone(found, "no flaw") }
    expectFinding(kind, in: found, "\(flaw)")
  }

  @Test("negative control: each flaw of values is found", arguments: FlawedQuantiles.Flaw.allCases)
  func flawedValues(_ flaw: FlawedQuantiles.Flaw) {
    let found = PredictionBattery(FlawedQuantiles(flaw), classes: 0, targets: 2, outputs: Self.rows).findings()
    guard let kind = flaw.finding else { return expectNone(found, "no flaw") }
    expectFinding(kind, in: found, "\(flaw)")
  }
}
