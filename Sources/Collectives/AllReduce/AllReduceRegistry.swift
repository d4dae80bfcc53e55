/// The allreduces that config.json can name: the standard ones, and those that are added.
///
/// New algorithm: one file in AllReduce/, one line here.
package struct AllReduceRegistry: Sendable {
  package static let standard = AllReduceRegistry(all: [
    OrderedAllReduce.self,
    RecursiveAllReduce.self,
    SharedMemoryAllReduce.self,
    HierarchicalAllReduce.self,
    RingAllReduce.self,
    LibraryAllReduce.self,
  ])

  package private(set) var all: [any AllReduceAlgorithm.Type]

  /// The names a config may use.
  package var names: [String] {
    ["auto"] + all.map { $0.kind }
  }

  /// The registry with one more algorithm.
  /// - Throws: ``ClusterError/takenAlgorithm(name:)`` where there is one of this name.
  package func adding(_ algorithm: any AllReduceAlgorithm.Type) throws -> AllReduceRegistry {
    guard !names.contains(algorithm.kind) else { throw ClusterError.takenAlgorithm(name: algorithm.kind) }
    return AllReduceRegistry(all: all + [algorithm])
  }

  /// Whether the algorithm of this name, where there is one, gives the same bits on any number of ranks.
  package func isInvariant(_ name: String) -> Bool {
    name == "auto" || all.contains { $0.kind == name && $0.isInvariant }
  }

  /// The algorithm that runs, and why it is not the one asked for.
  ///
  /// - Parameter name: one of ``names``.
  /// - Throws: ``ClusterError`` for another name.
  func choose(
    _ name: String, wire: WireFormat, transport: any Transport
  ) throws -> (algorithm: any AllReduceAlgorithm.Type, note: String?) {
    let nodes = transport.nodes
    guard name != "auto" else { return (Self.automatic(nodes: nodes, wire: wire), nil) }
    guard let algorithm = all.first(where: { $0.kind == name }) else {
      throw ClusterError.unknownAlgorithm(name: name, known: names)
    }
    if algorithm.sharesMemory, transport.size == 1 { return (OrderedAllReduce.self, nil) }
    if algorithm == SharedMemoryAllReduce.self, nodes.count > 1 {
      return (
        HierarchicalAllReduce.isPossible(nodes: nodes) ? HierarchicalAllReduce.self : OrderedAllReduce.self,
        "shared_memory spans one node only"
      )
    }
    if algorithm == HierarchicalAllReduce.self, !HierarchicalAllReduce.isPossible(nodes: nodes) {
      return (
        OrderedAllReduce.self, "hierarchical needs neighbouring ranks on a node, equally many on each: ordered instead"
      )
    }
    return (algorithm, nil)
  }

  /// The rule of `auto`; every rank comes to the same, invariant, algorithm.
  ///
  /// One node: `shared_memory`. Several nodes with several neighbouring ranks each, equally many: `hierarchical`. Else,
  /// and with 16 bits on the wire, `ordered`. `ptrain bench --collectives` shows what each takes.
  package static func automatic(nodes: [[Int]], wire: WireFormat = .float32) -> any AllReduceAlgorithm.Type {
    guard nodes[0].count > 1, wire == .float32 else { return OrderedAllReduce.self }
    if nodes.count == 1 { return SharedMemoryAllReduce.self }
    return HierarchicalAllReduce.isPossible(nodes: nodes) ? HierarchicalAllReduce.self : OrderedAllReduce.self
  }
}
