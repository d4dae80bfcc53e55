internal import Collectives
internal import Networks
internal import Platform
internal import Specs

/// Every array of a run's state by its name in a checkpoint, in the order of files.
///
/// `parameters/…` are the model's tensors, states included; `average/…` the moving average; `best/…` the best model so
/// far; `optimizer/NAME/…` the optimizer's arrays, tensor by tensor.
struct CheckpointTensors {
  let network: Network
  let arena: UnsafeMutablePointer<Float>
  let average: UnsafeMutablePointer<Float>?
  let optimizer: OptimizerState

  /// Copies the tensors that one rank writes; collective where ranks keep slices of the optimizer's arrays.
  ///
  /// - Parameters:
  ///   - best: the best model so far.
  ///   - memory: where to; what an earlier checkpoint has left there is lost.
  func snapshot(
    rank: Int, ranks: Int, best: UnsafePointer<Float>?, cluster: any Cluster, into memory: SnapshotMemory
  ) throws {
    var shares = Shares(ranks: ranks)
    memory.begin()
    func add(_ name: String, _ tensor: Network.Tensor, from base: UnsafePointer<Float>) {
      let range = tensor.range
      if shares.writer(of: range.count) == rank {
        memory.add(name, tensor, from: base + range.lowerBound, count: range.count)
      }
    }
    for tensor in network.tensors { add("parameters/" + tensor.name, tensor, from: arena) }
    if let best { for tensor in network.tensors { add("best/" + tensor.name, tensor, from: best) } }
    if let average { for tensor in network.tensors { add("average/" + tensor.name, tensor, from: average) } }
    for (index, name) in optimizer.parameters.stateNames.enumerated() {
      let whole = try optimizer.whole(index, count: network.arenaCount, cluster: cluster)
      memory.hold(whole)
      for slot in network.slots { add("optimizer/\(name)/\(slot.name)", .parameter(slot), from: whole.pointer) }
    }
    memory.copy(threads: optimizer.parameters.threads)
  }

  /// The bytes that each rank writes.
  ///
  /// - Parameter hasBest: whether there is a best model.
  func fileSizes(ranks: Int, hasBest: Bool) -> [Int] {
    var shares = Shares(ranks: ranks)
    var files = [[(name: String, shape: [Int], count: Int)]](repeating: [], count: ranks)
    for (name, tensor) in names(hasBest: hasBest) {
      files[shares.writer(of: tensor.range.count)].append((name, tensor.shape.extents, tensor.shape.count))
    }
    return files.map { Safetensors.size($0, metadata: CheckpointStore.metadata) }
  }

  /// Every tensor of a checkpoint, in the order in which ranks are chosen for them.
  private func names(hasBest: Bool) -> [(String, Network.Tensor)] {
    let slots = network.slots.map { Network.Tensor.parameter($0) }
    var names = network.tensors.map { ("parameters/" + $0.name, $0) }
    if hasBest { names += network.tensors.map { ("best/" + $0.name, $0) } }
    if average != nil { names += network.tensors.map { ("average/" + $0.name, $0) } }
    for name in optimizer.parameters.stateNames { names += slots.map { ("optimizer/\(name)/" + $0.name, $0) } }
    return names
  }

  /// Gives each tensor to the rank that has least to write so far.
  private struct Shares {
    private var load: [Int]

    init(ranks: Int) { load = [Int](repeating: 0, count: ranks) }

    mutating func writer(of count: Int) -> Int {
      let writer = load.indices.min { load[$0] < load[$1] } ?? 0
      load[writer] += count + 64
      return writer
    }
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
    if let average { for tensor in network.tensors { try put("average/" + tensor.name, tensor, into: average) } }
    for (index, name) in optimizer.parameters.stateNames.enumerated() {
      let whole = AlignedBuffer<Float>(count: max(16, network.arenaCount))
      for slot in network.slots { try put("optimizer/\(name)/\(slot.name)", .parameter(slot), into: whole.pointer) }
      optimizer.set(index, from: whole.pointer)
    }
  }

  /// What keeps the tensors of a checkpoint from being put back; nil: nothing.
  func problem(with tensors: [NamedTensor]) -> String? {
    let shapes = Dictionary(tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    let needed = names(hasBest: tensors.contains { $0.name.hasPrefix("best/") })
    return needed.first { shapes[$0.0] != $0.1.shape.extents }.map {
      "tensor '\($0.0)' is missing or has another shape"
    }
  }
}
