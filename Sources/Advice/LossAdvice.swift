package import Networks

/// Which losses suit the data, and why: what is predicted first, then a ranked list, then what is ruled out.
package struct LossAdvice: Sendable {
  /// What is predicted.
  package var functional: Functional
  /// Why that, in a sentence.
  package var functionalReason: String
  package var reading: ProblemReading
  /// What was measured: the greatest effect first.
  package var facts: [Fact]
  /// The best first; empty where there is nothing to learn.
  package var ranked: [Candidate]
  /// All other kinds of the registry, in its order.
  package var ruledOut: [RuledOut]
  /// What has to be known whichever loss is taken, such as that class weights break calibration.
  package var warnings: [String]
  /// How the residuals were come by, in a sentence; nil: the targets alone were looked at.
  package var fit: String?

  package init(
    functional: Functional, functionalReason: String, reading: ProblemReading, facts: [Fact], ranked: [Candidate],
    ruledOut: [RuledOut], warnings: [String], fit: String?
  ) {
    (self.functional, self.functionalReason, self.reading) = (functional, functionalReason, reading)
    (self.facts, self.ranked, self.ruledOut) = (facts, ranked, ruledOut)
    (self.warnings, self.fit) = (warnings, fit)
  }
}

extension LossAdvice {
  /// Looks at the data. The same data give the same advice, whatever the machine.
  package init(_ input: AdviceInput, losses: LossRegistry = .standard) {
    switch input.target {
    case .numbers(let values): self.init(numbers: [values], of: input, losses)
    case .classes(let names, let codes): self.init(classes: names, codes, of: input, losses)
    case .labels(let columns): self.init(sharesOf: columns, .labels, of: input, losses)
    case .distribution(let columns): self.init(sharesOf: columns, .distribution, of: input, losses)
    case .columns(let columns):
      switch input.task {
      case .labels: self.init(sharesOf: columns, .labels, of: input, losses)
      case .distribution: self.init(sharesOf: columns, .distribution, of: input, losses)
      case nil where columns.count > 1 && Self.areLabels(columns):
        self.init(sharesOf: columns, .labels, of: input, losses)
      case nil where columns.count > 1 && Self.addUpToOne(columns):
        self.init(sharesOf: columns, .distribution, of: input, losses)
      default: self.init(numbers: columns, of: input, losses)
      }
    }
  }

  private static func areLabels(_ columns: [[Double]]) -> Bool {
    !columns.contains(where: \.isEmpty) && columns.allSatisfy { $0.allSatisfy { $0 == 0 || $0 == 1 } }
  }

  private static func addUpToOne(_ columns: [[Double]]) -> Bool {
    let rows = columns.map(\.count).min() ?? 0
    guard rows > 0, columns.allSatisfy({ $0.allSatisfy { $0 >= 0 && $0 <= 1 } }) else { return false }
    return (0..<rows).allSatisfy { row in (columns.reduce(0) { $0 + $1[row] } - 1).magnitude <= 1e-3 }
  }
}
