package import Kernels

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
  /// The gradient of the output, to be filled before ``backward(rows:)``.
  package let outputGradient: Matrix
  /// The items of work of the weight gradient: last layer first.
  package let gradientItems: [(node: Int, item: Int)]
  /// The items of work after an update.
  package let derivedItems: [(node: Int, item: Int)]
  private var passes: [LayerPass] = []
  private var buffers: [AlignedBuffer<Float>] = []

  /// Plans and allocates.
  ///
  /// - Parameters:
  ///   - arena: the parameters, `network.arenaCount` floats that outlive this object.
  ///   - training: whether gradients are wanted.
  package init(_ network: Network, rows: Int, arena: UnsafeMutablePointer<Float>, training: Bool) {
    self.network = network
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
    input = matrix(network.input.count)
    let samples = AlignedBuffer<UInt64>(count: 1)
    let context = StepContext(isTraining: false, seed: 0, step: 0, samples: UnsafePointer(samples.pointer))
    var outputs: [Matrix] = [], gradients: [Matrix] = []
    for (index, node) in network.nodes.enumerated() {
      outputs.append(matrix(node.layer.output.count))
      // Losses write the gradient of the output even where only their value is wanted.
      gradients.append(training || index == network.outputNode ? matrix(node.layer.output.count) : nothing)
    }
    output = network.outputNode.map { outputs[$0] } ?? input
    outputGradient = network.outputNode.map { gradients[$0] } ?? matrix(network.output.count)
    // The gradient of a node's output is wanted where a layer at or before it is trained.
    var wantsGradient: [Bool] = []
    for node in network.nodes {
      wantsGradient.append(!node.slots.isEmpty || (node.source.map { wantsGradient[$0] } ?? false))
    }
    for (index, node) in network.nodes.enumerated() {
      let sourceGradient = node.source.flatMap { training && wantsGradient[$0] ? gradients[$0] : nil }
      let gates = node.layer.canGateInput && (node.source.map { network.nodes[$0].layer.gatesByOutput } ?? false)
      let isGated =
        node.layer.gatesByOutput
        && network.nodes.contains { $0.source == index && $0.layer.canGateInput }
      let needsDerived = training && sourceGradient != nil && node.layer.derivedCount > 0
      let derived = AlignedBuffer<Float>(count: needsDerived ? node.layer.derivedCount : 16)
      buffers.append(derived)
      passes.append(
        LayerPass(
          input: node.source.map { outputs[$0] } ?? input, output: outputs[index],
          saved: node.layer.savedCount > 0 ? matrix(node.layer.savedCount) : nothing, inputGradient: sourceGradient,
          outputGradient: gradients[index], arena: arena, offsets: node.slots.map { network.slots[$0].offset },
          derived: derived.pointer, gatesInputGradient: gates, outputGradientIsGated: isGated, index: node.index,
          step: context))
    }
    let all = Array(passes.enumerated())
    gradientItems = all.reversed().flatMap { index, _ in
      (0..<network.nodes[index].layer.weightGradientItems).map { (index, $0) }
    }
    derivedItems = all.filter { $0.element.inputGradient != nil }.flatMap { index, _ in
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
    for (index, node) in network.nodes.enumerated() { node.layer.forward(passes[index], rows: rows) }
  }

  /// Computes the gradients of all layers' outputs for rows whose output gradients are filled.
  package func backward(rows: Range<Int>) {
    for (index, node) in network.nodes.enumerated().reversed() {
      node.layer.backwardToInput(passes[index], rows: rows)
      if passes[index].inputGradient == nil { break }
    }
  }

  /// Computes one of ``gradientItems`` over the leaves of a subtree.
  package func accumulateWeightGradient(
    item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int, gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (node, part) = gradientItems[item]
    network.nodes[node].layer.accumulateWeightGradient(
      passes[node], item: part, leaves: leaves, leafCount: leafCount, gradient: gradient, scratch: scratch)
  }

  /// Computes one of ``derivedItems``.
  package func renewDerived(item: Int) {
    let (node, part) = derivedItems[item]
    network.nodes[node].layer.renewDerived(passes[node], item: part)
  }
}
