internal import Kernels
package import Specs

/// A directed graph of layers in topological order, and the arena that holds their parameters.
package struct Network: Sendable {
  /// A layer with where its input comes from.
  package struct Node: Sendable {
    /// The layer's place in the config.
    package var index: Int
    package var layer: any Layer
    /// The node whose output it reads; nil: the network's input. Views are resolved.
    package var source: Int?
    /// The layer's parameters, as indices of ``Network/slots``.
    package var slots: [Int]
  }

  /// A parameter with its place in the arena.
  package struct Slot: Sendable {
    /// The name in files, like `layers.0.weight`.
    package var name: String
    package var parameter: Parameter
    /// Where it starts in the arena, in floats.
    package var offset: Int
  }

  package let input: Port
  package let output: Port
  package private(set) var nodes: [Node] = []
  package private(set) var slots: [Slot] = []
  /// Trained numbers.
  package private(set) var parameterCount = 0
  /// Floats in the arena, padding included.
  package private(set) var arenaCount = 0
  /// The node whose output is the network's; nil where there are only views.
  package private(set) var outputNode: Int?
  /// Kind and output of each layer of the config, to show.
  package private(set) var outline: [(kind: String, output: Port, parameterCount: Int)] = []

  /// Builds the network of a list of layers.
  ///
  /// - Parameter path: the JSON path of the list, for messages.
  package init(_ layers: [any LayerSpec], input: Port, path: String) throws(ConfigError) {
    self.input = input
    var port = input
    var source: Int?
    for (index, spec) in layers.enumerated() {
      let layer = try spec.makeLayer(input: port, path: "\(path)[\(index)]")
      var own: [Int] = []
      for parameter in layer.parameters {
        own.append(slots.count)
        slots.append(Slot(name: "layers.\(index).\(parameter.name)", parameter: parameter, offset: arenaCount))
        arenaCount += parameter.storedCount
        parameterCount += parameter.count
      }
      port = layer.output
      outline.append((type(of: spec).kind, port, layer.parameters.reduce(0) { $0 + $1.count }))
      guard !layer.isView else { continue }
      nodes.append(Node(index: index, layer: layer, source: source, slots: own))
      source = nodes.count - 1
    }
    output = port
    outputNode = source
  }

  /// Writes the first values of all parameters; a pure function of the seed. Padding becomes 0.
  package func initialize(_ arena: UnsafeMutablePointer<Float>, seed: UInt64) {
    arena.update(repeating: 0, count: arenaCount)
    for (index, slot) in slots.enumerated() {
      let values = AlignedBuffer<Float>(count: slot.parameter.count)
      slot.parameter.initializer.distribution(fanIn: slot.parameter.fanIn, fanOut: slot.parameter.fanOut)
        .fill(values.elements, seed: seed, parameter: index)
      for element in 0..<slot.parameter.count {
        arena[slot.offset + slot.parameter.storedIndex(element)] = values[element]
      }
    }
  }

  /// A parameter's elements in the order of files.
  package func canonicalValues(of slot: Slot, in arena: UnsafePointer<Float>) -> [Float] {
    (0..<slot.parameter.count).map { arena[slot.offset + slot.parameter.storedIndex($0)] }
  }

  /// Sets a parameter from elements in the order of files.
  package func setCanonicalValues(_ values: [Float], of slot: Slot, in arena: UnsafeMutablePointer<Float>) {
    precondition(values.count == slot.parameter.count, "a parameter's values must be complete")
    for (element, value) in values.enumerated() { arena[slot.offset + slot.parameter.storedIndex(element)] = value }
  }

  /// Floating-point operations of one sample's training step in matrix products: forward, gradient of the weights, and gradient of
  /// the inputs but for the first layer's.
  package var flopsPerSample: Int {
    nodes.reduce(0) { total, node in
      let products = node.slots.map { slots[$0].parameter }.filter { $0.shape.extents.count > 1 }.reduce(0) {
        $0 + $1.count
      }
      return total + products * (node.source == nil ? 4 : 6)
    }
  }
}
