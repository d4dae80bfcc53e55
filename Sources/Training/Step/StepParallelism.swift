internal import Collectives
internal import Specs

/// How a run's ranks work together, once `auto` is decided.
package struct StepParallelism: Sendable {
  /// Whether, and by whom, buckets are moved on while layers are at work.
  package enum Overlap: String, Sendable {
    /// One bucket, after all layers.
    case off
    /// By the first worker, between two pieces of work.
    case inline
    /// By a thread of its own.
    case thread
  }

  package let overlap: Overlap
  /// The allreduce at work.
  package private(set) var allreduce = ""
  /// What the user should know of the choice.
  package private(set) var note: String?
  package private(set) var buckets = 1
  /// Whether each rank updates its slice of the parameters only.
  package let isSharded: Bool

  /// Gradients of fewer floats, 256 KiB, are updated sooner than ranks have met once more.
  private static let leastSharded = 1 << 16

  /// `auto` overlaps where gradients travel between nodes: within one, the sum is work for the same cores that compute.
  ///
  /// - Parameters:
  ///   - spareCores: cores of this node for each of its ranks that no worker uses.
  ///   - bySlices: whether a rank can update its slice without the rest of the gradient.
  init(_ section: ParallelSection, ranks: Int, nodes: Int, spareCores: Int, gradientCount: Int, bySlices: Bool) {
    let wanted = section.overlap ?? (nodes > 1)
    overlap = !wanted || ranks == 1 ? .off : spareCores > 0 ? .thread : .inline
    isSharded = Self.updatesOwnSlice(
      section, ranks: ranks, nodes: nodes, gradientCount: gradientCount, bySlices: bySlices)
  }

  /// Whether each rank updates its slice only. `auto`: where the ranks of one node hand each other the parameters in
  /// memory.
  private static func updatesOwnSlice(
    _ section: ParallelSection, ranks: Int, nodes: Int, gradientCount: Int, bySlices: Bool
  ) -> Bool {
    let sharesMemory =
      nodes == 1 && ["auto", SharedMemoryAllReduce.kind].contains(section.allreduce) && section.wire == .float32
    return switch section.update {
    case .replicated: false
    case .sharded: ranks > 1
    case .auto: ranks > 1 && sharesMemory && bySlices && gradientCount >= leastSharded
    }
  }

  mutating func note(_ exchange: GradientExchange) {
    allreduce = exchange.algorithm
    note = exchange.note
    buckets = exchange.buckets.count
  }

  /// One line for the log.
  package var line: String {
    var line = "allreduce \(allreduce)"
    if let note { line += " (\(note))" }
    switch overlap {
    case .off: line += ", after the backward pass"
    case .inline: line += ", \(buckets.counted("bucket")) overlapped with the backward pass"
    case .thread:
      line += ", \(buckets.counted("bucket")) overlapped with the backward pass by a thread of its own"
    }
    return line + (isSharded ? ", each rank updates its slice" : "")
  }
}
