import Specs
import Testing

@testable import Networks

/// Every layer of the registry, with every activation, holds to what training counts on.
@Suite struct LayerBatteryTests {
  @Test("the battery finds nothing", arguments: LayerCase.all)
  func layers(_ entry: LayerCase) throws {
    expectNone(LayerCase.findings(try entry.spec()), entry.testDescription)
  }

  @Test("every kind of layer and of activation is among the cases")
  func complete() {
    for kind in LayerRegistry.standard.kinds { #expect(LayerCase.all.contains { $0.kind == kind }, "\(kind)") }
    for kind in ActivationRegistry.standard.kinds {
      #expect(LayerCase.all.contains { $0.kind == "dense" && $0.example.contains("\"\(kind)\"") }, "\(kind)")
    }
  }

  @Test("negative control: each flaw is found, and found to be what it is", arguments: FlawedLayer.Flaw.allCases)
  func flaws(_ flaw: FlawedLayer.Flaw) {
    let findings = LayerCase.findings(FlawedLayer.Spec(flaw: flaw), inputs: [[Port([5])], [Port([21])]])
    guard let kind = flaw.finding else { return expectNone(findings, "no flaw") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  @Test("a layer that takes no inputs is named")
  func unusable() {
    expectFinding(.unusable, in: LayerCase.findings(FlawedLayer.Spec(flaw: .none, takesNothing: true)), "no inputs")
  }
}
