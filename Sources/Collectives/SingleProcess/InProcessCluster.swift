internal import Foundation
internal import Synchronization

/// Ranks as threads of this process: to test whatever is written against ``Cluster``, without a launcher.
package final class InProcessCluster: Cluster {
  package let rank: Int
  package let size: Int
  private let session: InProcessSession
  private let parent: InProcessCluster?
  private var life = ClusterLife()
  /// Groups that have been made of this cluster's ranks, with or without this one.
  private var splits = 0

  init(rank: Int, session: InProcessSession, parent: InProcessCluster? = nil) {
    self.rank = rank
    self.size = session.size
    self.session = session
    self.parent = parent
  }

  /// Runs `body` on `size` ranks, each in a thread of its own, and returns their results in rank order.
  ///
  /// - Parameter ranksPerNode: as many neighbours play to be on one node; nil: all.
  /// - Throws: the error of the lowest rank that failed by itself; other ranks that waited for it are let go.
  package static func run<Value: Sendable>(
    size: Int, ranksPerNode: Int? = nil, _ body: @escaping @Sendable (InProcessCluster) throws -> Value
  ) throws -> [Value] {
    let outcomes = outcomes(size: size, ranksPerNode: ranksPerNode, body)
    let failures = outcomes.compactMap { outcome in
      if case .failure(let error) = outcome { error } else { nil }
    }
    let causes = failures.filter { error in
      if case .peerLeft = error as? ClusterError { false } else { true }
    }
    if let cause = causes.first ?? failures.first { throw cause }
    return try outcomes.map { try $0.get() }
  }

  /// As ``run(size:_:)``, but returns every rank's own result or error.
  package static func outcomes<Value: Sendable>(
    size: Int, ranksPerNode: Int? = nil, _ body: @escaping @Sendable (InProcessCluster) throws -> Value
  ) -> [Result<Value, any Error>] {
    let session = InProcessSession(size: size, ranksPerNode: ranksPerNode ?? size)
    let results = ResultBoard<Value>()
    let done = DispatchGroup()
    for rank in 0..<size {
      done.enter()
      let thread = Thread {
        let result = Result { try body(InProcessCluster(rank: rank, session: session)) }
        results.byRank.withLock { $0[rank] = result }
        session.leave(rank)
        done.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    done.wait()
    let byRank = results.byRank.withLock { $0 }
    return (0..<size).compactMap { byRank[$0] }
  }

  package var place: Place { Place(host: "localhost", rank: rank, nodes: session.nodes) }

  package func broadcastBytes(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try gatherBytes(rank == root ? bytes : [])[root]
  }

  package func gatherBytes(_ bytes: [UInt8]) throws -> [[UInt8]] {
    life.requireOpen()
    return try session.gatherBytes(bytes, rank: rank)
  }

  package func barrier() throws {
    _ = try gatherBytes([])
  }

  package func nodeBarrier() throws {
    try barrier()
  }

  package func sharedMemory(byteCount: Int?, isCleared: Bool) throws -> UnsafeMutableRawBufferPointer {
    life.requireOpen()
    guard let region = try session.share(byteCount: byteCount, rank: rank) else {
      throw ClusterError.unstatedSharedMemory(rank: session.leader(of: rank))
    }
    return region
  }

  package func makeTransport() -> any Transport {
    life.requireOpen()
    return InProcessTransport(rank: rank, session: session, channel: session.openChannel(rank: rank))
  }

  package func split(color: Int?) throws -> (any Cluster)? {
    let colors = try gather(color)
    splits += 1
    guard let layout = GroupLayout(of: rank, colors: colors, nodes: session.nodes) else { return nil }
    life.beginGroup()
    return InProcessCluster(rank: layout.rank, session: session.group(layout, ofSplit: splits), parent: self)
  }

  /// Groups made of these ranks that not all of theirs have closed.
  package var openGroupCount: Int { session.groupCount }

  package func close() throws {
    life.close()
    // Also where a peer has left: the parent hears of that itself.
    defer { parent?.life.endGroup() }
    _ = try session.gatherBytes([], rank: rank)
    session.close(within: parent?.session)
  }

  private final class ResultBoard<Value: Sendable>: Sendable {
    let byRank = Mutex<[Int: Result<Value, any Error>]>([:])
  }
}
