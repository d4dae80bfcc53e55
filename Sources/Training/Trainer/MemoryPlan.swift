internal import Collectives
internal import Datasets
internal import Kernels
internal import Networks
internal import Optimization
internal import Platform
internal import Specs

/// The bytes that one rank takes for training, computed before any of them is allocated.
///
/// Floating-point numbers, because what does not fit into memory need not fit into an integer. The data are not among
/// them: they are in memory when this is asked.
struct MemoryPlan {
  /// Outputs of layers and their gradients, for the rows that a rank works on at a time.
  var activations: Double
  /// Sums over shards, and what is shared with the neighbours.
  var gradients: Double
  /// Weights, the optimizer's arrays, and averages.
  var weights: Double
  /// Copies of all that for checkpoints and for the files at the end.
  var copies: Double

  var total: Double { activations + gradients + weights + copies }

  /// In the order of ``names``.
  fileprivate var parts: [Double] { [activations, gradients, weights, copies] }

  /// - Parameter step: how this rank computes a step.
  init(_ config: RunConfig, network: Network, step: StepPlan, description: DataDescription) {
    let perRow = 40 + (description.targetKind == .values ? 4 * Matrix.stride(for: max(1, description.targetWidth)) : 0)
    let ready = ReadyRows.byteCount(
      rows: description.count(of: .train), layout: step.layout, description: description)
    activations =
      step.layout.byteCount + step.scratchBytes + Double(step.layout.rows) * Double(perRow) + Double(ready)
    gradients = step.gradientBytes

    let storage = 4 * Double(network.storageCount), arena = 4 * Double(network.arenaCount)
    let optimizers = [config.optimizer.optimizer] + config.optimizer.groups.map(\.optimizer)
    let arrays = arena * Double(optimizers.map { $0.makeOptimizer().stateNames.count }.max() ?? 0)
    let average = config.training.averaging == nil ? 0 : storage
    let best = config.training.restoresBest ? storage : 0
    let isSharded = step.parallelism.isSharded, ranks = Double(step.rank.ranks)
    weights = storage + (isSharded ? arrays / ranks : arrays) + average + best

    // Every run saves its final state.
    let checkpoint = (storage + arrays + average + best) / ranks
    let gathered = isSharded ? arrays : 0
    // Every rank hashes the weights as tensors, the first one makes a file of them; the last weights are kept too where
    // others are handed over.
    let differs = average + best > 0
    let files = storage * (step.rank.rank == 0 ? (differs ? 4 : 2) : (differs ? 2 : 1))
    copies = checkpoint + max(gathered, files)
  }

  /// Refuses to begin what the memory of some node can never hold; collective, all ranks throw the same.
  ///
  /// - Parameters:
  ///   - most: bytes that could be taken on this rank's node, were all others to give back theirs.
  ///   - available: bytes that can be taken there now.
  /// - Returns: a warning where others would have to give back theirs; the same on all ranks.
  func check(
    _ cluster: any Cluster, most: Int = MachineMemory.most, available: Int = MachineMemory.available
  ) throws -> String? {
    let own = Demand(
      plan: self, most: Double(most), available: Double(min(most, available)), node: cluster.place.node,
      host: cluster.place.host)
    try cluster.agree(describe: describeFailure) { try requireAddresses(MachineMemory.addressSpace) }
    var warning: String?
    for ranks in Dictionary(grouping: try cluster.gather(own), by: \.node).sorted(by: { $0.key < $1.key }).map(\.value)
    {
      let sums = parts.indices.map { part in ranks.reduce(0) { $0 + $1.plan.parts[part] } }
      let most = ranks.reduce(Double.infinity) { min($0, $1.most) }
      let available = ranks.reduce(Double.infinity) { min($0, $1.available) }
      let total = sums.reduce(0, +), isTooMuch = total > most
      guard isTooMuch || total > available else { continue }
      let sentence = Self.sentence(
        sums, left: isTooMuch ? most : available, isAll: isTooMuch, ranks: ranks.count, host: ranks[0].host)
      if isTooMuch { throw RunError(.config, sentence) }
      warning = warning ?? sentence
    }
    return warning
  }

  /// Refuses what a limit on this process's addresses does not leave room for: no allocation may fail later.
  ///
  /// - Parameter left: bytes that such a limit still leaves; nil: there is none.
  func requireAddresses(_ left: Int?) throws {
    // Stacks of threads, MPI's buffers, files.
    let reserve = 256e6
    guard let left, total + reserve > Double(left) else { return }
    throw RunError(
      .config,
      "training takes \(MachineMemory.words(total)) of memory beside \(MachineMemory.words(reserve)) for threads and MPI, and the "
        + "limit on a process's memory (ulimit -v or -d) leaves \(MachineMemory.words(Double(left))); raise it, or give a smaller "
        + "network, a smaller training.global_batch_size or more training.micro_steps")
  }

  /// What `check` says of it.
  var lines: [String] {
    let parts = zip(parts, Self.names).map { "\(MachineMemory.words($0)) \($1)" }
    return ["\(MachineMemory.words(total)) on this rank beside the data: " + parts[..<2].joined(separator: ", ") + ","]
      + [parts[2...].joined(separator: ", ")]
  }

  private static let names = [
    "for layers' outputs", "for gradients", "for weights and the optimizer", "for copies in checkpoints and files",
  ]

  private static func sentence(_ sums: [Double], left: Double, isAll: Bool, ranks: Int, host: String) -> String {
    let parts = zip(sums, Self.names).map { "\(MachineMemory.words($0)) \($1)" }.joined(separator: ", ")
    let most = sums.indices.max { sums[$0] < sums[$1] } ?? 0
    let advice =
      most == 0
      ? "give a smaller training.global_batch_size, more training.micro_steps, fewer threads"
      : "give a smaller network"
    return "training takes \(MachineMemory.words(sums.reduce(0, +))) of memory on \(host) "
      + "(\(ranks.counted("rank")): \(parts)), and \(MachineMemory.words(left)) are \(isAll ? "all that is" : "free") there; \(advice), "
      + "fewer ranks on each node, or a machine with more memory"
  }
}

extension MemoryPlan: Portable {
  init(from reader: inout PortableReader) throws {
    (activations, gradients) = (try reader.read(), try reader.read())
    (weights, copies) = (try reader.read(), try reader.read())
  }

  func write(to writer: inout PortableWriter) { for part in parts { writer.write(part) } }
}

/// What one rank tells the others of its memory.
private struct Demand: Portable {
  /// Bytes that it takes.
  var plan: MemoryPlan
  /// Bytes that could be taken on its node, and those that can now.
  var most: Double
  var available: Double
  var node: Int
  var host: String

  init(plan: MemoryPlan, most: Double, available: Double, node: Int, host: String) {
    (self.plan, self.most, self.available, self.node, self.host) = (plan, most, available, node, host)
  }

  init(from reader: inout PortableReader) throws {
    self.init(
      plan: try reader.read(), most: try reader.read(), available: try reader.read(), node: try reader.read(),
      host: try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(plan)
    writer.write(most)
    writer.write(available)
    writer.write(node)
    writer.write(host)
  }
}
