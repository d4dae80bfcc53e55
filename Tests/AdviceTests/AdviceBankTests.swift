import Advice
import Testing

@testable import Banks

/// A hundredth of the simulations that the rules are held to; all of them: `Banks advice-marginal`,
/// `advice-conditional`, `advice-random`.
@Suite struct AdviceBankTests {
  @Test("targets alone: the right group is first", arguments: [0, 1] as [UInt64])
  func marginal(seed: UInt64) {
    for (index, family) in MarginalBank.families.enumerated() {
      let y = MarginalBank.targets(index, rows: 1000, seed: seed, perturbed: seed == 1)
      #expect(family.isRight(LossAdvice(AdviceInput(target: .numbers(y)))), "\(family.name)")
    }
  }

  @Test("features: residuals decide, and without them the same rules are wrong in most cases")
  func conditional() {
    var alone = 0
    for (index, entry) in ConditionalBank.cases.enumerated() {
      let input = ConditionalBank.input(index, rows: 300, seed: 0, withFeatures: true)
      #expect(entry.isRight(LossAdvice(input)), "\(entry.name)")
      if entry.isRight(LossAdvice(ConditionalBank.input(index, rows: 300, seed: 0, withFeatures: false))) { alone += 1 }
    }
    #expect(alone <= 6)
  }

  @Test("no table is advised what its data refuse")
  func random() {
    for table in 0..<100 { #expect(RandomTables.problems(seed: 0, table: table) == []) }
  }
}
