package import Collectives
package import MPI

/// The ranks of an MPI run, or a group of them.
///
/// Owns communicators, shared memory and prepared messages; ``close()`` gives them back before MPI is finalised.
/// Handed whole to one thread at a time, with all groups.
package final class MPICluster: Cluster {
  package let place: Place
  /// The communicator of all ranks of this cluster, and of those on this node.
  private let world: Communicator
  private let node: Communicator
  /// The ranks of each node.
  private let nodes: [[Int]]
  private let messageLimit: Int
  private var transports: [MPITransport] = []
  private var windows: [SharedWindow] = []
  /// The whole's.
  private let watchdog: Watchdog
  /// What this group was made from; nil: this is the whole.
  private let parent: MPICluster?
  private var life = ClusterLife()

  /// Collective: finds out which ranks share a node.
  ///
  /// - Parameters:
  ///   - world: the communicator of all ranks.
  ///   - messageLimit: bytes of the longest single MPI message; longer ones are cut, alike on all ranks.
  ///   - ranksPerNode: so many neighbouring ranks, which have to be on one node, are taken for the ranks of a node, so
  /// that tests
  ///     have several nodes where there is one; nil: the nodes are those there are.
  /// - Throws: ``MPIError``.
  package init(_ world: Communicator, messageLimit: Int = 1 << 30, ranksPerNode: Int? = nil) throws {
    self.world = world
    node =
      try ranksPerNode.flatMap { try world.split(color: Int32(world.rank / $0), key: Int32(world.rank)) }
      ?? world.splitByNode()
    // A node is named by its first rank. The split keeps the order of ranks, so that is the node's rank 0.
    var first = Int64(world.rank)
    try node.broadcast(&first, count: 1, from: 0)
    let firsts = try world.allGather(first)
    nodes = Set(firsts).sorted().map { name in firsts.indices.filter { firsts[$0] == name } }
    self.messageLimit = messageLimit
    place = Place(host: try processorName(), rank: world.rank, nodes: nodes)
    watchdog = Watchdog()
    parent = nil
    observe()
  }

  private init(_ layout: GroupLayout, of parent: MPICluster, ranks: Communicator, node: Communicator) {
    (world, self.node, nodes) = (ranks, node, layout.nodes)
    place = Place(host: parent.place.host, rank: layout.rank, nodes: layout.nodes)
    (messageLimit, watchdog) = (parent.messageLimit, parent.watchdog)
    self.parent = parent
    observe()
  }

  private func observe() {
    world.observer = watchdog
    node.observer = watchdog
  }

  package var rank: Int { world.rank }
  package var size: Int { world.size }

  package var library: String? { try? mpiLibraryName() }

  package func broadcastBytes(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    life.requireOpen()
    var count = Int64(bytes.count)
    try world.broadcast(&count, count: 1, from: root)
    var result = rank == root ? bytes : [UInt8](repeating: 0, count: Int(count))
    try result.withUnsafeMutableBufferPointer { try world.broadcast($0, from: root) }
    return result
  }

  package func gatherBytes(_ bytes: [UInt8]) throws -> [[UInt8]] {
    life.requireOpen()
    return try world.allGather(varying: bytes)
  }

  package func barrier() throws {
    life.requireOpen()
    try world.barrier()
  }

  package func nodeBarrier() throws {
    life.requireOpen()
    for window in windows { try window.publish() }
    try node.barrier()
    for window in windows { try window.publish() }
  }

  package func sharedMemory(byteCount: Int?, isCleared: Bool) throws -> UnsafeMutableRawBufferPointer {
    life.requireOpen()
    let firstOnNode = nodes[place.node][0]
    // All ranks of the node hear whether a size was stated, so that none of them waits for the others in vain.
    var stated = Int64(node.rank == 0 ? byteCount ?? -1 : -1)
    try node.broadcast(&stated, count: 1, from: 0)
    guard stated >= 0 else { throw ClusterError.unstatedSharedMemory(rank: firstOnNode) }
    let wanted = Int(stated)
    // Nobody sees who waits inside MPI's blocking calls, so all come together before one.
    try node.barrier()
    // Mappings start on page borders in every process, so the step to the next 64-byte border is the same for all.
    let alignment = 64
    let window = try SharedWindow(node, byteCount: node.rank == 0 ? wanted + alignment : 0)
    windows.append(window)
    let part = try window.part(of: 0)
    guard let base = part.baseAddress else { throw ClusterError.unstatedSharedMemory(rank: firstOnNode) }
    let region = UnsafeMutableRawBufferPointer(start: base.alignedUp(toMultipleOf: alignment), count: wanted)
    if node.rank == 0, isCleared {
      let block = 1 << 26
      for start in stride(from: 0, to: wanted, by: block) {
        let part = UnsafeMutableRawBufferPointer(rebasing: region[start..<min(wanted, start + block)])
        part.initializeMemory(as: UInt8.self, repeating: 0)
        showProgress()
      }
    }
    try nodeBarrier()
    return region
  }

  package func makeTransport() throws -> any Transport {
    life.requireOpen()
    try world.barrier()
    transports.removeAll { $0.isClosed }
    let transport = try MPITransport(
      world.duplicate(), node: node, nodes: nodes, pieceLimit: messageLimit, watchdog: watchdog,
      isGroups: parent != nil)
    transports.append(transport)
    return transport
  }

  package func split(color: Int?) throws -> (any Cluster)? {
    // Nobody sees who waits inside MPI's blocking calls; in a gather one is seen, and after it all have come.
    let layout = GroupLayout(of: rank, colors: try gather(color), nodes: nodes)
    let number = layout.map { Int32(truncatingIfNeeded: $0.number) }
    let ranks = try world.split(color: number, key: 0), ofNode = try node.split(color: number, key: 0)
    guard let layout, let ranks, let ofNode else { return nil }
    life.beginGroup()
    return MPICluster(layout, of: self, ranks: ranks, node: ofNode)
  }

  package func startWatchdog(seconds: Double) throws {
    life.requireOpen()
    guard parent == nil, size > 1, seconds > 0, !watchdog.isOn else { return }
    let bytes = try sharedMemory(byteCount: node.rank == 0 ? node.size * PhaseMark.byteCount : nil)
    guard let base = bytes.baseAddress else { return }
    let marks = (0..<node.size).map { PhaseMark(base + $0 * PhaseMark.byteCount) }
    let call = try RollCall(
      world.duplicate(), hosts: gather(place.host), marks: marks, ranksOfNode: nodes[place.node], limit: seconds)
    watchdog.start(call, mark: marks[node.rank])
    enter(.starting)
  }

  package var phaseMark: PhaseMark { watchdog.mark }

  package func enter(_ phase: RankPhase) {
    phaseMark.set(phase, step: 0)
    watchdog.relay(isNews: true)
  }

  package func showProgress() {
    phaseMark.renew()
    watchdog.relay()
  }

  package func relaySigns() { watchdog.relay() }

  /// Collective: frees shared memory, prepared messages and communicators, of the whole all but that of MPI itself.
  ///
  /// The cluster's last use, before MPI is finalised.
  package func close() throws {
    life.close()
    defer { parent?.life.endGroup() }
    // The last wait that is watched: what follows takes all ranks no time.
    try world.barrier()
    if parent == nil {
      world.observer = nil
      try watchdog.close()
    }
    for window in windows.reversed() { try window.free() }
    windows = []
    for transport in transports { try transport.close() }
    transports = []
    try node.free()
    if parent != nil { try world.free() }
  }
}
