import Platform
import Testing

@testable import Training

/// The limit of a batch job, from its environment.
@Suite struct BatchDeadlineTests {
  private func deadline(_ text: String?) -> BatchDeadline {
    BatchDeadline(text.map { ["SLURM_JOB_END_TIME": $0] } ?? [:], now: 1000)
  }

  @Test("a minute before the end, half-way through a short job; nothing where nothing is said")
  func limits() {
    #expect(deadline("2000").stopAt == 1940)
    #expect(deadline("1050").stopAt == 1025)
    #expect(deadline(nil).stopAt == nil && deadline(nil).warning == nil)
    #expect(deadline("2000").warning == nil)
  }

  @Test(
    "what cannot be this job's end is named and ignored",
    arguments: ["1000", "999", "0", "-5", "soon", "", "nan", "inf"])
  func ignored(text: String) {
    #expect(deadline(text).stopAt == nil)
    #expect(deadline(text).warning?.hasPrefix("SLURM_JOB_END_TIME ") == true)
  }
}
