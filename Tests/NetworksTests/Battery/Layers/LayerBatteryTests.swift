import Specs
import Testing
import ToyLayers

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

  @Test("layers that look at a shard, at the batch, and those with items within rows")
  func wider() {
    for over in ToyStatistics.Over.allCases {
      expectNone(LayerCase.findings(ToyStatistics(over: over)), "statistics over the \(over)")
    }
    expectNone(LayerCase.findings(ToyPanels()), "panels")
  }

  @Test("negative control: a flaw in sums and reach is found", arguments: ToyStatistics.Flaw.allCases)
  func sumFlaws(_ flaw: ToyStatistics.Flaw) {
    let kind: Finding.Kind? =
      switch flaw {
      case .none: nil
      case .sumsInPieces, .backwardSumsReadOtherRows: .sums
      case .ignoresBackwardSums: .gradient
      case .readsFirstShard: .reach
      case .countsCut: .rows
      }
    let findings = LayerCase.findings(ToyStatistics(over: .shard, flaw: flaw), inputs: [[Port([5])], [Port([21])]])
    guard let kind else { return expectNone(findings, "no flaw") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  @Test("layers that read whole numbers: ids, masks and lengths")
  func integers() {
    expectNone(LayerCase.findings(ToyEmbedding(rows: 7, units: 3)), "embedding")
    expectNone(LayerCase.findings(ToyEmbedding(rows: 2, units: 18)), "a small embedding")
    expectNone(LayerCase.findings(ToyAttention()), "attention")
  }

  @Test("negative control: a flaw in an embedding is found", arguments: ToyEmbedding.Flaw.allCases)
  func embeddingFlaws(_ flaw: ToyEmbedding.Flaw) {
    let kind: Finding.Kind? =
      switch flaw {
      case .none: nil
      case .gradientOfNextNumber, .forgetsRepeats: .gradient
      case .leavesAsOneChain, .countsLeaves: .leaves
      case .readsNextRow: .reach
      case .readsPadding: .paddingRead
      }
    let findings = LayerCase.findings(ToyEmbedding(rows: 7, units: 3, flaw: flaw))
    guard let kind else { return expectNone(findings, "no flaw") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  @Test("negative control: a flaw in attention is found", arguments: ToyAttention.Flaw.allCases)
  func attentionFlaws(_ flaw: ToyAttention.Flaw) {
    let kind: Finding.Kind? =
      switch flaw {
      // What is masked is found by what it holds: no derivative tells.
      case .none, .ignoresMask: nil
      case .forgetsShared, .forgetsKeys: .gradient
      case .readsNextMask: .reach
      }
    let findings = LayerCase.findings(ToyAttention(flaw: flaw))
    guard let kind else { return expectNone(findings, "\(flaw)") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  @Test("negative control: a flaw in items within rows is found", arguments: ToyPanels.Flaw.allCases)
  func panelFlaws(_ flaw: ToyPanels.Flaw) {
    let findings = LayerCase.findings(ToyPanels(flaw: flaw), inputs: [[Port([5])], [Port([21])]])
    guard flaw != .none else { return expectNone(findings, "no flaw") }
    expectFinding(.items, in: findings, "\(flaw)")
  }
}
