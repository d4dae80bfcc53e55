internal import Kernels

extension NetworkMemory {
  /// The bytes that ``init(_:rows:arena:training:)`` would allocate, computed from sizes alone.
  ///
  /// A floating-point number, because what does not fit into memory need not fit into an integer. Equal to ``byteCount``.
  package static func plannedBytes(_ network: Network, rows: Int, training: Bool) -> Double {
    func floats(_ width: Int, rows: Int) -> Double { max(16, Double(rows) * Double(Matrix.stride(for: width))) }
    var total = floats(16, rows: 1) + floats(network.input.count, rows: rows)
    var readers = [Int](repeating: 0, count: network.nodes.count)
    for node in network.nodes { for case let source? in node.sources { readers[source] += 1 } }
    if let node = network.outputNode { readers[node] += 1 }
    func width(_ node: Int) -> Int { network.nodes[node].layer.output.count }
    /// The gradient that one of several readers of a node writes.
    func part(_ node: Int) -> Double { training && readers[node] > 1 ? floats(width(node), rows: rows) : 0 }
    var wantsGradient: [Bool] = []
    for (index, node) in network.nodes.enumerated() {
      let sources = node.sources.compactMap { $0 }.filter { wantsGradient[$0] }
      wantsGradient.append(!node.slots.isEmpty || !sources.isEmpty)
      total += floats(width(index), rows: rows)
      if training || index == network.outputNode { total += floats(width(index), rows: rows) }
      if training { for source in sources { total += part(source) } }
      if node.layer.savedCount > 0 { total += floats(node.layer.savedCount, rows: rows) }
      let needsDerived = training && !sources.isEmpty && node.layer.derivedCount > 0
      total += Double(needsDerived ? node.layer.derivedCount : 16)
    }
    total += network.outputNode.map(part) ?? floats(network.output.count, rows: rows)
    return 4 * total
  }
}
