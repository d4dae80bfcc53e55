internal import Platform
package import Specs

/// A directed graph of layers in topological order, and the arena that holds their parameters.
///
/// The arena has the trained numbers first, ``arenaCount`` of them, then the states that layers keep without training.
/// A flat gradient has the gradients of the arena first; behind them, those of parameters that a second layer shares
/// (``tiedGradients`` adds them to the first's once all samples are summed, so that the tree over samples stays the
/// only other order of additions).
package struct Network: Sendable {
  /// A layer with where its inputs come from.
  package struct Node: Sendable {
    /// The layer's place in the config.
    package var index: Int
    package var layer: any Layer
    package var needs: LayerNeeds
    /// What it reads. Views are resolved.
    package var sources: [Source]
    /// The layer's parameters, as indices of ``Network/slots``.
    package var slots: [Int]
    /// Where the gradient of each starts in a flat gradient.
    package var gradientOffsets: [Int]
    /// Where each of the layer's states starts in the arena.
    package var stateOffsets: [Int]
  }

  /// What a layer reads.
  package enum Source: Sendable, Hashable {
    /// One of ``Network/inputs``.
    case input(Int)
    /// The output of one of ``Network/nodes``.
    case node(Int)

    /// The node, where it is one.
    package var node: Int? { if case .node(let index) = self { index } else { nil } }
  }

  /// A parameter with its place in the arena.
  package struct Slot: Sendable {
    /// The name in files, like `layers.0.weight`.
    package var name: String
    package var parameter: Parameter
    /// Where it starts in the arena, in floats.
    package var offset: Int
  }

  /// A state with its place in the arena.
  package struct StateSlot: Sendable {
    /// The name in files, like `layers.1.running_mean`.
    package var name: String
    package var state: LayerState
    package var offset: Int
  }

  /// A tensor of the model's file.
  package enum Tensor: Sendable {
    case parameter(Slot)
    case state(StateSlot)

    package var name: String {
      switch self {
      case .parameter(let slot): slot.name
      case .state(let slot): slot.name
      }
    }

    /// Its floats of the arena, a parameter's with padding.
    package var range: Range<Int> {
      switch self {
      case .parameter(let slot): slot.offset..<slot.offset + slot.parameter.storedCount
      case .state(let slot): slot.offset..<slot.offset + slot.state.shape.count
      }
    }

    package var shape: Shape {
      switch self {
      case .parameter(let slot): slot.parameter.shape
      case .state(let slot): slot.state.shape
      }
    }
  }

  /// A gradient behind the arena's, to be added to that of the parameter's owner.
  package struct TiedGradient: Sendable {
    package var source: Int
    package var target: Int
    package var count: Int
  }

  package let inputs: [NetworkInput]
  package let output: Port
  package let nodes: [Node]
  package let slots: [Slot]
  /// All tensors in the order of files: by layer, parameters before states.
  package let tensors: [Tensor]
  /// In layer order.
  package let tiedGradients: [TiedGradient]
  /// What layers can read of whole numbers: the input, the layer of the config, and the numbers.
  package let integerRanges: [(input: Int, layer: Int, range: ClosedRange<Int>)]
  /// Trained numbers.
  package let parameterCount: Int
  /// Floats of the arena that are trained, padding included.
  package let arenaCount: Int
  /// Floats of the whole arena.
  package let storageCount: Int
  /// Floats of a flat gradient.
  package let gradientCount: Int
  /// Whose numbers are the network's output: those of a node, or of an input where there are only views.
  package let outputSource: Source
  /// Kind and output of each layer of the config, to show.
  package let outline: [(kind: String, output: Port, parameterCount: Int)]

  /// What is probably not meant, in words, each with its JSON path.
  package let warnings: [String]

  /// Builds the network of a list of layers that begins with the only input.
  package init(_ layers: [LayerNode], input: Port, path: String) throws(ConfigError) {
    try self.init(layers, inputs: [NetworkInput(NetworkInput.only, input)], path: path)
  }

  /// Builds the network of a list of layers; the last one's output is the network's.
  ///
  /// - Parameters:
  ///   - inputs: what it reads, at least one; where there are several, the first layer names those that it reads.
  ///   - path: the JSON path of the list, for messages.
  package init(_ layers: [LayerNode], inputs: [NetworkInput], path: String) throws(ConfigError) {
    let width = inputs.reduce(0) { $0 + $1.port.count }
    guard width <= NetworkPlan.widthLimit else {
      throw ConfigError(
        "samples have \(width) numbers each, at most \(NetworkPlan.widthLimit) are allowed", path: path)
    }
    var plan = NetworkPlan(inputs: inputs)
    for (index, layer) in layers.enumerated() { try plan.add(layer, index: index, path: "\(path)[\(index)]") }
    try plan.finish(path: path)
    self.inputs = inputs
    (output, outputSource) = try plan.output(path: path)
    nodes = plan.nodes
    slots = plan.slots
    tensors = plan.tensors
    tiedGradients = plan.tiedGradients
    outline = plan.outline
    warnings = plan.warnings
    integerRanges = plan.integerRanges
    parameterCount = slots.reduce(0) { $0 + $1.parameter.count }
    arenaCount = plan.arenaCount
    storageCount = plan.arenaCount + plan.stateCount
    gradientCount = plan.arenaCount + plan.extraCount
  }

  /// The node whose output is the network's; nil where there are only views.
  package var outputNode: Int? { outputSource.node }

  /// Writes the first values of all parameters and states; a pure function of the seed. Padding becomes 0.
  package func initialize(_ arena: UnsafeMutablePointer<Float>, seed: UInt64) {
    arena.update(repeating: 0, count: storageCount)
    for (index, slot) in slots.enumerated() {
      let values = AlignedBuffer<Float>(count: slot.parameter.count)
      slot.parameter.initializer.distribution(fanIn: slot.parameter.fanIn, fanOut: slot.parameter.fanOut)
        .fill(values.elements, seed: seed, parameter: index)
      slot.parameter.storage.scatter(0..<slot.parameter.count, from: values.pointer, into: arena + slot.offset)
    }
    for case .state(let slot) in tensors {
      (arena + slot.offset).update(repeating: slot.state.initial, count: slot.state.shape.count)
    }
  }

  /// A parameter's elements in the order of files.
  package func canonicalValues(of slot: Slot, in arena: UnsafePointer<Float>) -> [Float] {
    let count = slot.parameter.count
    return Array(unsafeUninitializedCapacity: count) { values, initialized in
      guard let first = values.baseAddress, count > 0 else { return }
      slot.parameter.storage.gather(0..<count, from: arena + slot.offset, into: first)
      initialized = count
    }
  }

  /// Sets a parameter from elements in the order of files.
  package func setCanonicalValues(_ values: [Float], of slot: Slot, in arena: UnsafeMutablePointer<Float>) {
    precondition(values.count == slot.parameter.count, "a parameter's values must be complete")
    values.withUnsafeBufferPointer { values in
      guard let first = values.baseAddress else { return }
      slot.parameter.storage.scatter(0..<values.count, from: first, into: arena + slot.offset)
    }
  }

  /// A tensor's elements in the order of files.
  package func values(of tensor: Tensor, in arena: UnsafePointer<Float>) -> [Float] {
    switch tensor {
    case .parameter(let slot): canonicalValues(of: slot, in: arena)
    case .state(let slot): Array(UnsafeBufferPointer(start: arena + slot.offset, count: slot.state.shape.count))
    }
  }

  /// Sets a tensor from elements in the order of files.
  package func setValues(_ values: [Float], of tensor: Tensor, in arena: UnsafeMutablePointer<Float>) {
    switch tensor {
    case .parameter(let slot): setCanonicalValues(values, of: slot, in: arena)
    case .state(let slot): for (index, value) in values.enumerated() { arena[slot.offset + index] = value }
    }
  }

  /// Floating-point operations of one sample's training step in matrix products: forward, gradient of the weights, and
  /// gradient of the inputs but for layers that read the network's inputs alone.
  package var flopsPerSample: Int {
    nodes.reduce(0) { total, node in
      let products = node.slots.map { slots[$0].parameter }.filter { $0.shape.extents.count > 1 }.reduce(0) {
        $0 + $1.count
      }
      return total + products * node.layer.output.positions * (node.sources.allSatisfy { $0.node == nil } ? 4 : 6)
    }
  }
}
