import Testing

/// What a battery has against a layer or a loss.
struct Finding: CustomStringConvertible {
  /// The property that does not hold.
  enum Kind: String, CaseIterable, Sendable {
    /// Nothing could be computed: no inputs or targets that it takes, or something that it must write is not written.
    case unusable
    /// A parameter's map from files to memory is not one to one, leaves its memory, or contradicts itself.
    case storage
    /// A derivative differs from that of the value.
    case gradient
    /// Leaves are not added by the tree.
    case leaves
    /// Bits depend on the order of items of work, or on what memory held before.
    case items
    /// Floats of a gradient that are said to be final change later.
    case finished
    /// A row's bits depend on where rows are cut, or on other rows.
    case rows
    /// What lies beside a row changes what is computed.
    case paddingRead
    /// What lies beside a row, or in other rows, is written to.
    case paddingWritten
    /// More scratch memory is written to than was asked for.
    case scratch
    /// Bits depend on the instruction set.
    case levels
    /// What is derived from the parameters anew on every use has other bits than what is kept.
    case derived
    /// A gate, taken over from another layer or left to it, changes bits.
    case gates
    /// Sums over rows are no chain over them, or read other rows.
    case sums
    /// A layer reads more than it says it reaches to.
    case reach
    /// A weight does not act as a factor.
    case weights
    /// An extreme output or target gives what is neither finite nor said to be an overflow.
    case extremes
    /// What a masked position holds changes something, or it has slopes.
    case masked
    /// The weight that counted is not the row's, times its valid positions.
    case counted
    /// A link's numbers or outputs have other columns, or are not what they are said to be.
    case columns
    /// The predicted class is not that of the greatest logit, or scores rank classes otherwise.
    case decisions
    /// Probabilities are none, or differ from what logits, logarithms or scores say.
    case probabilities
    /// Predicted values are not those that are written.
    case values
  }

  var kind: Kind
  var text: String
  var description: String { "\(kind): \(text)" }
}

/// Expects that a battery has nothing to say.
func expectNone(_ findings: [Finding], _ subject: String, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(
    findings.isEmpty, "\(subject): \(findings.map(\.description).joined(separator: "; "))",
    sourceLocation: sourceLocation)
}

/// Expects that a battery rejects what is wrong for the right reason.
func expectFinding(
  _ kind: Finding.Kind, in findings: [Finding], _ subject: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    findings.contains { $0.kind == kind }, "\(subject): found \(findings.map(\.description))",
    sourceLocation: sourceLocation)
}
