internal import Collectives
internal import Kernels
internal import Platform

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
  /// For each worker whether it has fetched what is not finite.
  private let faults: AlignedBuffer<Int>

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
    faults = AlignedBuffer(count: max(1, threads))
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

  func finish(hasUpdated: Bool) throws -> Bool {
    try handover.awaitRelease()
    try handover.offer()
    faults.pointer.update(repeating: 0, count: threads)
    if hasUpdated {
      queue.parallelItems(count: pieces.count, workers: threads) { item, worker in
        let (source, range) = pieces[item]
        (arena + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
        if !FiniteCheck.holds(arena + range.lowerBound, count: range.count) { faults.pointer[worker] = 1 }
      }
    }
    try handover.release()
    return (0..<threads).allSatisfy { faults.pointer[$0] == 0 }
  }
}
