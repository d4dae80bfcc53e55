package import Kernels
internal import Platform

/// The memory of one replica of a network: activations and their gradients for a fixed number of rows, derived
/// parameters.
///
/// Allocated once; the calls of a step allocate nothing.
package final class NetworkMemory {
  package let network: Network
  /// What all this was allocated from.
  package let layout: NetworkLayout
  package let arena: UnsafeMutablePointer<Float>
  /// The network's inputs, to be filled before ``forward(rows:scratch:)``.
  package let inputs: [InputMemory]
  /// The network's output.
  package let output: Matrix
  /// The gradient of the output, to be filled before ``backward(rows:scratch:)``.
  package let outputGradient: Matrix
  // Of the layout, at hand for every step.
  package let gradientItems: [(node: Int, item: Int)]
  package let gradientItemsOfNode: [Range<Int>]
  package let derivedItems: [(node: Int, item: Int)]
  private let trainsFrom: Int
  private let passes: [LayerPass]
  private let layers: [LayerAtWork]
  /// The gradients of ``NetworkLayout/gradientParts``.
  private let gradientParts: [[Matrix]]
  /// Floats of a row of each node's output.
  private let widths: [Int]
  private let buffers: [AlignedBuffer<Float>]
  private let integerBuffers: [AlignedBuffer<Int32>]
  private let sums: AlignedBuffer<Double>
  /// Whose rows are whose, for layers that look further than a row; to be set before every pass forward of a step.
  package let groups: RowGroups

  /// Allocates what a layout says.
  ///
  /// - Parameter arena: the parameters, `network.storageCount` floats that outlive this object.
  package init(_ network: Network, layout: NetworkLayout, arena: UnsafeMutablePointer<Float>) {
    var buffers: [AlignedBuffer<Float>] = [], integerBuffers: [AlignedBuffer<Int32>] = []
    var matrices: [Matrix] = [], integers: [IntegerMatrix?] = []
    for area in layout.areas {
      let count = max(16, area.rows * area.stride)
      switch area.element {
      case .float32:
        buffers.append(AlignedBuffer(count: count))
        matrices.append(Matrix(buffers[buffers.count - 1].pointer, stride: area.stride))
        integers.append(nil)
      case .int32:
        let buffer = AlignedBuffer<Int32>(count: count)
        integerBuffers.append(buffer)
        // No layer reads these as floats: its spec says what it reads, and networks are made of what fits.
        matrices.append(matrices[0])
        integers.append(IntegerMatrix(buffer.pointer, stride: area.stride))
      }
    }
    func area(_ source: Network.Source) -> Int {
      switch source {
      case .input(let index): layout.inputs[index]
      case .node(let index): layout.nodes[index].output
      }
    }
    let samples = AlignedBuffer<UInt64>(count: 1)
    let context = StepContext(isTraining: false, seed: 0, step: 0, samples: UnsafePointer(samples.pointer))
    let counts = network.nodes.flatMap { [$0.needs.forwardSums, $0.needs.backwardSums] }
    let sums = AlignedBuffer<Double>(count: max(1, counts.reduce(0, +) * (1 + layout.shards)))
    let groups = RowGroups(rows: layout.rows, shards: layout.shards)
    var passes: [LayerPass] = [], sumPlace = sums.pointer
    func takeSums(_ count: Int) -> LayerSums {
      defer { sumPlace += count * (1 + layout.shards) }
      return LayerSums(sumPlace, count: count)
    }
    for (node, plan) in zip(network.nodes, layout.nodes) {
      var derived: UnsafeMutablePointer<Float>?
      if plan.keepsDerived {
        let buffer = AlignedBuffer<Float>(count: node.needs.derivedCount)
        buffers.append(buffer)
        derived = buffer.pointer
      }
      passes.append(
        LayerPass(
          inputs: node.sources.map { matrices[area($0)] }, integerInputs: node.sources.map { integers[area($0)] },
          output: matrices[plan.output], saved: matrices[plan.saved],
          inputGradients: plan.inputGradients.map { $0.map { matrices[$0] } },
          outputGradient: matrices[plan.outputGradient], arena: arena,
          offsets: node.slots.map { network.slots[$0].offset }, gradientOffsets: node.gradientOffsets,
          stateOffsets: node.stateOffsets, forwardSums: takeSums(node.needs.forwardSums),
          backwardSums: takeSums(node.needs.backwardSums), groups: groups, reach: node.needs.reach, derived: derived,
          gatesInputGradient: plan.gatesInputGradient, outputGradientIsGated: plan.outputGradientIsGated,
          index: node.index, step: context))
    }
    self.network = network
    self.layout = layout
    self.arena = arena
    self.passes = passes
    self.buffers = buffers
    self.sums = sums
    self.groups = groups
    self.integerBuffers = integerBuffers
    inputs = layout.inputs.map { area in integers[area].map { .integers($0) } ?? .floats(matrices[area]) }
    output = matrices[layout.output]
    outputGradient = matrices[layout.outputGradient]
    gradientParts = layout.gradientParts.map { $0.map { matrices[$0] } }
    gradientItems = layout.gradientItems
    gradientItemsOfNode = layout.gradientItemsOfNode
    derivedItems = layout.derivedItems
    trainsFrom = layout.trainsFrom
    layers = zip(network.nodes, passes).map { $0.layer.atWork($1) }
    widths = network.nodes.map(\.layer.output.rowCount)
  }

  /// Plans and allocates.
  ///
  /// - Parameters: as ``NetworkLayout/init(_:rows:isTraining:shards:derivedLimit:)`` has them.
  package convenience init(
    _ network: Network, rows: Int, arena: UnsafeMutablePointer<Float>, training: Bool, derivedLimit: Int = .max
  ) {
    self.init(
      network, layout: NetworkLayout(network, rows: rows, isTraining: training, derivedLimit: derivedLimit),
      arena: arena)
  }

  /// Rows that fit.
  package var rowCapacity: Int { layout.rows }

  /// Floats of scratch memory that each worker brings to ``forward(rows:scratch:)`` and ``backward(rows:scratch:)``.
  package var scratchCount: Int { layout.scratchCount }

  /// Bytes of activations, gradients and derived parameters.
  package var byteCount: Int {
    buffers.reduce(sums.count * 8 + groups.byteCount) { $0 + $1.count * 4 }
      + integerBuffers.reduce(0) { $0 + $1.count * 4 }
  }

  /// The network's first input, where it has float32 numbers.
  package var input: Matrix {
    guard case .floats(let matrix) = inputs[0] else { preconditionFailure("the first input has whole numbers") }
    return matrix
  }

  /// Sets what the next calls tell the layers.
  package func begin(_ step: StepContext) {
    for index in passes.indices { passes[index].step = step }
  }

  /// Computes the outputs of rows whose inputs are filled.
  ///
  /// - Parameter scratch: ``NetworkLayout/forwardScratchCount`` floats of this worker.
  package func forward(rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    forward(nodes: passes.indices, rows: rows, scratch: scratch)
  }

  /// Computes the outputs of some nodes, for rows whose inputs, and sums where the first node reads any, are there.
  package func forward(nodes: Range<Int>, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    for index in nodes { layers[index].forward(rows: rows, scratch: scratch) }
  }

  /// Computes one of ``LayerNeeds/forwardItems`` of a node's outputs.
  package func forward(node: Int, rows: Range<Int>, item: Int) {
    layers[node].forward(rows: rows, item: item)
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
    layers[node].prepareOutputGradient(rows: rows)
  }

  /// Hands the gradient of a node's output on to the nodes it reads.
  package func backwardToInput(of node: Int, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    layers[node].backwardToInput(rows: rows, scratch: scratch)
  }

  /// Computes one of ``LayerNeeds/backwardItems`` of the gradient that a node hands on.
  package func backwardToInput(of node: Int, rows: Range<Int>, item: Int) {
    layers[node].backwardToInput(rows: rows, item: item)
  }

  /// What a node has summed in a step.
  package func sums(_ way: PassWay, of node: Int) -> LayerSums {
    way == .forward ? passes[node].forwardSums : passes[node].backwardSums
  }

  /// Sums what a node needs of the rows of one of the rank's shards.
  package func addSums(_ way: PassWay, of node: Int, rows: Range<Int>, shard: Int) {
    let sums = sums(way, of: node), place = sums[shard: shard]
    place.update(repeating: 0, count: sums.count)
    layers[node].addSums(way, rows: rows, into: place)
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

  /// The first node whose output for a row is not finite.
  package func firstNonFiniteNode(row: Int) -> Int? {
    network.nodes.indices.first { node in
      let output = passes[node].output[row]
      return (0..<widths[node]).contains { !output[$0].isFinite }
    }
  }

  /// Adds the gradients of parameters that two layers share, once they are summed over all samples.
  package func addTiedGradients(_ gradient: UnsafeMutablePointer<Float>) {
    for tied in network.tiedGradients {
      let target = gradient + tied.target, source = gradient + tied.source
      for index in 0..<tied.count { target[index] += source[index] }
    }
  }

  /// Renews the layers' states from the forward sums of the batch.
  package func updateStates() {
    for layer in layers { layer.updateStates(samples: groups.samplesOfBatch) }
  }

  /// Computes one of ``gradientItems`` over the leaves of a subtree.
  ///
  /// - Parameter scratch: ``NetworkLayout/gradientScratchCount`` floats of this worker and
  ///   `WeightGradient.scratchCount(leaves:)`.
  package func accumulateWeightGradient(
    item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int, gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (node, part) = gradientItems[item]
    layers[node].accumulateWeightGradient(
      item: part, leaves: leaves, leafCount: leafCount, gradient: gradient, scratch: scratch)
  }

  /// Computes one of ``derivedItems``.
  package func renewDerived(item: Int) {
    let (node, part) = derivedItems[item]
    layers[node].renewDerived(item: part)
  }
}

/// Memory of one input of a network.
package enum InputMemory: Sendable {
  case floats(Matrix)
  case integers(IntegerMatrix)
}

/// A way through a network.
package enum PassWay: Sendable {
  case forward
  case backward
}
