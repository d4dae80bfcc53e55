/// Whether a cluster is open, and how many of its groups are: what every kind of cluster checks alike.
package struct ClusterLife {
  private var isClosed = false
  private var openGroups = 0

  package init() {}

  /// Traps where the cluster is closed.
  package func requireOpen() { precondition(!isClosed, "a cluster is used after it was closed") }

  /// A group of this cluster has been made on this rank.
  package mutating func beginGroup() { openGroups += 1 }

  /// A group of this cluster has been closed on this rank.
  package mutating func endGroup() { openGroups -= 1 }

  /// The cluster's last use begins.
  package mutating func close() {
    requireOpen()
    precondition(openGroups == 0, "a cluster is closed while groups of it are open; close them first")
    isClosed = true
  }
}
