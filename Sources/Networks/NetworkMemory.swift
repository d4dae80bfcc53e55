package import Kernels
internal import Platform

/// The memory of one replica of a network: activations and their gradients for a fixed number of rows, derived parameters.
///
/// Allocated once; the calls of a step allocate nothing.
package final class NetworkMemory {
  package let network: Network
  /// Rows that fit.
  package let rowCapacity: Int
  package let arena: UnsafeMutablePointer<Float>
  /// The network's input, to be filled before ``forward(rows:)``.
  package let input: Matrix
  /// The network's output.
  package let output: Matrix
  /// The gradient of the output, to be filled before ``backward(rows:scratch:)``.
  package let outputGradient: Matrix
  /// The items of work of the weight gradient: last layer first.
  package let gradientItems: [(node: Int, item: Int)]
  /// Which of ``gradientItems`` are a node's.
  package let gradientItemsOfNode: [Range<Int>]
  /// The items of work after an update.
  package let derivedItems: [(node: Int, item: Int)]
  /// Floats of scratch memory that each worker brings to ``backward(rows:scratch:)``.
  package let scratchCount: Int
  private let passes: [LayerPass]
  private let layers: [any Layer]
  /// For each node whose output has several readers: the gradient from each of them, in layer order, the network's reader last.
  private let gradientParts: [[Matrix]]
  /// Elements of each node's output.
  private let widths: [Int]
  /// The first node whose output's gradient is wanted.
  private let trainsFrom: Int
  private var buffers: [AlignedBuffer<Float>] = []

  /// Plans and allocates.
  ///
  /// - Parameters:
  ///   - arena: the parameters, `network.storageCount` floats that outlive this object.
  ///   - training: whether gradients are wanted.
  ///   - derivedLimit: layers that derive more floats than this from their parameters do so on every use instead.
  package init(
    _ network: Network, rows: Int, arena: UnsafeMutablePointer<Float>, training: Bool, derivedLimit: Int = .max
  ) {
    self.network = network
    widths = network.nodes.map(\.layer.output.count)
    rowCapacity = rows
    self.arena = arena
    var buffers: [AlignedBuffer<Float>] = []
    func matrix(_ width: Int, rows: Int = rows) -> Matrix {
      let stride = Matrix.stride(for: width)
      let buffer = AlignedBuffer<Float>(count: max(16, rows * stride))
      buffers.append(buffer)
      return Matrix(buffer.pointer, stride: stride)
    }
    let nothing = matrix(16, rows: 1)
    layers = network.nodes.map(\.layer)
    let input = matrix(network.input.count)
    self.input = input
    let samples = AlignedBuffer<UInt64>(count: 1)
    let context = StepContext(isTraining: false, seed: 0, step: 0, samples: UnsafePointer(samples.pointer))
    var outputs: [Matrix] = [], gradients: [Matrix] = [], scratchCount = 0
    for (index, node) in network.nodes.enumerated() {
      outputs.append(matrix(node.layer.output.count))
      // Losses write the gradient of the output even where only their value is wanted.
      gradients.append(training || index == network.outputNode ? matrix(node.layer.output.count) : nothing)
    }
    output = network.outputNode.map { outputs[$0] } ?? input
    // The gradient of a node's output is wanted where a layer at or before it is trained.
    var wantsGradient: [Bool] = [], passes: [LayerPass] = []
    for node in network.nodes {
      wantsGradient.append(!node.slots.isEmpty || node.sources.contains { $0.map { wantsGradient[$0] } ?? false })
    }
    trainsFrom = wantsGradient.firstIndex(of: true) ?? network.nodes.count
    // Where several readers want an output, each writes a gradient of its own; they are added before the node's turn.
    var readers = [Int](repeating: 0, count: network.nodes.count)
    for node in network.nodes { for case let source? in node.sources { readers[source] += 1 } }
    if let node = network.outputNode { readers[node] += 1 }
    var parts = [[Matrix]](repeating: [], count: network.nodes.count)
    let outputGradients = gradients
    func edge(to node: Int) -> Matrix {
      guard training, readers[node] > 1 else { return outputGradients[node] }
      parts[node].append(matrix(network.nodes[node].layer.output.count))
      return parts[node][parts[node].count - 1]
    }
    for (index, node) in network.nodes.enumerated() {
      let inputGradients = node.sources.map { source in
        source.flatMap { training && wantsGradient[$0] ? edge(to: $0) : nil }
      }
      let gates = Self.gates(network, node)
      let isGated = network.nodes.contains { $0.sources == [index] && Self.gates(network, $0) }
      var derived: UnsafeMutablePointer<Float>?
      if inputGradients.contains(where: { $0 != nil }), node.layer.derivedCount > 0 {
        if node.layer.derivedCount <= derivedLimit || node.layer.derivedScratchCount == 0 {
          let buffer = AlignedBuffer<Float>(count: node.layer.derivedCount)
          buffers.append(buffer)
          derived = buffer.pointer
        } else {
          scratchCount = max(scratchCount, node.layer.derivedScratchCount)
        }
      }
      passes.append(
        LayerPass(
          inputs: node.sources.map { $0.map { outputs[$0] } ?? input }, output: outputs[index],
          saved: node.layer.savedCount > 0 ? matrix(node.layer.savedCount) : nothing, inputGradients: inputGradients,
          outputGradient: gradients[index], arena: arena, offsets: node.slots.map { network.slots[$0].offset },
          gradientOffsets: node.gradientOffsets, stateOffsets: node.stateOffsets,
          statisticsOffset: node.statisticsOffset, derived: derived, gatesInputGradient: gates,
          outputGradientIsGated: isGated, index: node.index, step: context))
    }
    outputGradient = network.outputNode.map { edge(to: $0) } ?? matrix(network.output.count)
    gradientParts = parts
    self.passes = passes
    let all = Array(passes.enumerated())
    gradientItems = all.reversed().flatMap { index, _ in
      (0..<network.nodes[index].layer.weightGradientItems).map { (index, $0) }
    }
    var ends = [Range<Int>](repeating: 0..<0, count: passes.count), next = 0
    for index in passes.indices.reversed() {
      let count = network.nodes[index].layer.weightGradientItems
      ends[index] = next..<next + count
      next += count
    }
    gradientItemsOfNode = ends
    self.scratchCount = scratchCount
    derivedItems = all.filter { $0.element.derived != nil }.flatMap { index, _ in
      (0..<network.nodes[index].layer.derivedItems).map { (index, $0) }
    }
    self.buffers = buffers
  }

  /// Bytes of activations, gradients and derived parameters.
  package var byteCount: Int { buffers.reduce(0) { $0 + $1.count * 4 } }

  /// Sets what the next calls tell the layers.
  package func begin(_ step: StepContext) {
    for index in passes.indices { passes[index].step = step }
  }

  /// Computes the outputs of rows whose inputs are filled.
  package func forward(rows: Range<Int>) {
    for index in passes.indices { layers[index].forward(passes[index], rows: rows) }
  }

  /// Computes the gradients of all layers' outputs for rows whose output gradients are filled.
  ///
  /// - Parameter scratch: ``scratchCount`` floats of this worker.
  package func backward(rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    var node = network.nodes.count - 1
    while node >= trainsFrom {
      prepareOutputGradient(of: node, rows: rows)
      backwardToInput(of: node, rows: rows, scratch: scratch)
      node -= 1
    }
  }

  /// The nodes that ``backward(rows:scratch:)`` goes through, from last to first.
  package var backwardNodes: ReversedCollection<Range<Int>> { (trainsFrom..<network.nodes.count).reversed() }

  /// Whether ``backwardToInput(of:rows:scratch:)`` has something to do.
  package func hasInputGradient(_ node: Int) -> Bool { passes[node].inputGradients.contains { $0 != nil } }

  /// Makes the gradient of a node's output final, once that of all its readers' outputs is.
  package func prepareOutputGradient(of node: Int, rows: Range<Int>) {
    addParts(of: node, rows: rows)
    layers[node].prepareOutputGradient(passes[node], rows: rows)
  }

  /// Hands the gradient of a node's output on to the nodes it reads.
  package func backwardToInput(of node: Int, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    layers[node].backwardToInput(passes[node], rows: rows, scratch: scratch)
  }

  private func addParts(of node: Int, rows: Range<Int>) {
    guard let first = gradientParts[node].first else { return }
    let width = widths[node]
    for row in rows {
      let sum = passes[node].outputGradient[row]
      sum.update(from: first[row], count: width)
      for part in gradientParts[node].dropFirst() {
        let more = part[row]
        for index in 0..<width { sum[index] += more[index] }
      }
    }
  }

  /// Whether a layer applies the derivative of the one before it: its only source, which nobody else reads.
  private static func gates(_ network: Network, _ node: Network.Node) -> Bool {
    guard node.layer.canGateInput, node.sources.count == 1, let source = node.sources[0],
      network.outputNode != source, network.nodes[source].layer.gatesByOutput
    else { return false }
    return network.nodes.count { $0.sources.contains(source) } == 1
  }

  /// The first node whose output for a row is not finite.
  package func firstNonFiniteNode(row: Int) -> Int? {
    network.nodes.indices.first { node in
      let output = passes[node].output[row]
      return (0..<widths[node]).contains { !output[$0].isFinite }
    }
  }

  /// Adds the gradients of parameters that two layers share, once they are summed over all samples.
  package func foldSharedGradients(_ gradient: UnsafeMutablePointer<Float>) {
    for fold in network.folds {
      let target = gradient + fold.target, source = gradient + fold.source
      for index in 0..<fold.count { target[index] += source[index] }
    }
  }

  /// Renews the layers' states from the statistics in a summed gradient.
  package func updateStates(_ gradient: UnsafePointer<Float>, weight: Double) {
    for (index, node) in network.nodes.enumerated() where node.layer.statisticsCount > 0 {
      node.layer.updateStates(passes[index], statistics: gradient + node.statisticsOffset, weight: weight)
    }
  }

  /// Computes one of ``gradientItems`` over the leaves of a subtree.
  package func accumulateWeightGradient(
    item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int, gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (node, part) = gradientItems[item]
    layers[node].accumulateWeightGradient(
      passes[node], item: part, leaves: leaves, leafCount: leafCount, gradient: gradient, scratch: scratch)
  }

  /// Computes one of ``derivedItems``.
  package func renewDerived(item: Int) {
    let (node, part) = derivedItems[item]
    layers[node].renewDerived(passes[node], item: part)
  }
}
