internal import Kernels

/// What memory a network's passes over a number of rows take, and how it is shared: sizes and decisions, no memory.
///
/// ``NetworkMemory`` allocates from it; what a run will take is computed from it and from nothing else.
package struct NetworkLayout: Sendable {
  /// Rows of elements of four bytes.
  package struct Area: Sendable, Equatable {
    package var rows: Int
    /// Elements from one row to the next.
    package var stride: Int
    package var element = Port.Element.float32

    /// Elements; a floating-point number, because what does not fit into memory need not fit into an integer.
    package var count: Double { max(16, Double(rows) * Double(stride)) }
  }

  /// One node's areas, as indices of ``NetworkLayout/areas``.
  package struct NodeLayout: Sendable {
    package var output: Int
    package var outputGradient: Int
    package var saved: Int
    /// One for each source; nil where nobody wants its gradient: at the network's inputs and before layers without
    /// parameters there.
    package var inputGradients: [Int?]
    /// What is derived from the parameters is kept between two updates.
    package var keepsDerived: Bool
    /// The layer multiplies the gradient of its input by (input > 0).
    package var gatesInputGradient: Bool
    /// The gradient of its output comes already multiplied by (output > 0).
    package var outputGradientIsGated: Bool
  }

  /// Rows that fit.
  package let rows: Int
  package let isTraining: Bool
  /// Shards that each layer's sums are kept for, beside the batch's.
  package let shards: Int
  package let areas: [Area]
  package let nodes: [NodeLayout]
  /// The area of each input of the network.
  package let inputs: [Int]
  /// The area of the network's output.
  package let output: Int
  /// The area of the gradient of the network's output.
  package let outputGradient: Int
  /// For each node whose output has several readers: the gradient from each of them, in layer order, the network's
  /// reader last. They are added before the node's turn.
  package let gradientParts: [[Int]]
  /// The first node whose output's gradient is wanted.
  package let trainsFrom: Int
  /// The items of work of the weight gradient: last layer first.
  package let gradientItems: [(node: Int, item: Int)]
  /// Which of ``gradientItems`` are a node's.
  package let gradientItemsOfNode: [Range<Int>]
  /// The items of work after an update.
  package let derivedItems: [(node: Int, item: Int)]
  /// Floats of scratch memory that each worker brings to the ways forward and back.
  package let scratchCount: Int
  /// Those that the way forward alone needs.
  package let forwardScratchCount: Int
  /// Floats from one worker's scratch memory for the way forward to the next one's.
  package var forwardScratchStride: Int { max(16, (forwardScratchCount + 15) / 16 * 16) }
  /// Floats that each worker brings to the weight gradients beside those of the kernels.
  package let gradientScratchCount: Int
  /// Bytes of all areas and of what is derived from parameters.
  package let byteCount: Double

  /// - Parameters:
  ///   - isTraining: whether gradients are wanted.
  ///   - shards: of a step on this rank.
  ///   - derivedLimit: layers that derive more floats than this from their parameters do so on every use instead.
  package init(_ network: Network, rows: Int, isTraining: Bool, shards: Int = 1, derivedLimit: Int = .max) {
    var areas: [Area] = []
    func area(_ stride: Int, rows: Int) -> Int {
      areas.append(Area(rows: rows, stride: stride))
      return areas.count - 1
    }
    func stride(_ node: Int) -> Int { network.nodes[node].layer.output.rowStride }
    let nothing = area(16, rows: 1)
    let inputs = network.inputs.map { input in
      areas.append(Area(rows: rows, stride: input.port.rowStride, element: input.port.element))
      return areas.count - 1
    }
    var outputs: [Int] = [], gradients: [Int] = []
    for index in network.nodes.indices {
      outputs.append(area(stride(index), rows: rows))
      // Losses write the gradient of the output even where only their value is wanted.
      gradients.append(isTraining || index == network.outputNode ? area(stride(index), rows: rows) : nothing)
    }
    // The gradient of a node's output is wanted where a layer at or before it is trained.
    var isWanted: [Bool] = []
    for node in network.nodes {
      isWanted.append(!node.slots.isEmpty || node.sources.contains { $0.node.map { isWanted[$0] } ?? false })
    }
    var readers = [Int](repeating: 0, count: network.nodes.count)
    for node in network.nodes { for case .node(let source) in node.sources { readers[source] += 1 } }
    if let node = network.outputNode { readers[node] += 1 }
    var parts = [[Int]](repeating: [], count: network.nodes.count)
    // Where several readers want an output, each writes a gradient of its own.
    func edge(to node: Int) -> Int {
      guard isTraining, readers[node] > 1 else { return gradients[node] }
      let part = area(stride(node), rows: rows)
      parts[node].append(part)
      return part
    }
    var nodes: [NodeLayout] = [], derived = 0.0
    var scratchCount = 0, forwardScratchCount = 0, gradientScratchCount = 0
    for (index, node) in network.nodes.enumerated() {
      let inputGradients = node.sources.map { source in
        source.node.flatMap { isTraining && isWanted[$0] ? edge(to: $0) : nil }
      }
      let needs = node.needs
      let handsOn = inputGradients.contains { $0 != nil }
      var keepsDerived = false, backwardScratchCount = handsOn ? needs.backwardScratchCount : 0
      if handsOn, needs.derivedCount > 0 {
        keepsDerived = needs.derivedCount <= derivedLimit || needs.derivedScratchCount == 0
        if keepsDerived {
          derived += Double(needs.derivedCount)
        } else {
          backwardScratchCount += needs.derivedScratchCount
        }
      }
      forwardScratchCount = max(forwardScratchCount, needs.forwardScratchCount)
      if isTraining {
        scratchCount = max(scratchCount, backwardScratchCount)
        gradientScratchCount = max(gradientScratchCount, needs.gradientScratchCount)
      }
      nodes.append(
        NodeLayout(
          output: outputs[index], outputGradient: gradients[index],
          saved: needs.savedCount > 0 ? area(needs.savedStride(beside: node.layer.output), rows: rows) : nothing,
          inputGradients: inputGradients,
          keepsDerived: keepsDerived, gatesInputGradient: Self.gates(network, node),
          outputGradientIsGated: network.nodes.contains { $0.sources == [.node(index)] && Self.gates(network, $0) }))
    }
    outputGradient = network.outputNode.map { edge(to: $0) } ?? area(network.output.rowStride, rows: rows)
    var items: [(node: Int, item: Int)] = [], itemsOfNode = [Range<Int>](repeating: 0..<0, count: nodes.count)
    for index in nodes.indices.reversed() {
      let first = items.count
      items += (0..<network.nodes[index].needs.gradientItems).map { (index, $0) }
      itemsOfNode[index] = first..<items.count
    }
    self.rows = rows
    self.isTraining = isTraining
    self.shards = shards
    self.areas = areas
    self.nodes = nodes
    self.inputs = inputs
    output =
      switch network.outputSource {
      case .input(let index): inputs[index]
      case .node(let index): outputs[index]
      }
    gradientParts = parts
    trainsFrom = isWanted.firstIndex(of: true) ?? nodes.count
    gradientItems = items
    gradientItemsOfNode = itemsOfNode
    derivedItems = nodes.indices.filter { nodes[$0].keepsDerived }.flatMap { index in
      (0..<network.nodes[index].needs.derivedItems).map { (index, $0) }
    }
    self.scratchCount = max(scratchCount, forwardScratchCount)
    self.forwardScratchCount = forwardScratchCount
    self.gradientScratchCount = gradientScratchCount
    let sums = network.nodes.reduce(0.0) { $0 + Double($1.needs.forwardSums + $1.needs.backwardSums) }
    byteCount =
      4 * (areas.reduce(0) { $0 + $1.count } + derived) + 8 * sums * Double(1 + shards)
      + RowGroups.byteCount(rows: rows, shards: shards)
  }

  /// Whether a layer applies the derivative of the one before it: its only source, which nobody else reads.
  private static func gates(_ network: Network, _ node: Network.Node) -> Bool {
    guard node.layer.canGateInput, node.sources.count == 1, let source = node.sources[0].node,
      network.outputNode != source, network.nodes[source].layer.gatesByOutput
    else { return false }
    return network.nodes.count { $0.sources.contains(.node(source)) } == 1
  }
}
