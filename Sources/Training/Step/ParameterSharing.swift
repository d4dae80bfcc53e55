internal import Collectives

/// Sends the parameters that each rank has updated to all others, bucket by bucket: the second half of a sharded update.
final class ParameterSharing {
  /// Bytes that this rank sends in a step.
  let byteCount: Int
  private let rounds: [any Round]
  /// For each rank, the part of each bucket that it updates.
  let ownedByRank: [[Range<Int>]]

  /// Collective.
  /// - Parameter owned: for each bucket, the part of the arena that this rank updates.
  init(owned: [Range<Int>], arena: UnsafeMutablePointer<Float>, cluster: any Cluster) throws {
    let all = try cluster.gather(owned.flatMap { range in [range.lowerBound, range.upperBound].flatMap(Self.bytes) })
      .map { bytes in stride(from: 0, to: bytes.count, by: 8).map { Self.integer(bytes[$0..<$0 + 8]) } }
    ownedByRank = all.map { bounds in owned.indices.map { bounds[2 * $0]..<bounds[2 * $0 + 1] } }
    let transport = try cluster.makeTransport()
    let peers = (1..<max(1, cluster.size)).map { (cluster.rank + $0) % cluster.size }
    func message(_ peer: Int, _ range: Range<Int>) -> [Message] {
      range.isEmpty
        ? []
        : [
          Message(
            peer: peer, bytes: .init(start: arena + range.lowerBound, count: range.count * MemoryLayout<Float>.size))
        ]
    }
    rounds = try owned.indices.map { bucket in
      try transport.makeRound(
        receives: peers.flatMap { message($0, all[$0][2 * bucket]..<all[$0][2 * bucket + 1]) },
        sends: peers.flatMap { message($0, owned[bucket]) })
    }
    byteCount = peers.count * owned.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size
  }

  /// Lets this rank's part of a bucket go.
  func start(_ bucket: Int) throws { try rounds[bucket].start() }

  /// Returns when all ranks' parts have arrived.
  func finish() throws { for round in rounds { try round.wait() } }

  private static func bytes(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) } }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(Int64(bitPattern: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
  }
}
