internal import Collectives
internal import Kernels
internal import Platform

/// Parts that travel as messages, bucket by bucket.
final class MessageSharing: ParameterSharing {
  let ownedByRank: [[Range<Int>]]
  let byteCount: Int
  let copy: UnsafeMutablePointer<Float>? = nil
  private let transport: any Transport
  private let rounds: [any Round]
  private let arena: UnsafeMutablePointer<Float>
  private let threads: Int
  private let queue = WorkQueue()
  /// What arrives, in pieces.
  private let pieces: [Range<Int>]
  /// For each worker whether it has seen what is not finite.
  private let faults: AlignedBuffer<Int>

  /// Floats of a piece.
  private static let grain = 65536

  /// Collective.
  ///
  /// - Parameter owned: for each rank, the part of each bucket that it updates.
  init(_ owned: [[Range<Int>]], arena: UnsafeMutablePointer<Float>, cluster: any Cluster, threads: Int) throws {
    ownedByRank = owned
    self.arena = arena
    self.threads = threads
    faults = AlignedBuffer(count: max(1, threads))
    let transport = try cluster.makeTransport(), own = owned[cluster.rank]
    self.transport = transport
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
    pieces = peers.flatMap { owned[$0] }.flatMap { range in
      stride(from: range.lowerBound, to: range.upperBound, by: Self.grain).map {
        $0..<min($0 + Self.grain, range.upperBound)
      }
    }
    byteCount = peers.count * own.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size
  }

  func close() throws { try transport.close() }

  func beforeGradients() {}
  func start(_ bucket: Int) throws { try rounds[bucket].start() }

  func finish(hasUpdated: Bool) throws -> Bool {
    guard hasUpdated else { return true }
    for round in rounds { try round.wait() }
    faults.pointer.update(repeating: 0, count: threads)
    queue.parallelItems(count: pieces.count, workers: threads) { item, worker in
      let range = pieces[item]
      if !FiniteCheck.holds(arena + range.lowerBound, count: range.count) { faults.pointer[worker] = 1 }
    }
    return (0..<threads).allSatisfy { faults.pointer[$0] == 0 }
  }
}
