internal import Collectives
internal import Kernels

/// How all ranks come to the parameters that each has updated: the second half of a sharded update.
protocol ParameterSharing: AnyObject {
  /// For each rank, the part of each bucket that it updates.
  var ownedByRank: [[Range<Int>]] { get }
  /// Bytes that this rank sends in a step.
  var byteCount: Int { get }
  /// Where this rank's update leaves a copy of what it updates, laid out as the arena; nil: nowhere.
  var copy: UnsafeMutablePointer<Float>? { get }

  /// Returns when partial sums may be written; before that in each step.
  func beforeGradients() throws
  /// Lets this rank's part of a bucket go, once it is updated.
  func start(_ bucket: Int) throws
  /// Returns when all ranks' parts have arrived in the arena; also called after steps without an update, to end them.
  func finish(hasUpdated: Bool) throws
}

/// The parts of all ranks: what each updates of each bucket.
///
/// Collective.
func ownedByRank(_ owned: [Range<Int>], cluster: any Cluster) throws -> [[Range<Int>]] {
  try cluster.gather(owned.flatMap { range in [range.lowerBound, range.upperBound].flatMap(bytes) }).map { all in
    let bounds = stride(from: 0, to: all.count, by: 8).map { integer(all[$0..<$0 + 8]) }
    return owned.indices.map { bounds[2 * $0]..<bounds[2 * $0 + 1] }
  }
}

private func bytes(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) } }

private func integer(_ bytes: ArraySlice<UInt8>) -> Int {
  Int(Int64(bitPattern: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
}

/// Parts that travel as messages, bucket by bucket.
final class MessageSharing: ParameterSharing {
  let ownedByRank: [[Range<Int>]]
  let byteCount: Int
  let copy: UnsafeMutablePointer<Float>? = nil
  private let rounds: [any Round]

  /// Collective.
  ///
  /// - Parameter owned: for each rank, the part of each bucket that it updates.
  init(_ owned: [[Range<Int>]], arena: UnsafeMutablePointer<Float>, cluster: any Cluster) throws {
    ownedByRank = owned
    let transport = try cluster.makeTransport(), own = owned[cluster.rank]
    let peers = (1..<max(1, cluster.size)).map { (cluster.rank + $0) % cluster.size }
    func message(_ peer: Int, _ range: Range<Int>) -> [Message] {
      range.isEmpty
        ? []
        : [
          Message(
            peer: peer, bytes: .init(start: arena + range.lowerBound, count: range.count * MemoryLayout<Float>.size))
        ]
    }
    rounds = try own.indices.map { bucket in
      try transport.makeRound(
        receives: peers.flatMap { message($0, owned[$0][bucket]) }, sends: peers.flatMap { message($0, own[bucket]) })
    }
    byteCount = peers.count * own.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size
  }

  func beforeGradients() {}
  func start(_ bucket: Int) throws { try rounds[bucket].start() }

  func finish(hasUpdated: Bool) throws {
    guard hasUpdated else { return }
    for round in rounds { try round.wait() }
  }
}

/// Parts that the ranks of a node fetch from each other's memory.
final class NodeSharing: ParameterSharing {
  let ownedByRank: [[Range<Int>]]
  let byteCount = 0
  private let handover: NodeHandover
  private let arena: UnsafeMutablePointer<Float>
  private let threads: Int
  private let queue = WorkQueue()
  /// What is fetched from where, in pieces.
  private let pieces: [(source: UnsafePointer<Float>, range: Range<Int>)]
  private let rank: Int

  /// Floats of a piece: a fraction of a common second-level cache.
  private static let grain = 16384

  /// - Parameter owned: for each rank, the part of each bucket that it updates.
  init(
    _ owned: [[Range<Int>]], through handover: NodeHandover, arena: UnsafeMutablePointer<Float>, rank: Int, threads: Int
  ) {
    ownedByRank = owned
    self.handover = handover
    self.arena = arena
    self.rank = rank
    self.threads = threads
    let peers = (1..<max(1, owned.count)).map { (rank + $0) % owned.count }
    pieces = peers.flatMap { peer in
      let row = UnsafePointer(handover.row(of: peer))
      return owned[peer].flatMap { range in
        stride(from: range.lowerBound, to: range.upperBound, by: Self.grain).map {
          (row, $0..<min($0 + Self.grain, range.upperBound))
        }
      }
    }
  }

  var copy: UnsafeMutablePointer<Float>? { handover.row(of: rank) }

  func beforeGradients() throws { try handover.awaitRelease() }
  func start(_ bucket: Int) {}

  func finish(hasUpdated: Bool) throws {
    try handover.awaitRelease()
    try handover.offer()
    if hasUpdated {
      queue.parallelItems(count: pieces.count, workers: threads) { item, _ in
        let (source, range) = pieces[item]
        (arena + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
      }
    }
    try handover.release()
  }
}
