internal import Collectives

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

  package var overlap: Overlap
  /// The allreduce at work.
  package private(set) var allreduce = ""
  /// What the user should know of the choice.
  package private(set) var note: String?
  package private(set) var buckets = 1

  /// `auto` overlaps where gradients travel between nodes: within one, the sum is work for the same cores that compute.
  ///
  /// - Parameter spareCores: cores of this node for each of its ranks that no worker uses.
  init(_ section: ParallelSection, cluster: any Cluster, spareCores: Int) {
    let wanted = section.overlap ?? (cluster.place.nodeCount > 1)
    overlap = !wanted || cluster.size == 1 ? .off : spareCores > 0 ? .thread : .inline
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
    case .inline: line += ", \(buckets) bucket\(buckets == 1 ? "" : "s") overlapped with the backward pass"
    case .thread:
      line += ", \(buckets) bucket\(buckets == 1 ? "" : "s") overlapped with the backward pass by a thread of its own"
    }
    return line
  }
}
