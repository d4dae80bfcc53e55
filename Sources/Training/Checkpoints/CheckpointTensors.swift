internal import Collectives
internal import Kernels
internal import Networks
internal import Specs

/// Every array of a run's state by its name in a checkpoint, in the order of files.
///
/// `parameters/…` are the model's tensors, states included; `average/…` the moving average; `best/…` the best model so far;
/// `optimizer/NAME/…` the optimizer's arrays, tensor by tensor.
struct CheckpointTensors {
  let network: Network
  let arena: UnsafeMutablePointer<Float>
  let average: UnsafeMutablePointer<Float>?
  let optimizer: OptimizerState

  /// A copy of a tensor as it is kept in memory.
  struct Copy: Sendable {
    var name: String
    var tensor: Network.Tensor
    var stored: [Float]

    /// In the order of files.
    var named: NamedTensor {
      let values: [Float] =
        switch tensor {
        case .parameter(let slot): (0..<slot.parameter.count).map { stored[slot.parameter.storedIndex($0)] }
        case .state: stored
        }
      return NamedTensor(name: name, shape: tensor.shape.extents, values: values)
    }
  }

  /// Copies of the tensors that one rank writes; collective where ranks keep slices of the optimizer's arrays.
  ///
  /// - Parameter best: the best model so far.
  func snapshot(rank: Int, ranks: Int, best: UnsafePointer<Float>?, cluster: any Cluster) throws -> [Copy] {
    var copies: [Copy] = [], load = [Int](repeating: 0, count: ranks)
    /// Gives each tensor to the rank that has least to write so far.
    func add(_ name: String, _ tensor: Network.Tensor, from base: UnsafePointer<Float>) {
      let writer = load.indices.min { load[$0] < load[$1] } ?? 0
      let range = Self.place(tensor)
      load[writer] += range.count + 64
      guard writer == rank else { return }
      let stored = Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
      copies.append(Copy(name: name, tensor: tensor, stored: stored))
    }
    for tensor in network.tensors { add("parameters/" + tensor.name, tensor, from: arena) }
    if let best { for tensor in network.tensors { add("best/" + tensor.name, tensor, from: best) } }
    if let average { for slot in network.slots { add("average/" + slot.name, .parameter(slot), from: average) } }
    for (index, name) in optimizer.parameters.stateNames.enumerated() {
      let whole = try optimizer.whole(index, count: network.arenaCount, cluster: cluster)
      for slot in network.slots { add("optimizer/\(name)/\(slot.name)", .parameter(slot), from: whole.pointer) }
    }
    return copies
  }

  /// Puts the tensors of a checkpoint back.
  ///
  /// - Parameter best: memory for the best model, where the checkpoint has one.
  /// - Throws: ``TensorFileError`` where one is missing or has another shape.
  func restore(_ tensors: [NamedTensor], best: () -> UnsafeMutablePointer<Float>) throws {
    let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    func put(_ name: String, _ tensor: Network.Tensor, into base: UnsafeMutablePointer<Float>) throws {
      guard let found = byName[name], found.shape == tensor.shape.extents else {
        throw TensorFileError(file: "checkpoint", problem: "tensor '\(name)' is missing or has another shape")
      }
      network.setValues(found.values, of: tensor, in: base)
    }
    for tensor in network.tensors { try put("parameters/" + tensor.name, tensor, into: arena) }
    if tensors.contains(where: { $0.name.hasPrefix("best/") }) {
      let memory = best()
      for tensor in network.tensors { try put("best/" + tensor.name, tensor, into: memory) }
    }
    if let average { for slot in network.slots { try put("average/" + slot.name, .parameter(slot), into: average) } }
    for (index, name) in optimizer.parameters.stateNames.enumerated() {
      let whole = AlignedBuffer<Float>(count: max(16, network.arenaCount))
      for slot in network.slots { try put("optimizer/\(name)/\(slot.name)", .parameter(slot), into: whole.pointer) }
      optimizer.set(index, from: whole.pointer)
    }
  }

  /// Where a tensor lies in the arena.
  private static func place(_ tensor: Network.Tensor) -> Range<Int> {
    switch tensor {
    case .parameter(let slot): slot.offset..<slot.offset + slot.parameter.storedCount
    case .state(let slot): slot.offset..<slot.offset + slot.state.shape.count
    }
  }
}
