internal import Collectives

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
