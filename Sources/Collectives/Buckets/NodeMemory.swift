internal import Platform

/// What the ranks of one node see of each other in an exchange: partial sums, flags, and the sum they share.
///
/// Each rank's region: its partial sums, its trailer, its flags. The first rank's region goes on with the sum, where
/// all ranks want all of it, and a trailer for every rank of the run.
final class NodeMemory {
  /// The ranks of this node, ascending.
  let ranks: [Int]
  /// The sum, shared, where there is one.
  let sum: UnsafeMutablePointer<Float>?
  private let regions: [UnsafeMutableRawPointer]
  private let rowBytes: [Int]
  private let trailerBytes: Int
  private static let flagLine = 64
  private let trailers: UnsafeMutableRawPointer

  /// Collective. Nil on all ranks when there is not enough room on one of them.
  init?(plan: ReductionPlan, count: Int, trailer: Int, flags: Int, hasSum: Bool, transport: any Transport) throws {
    let ranks = transport.nodes.first { $0.contains(transport.rank) } ?? [transport.rank]
    let row = GradientBuffers.stride(of: count) * MemoryLayout<Float>.size
    let trailerBytes = AlignedMemory.rounded(trailer)
    let rowBytes = ranks.map { max(1, plan.leafCount(of: $0)) * row }
    let own = ranks.firstIndex(of: transport.rank) ?? 0
    let parts = rowBytes.map { $0 + trailerBytes + flags * Self.flagLine }
    let sumBytes = hasSum ? row : 0
    let extra = own == 0 ? sumBytes + plan.ranks * trailerBytes : 0
    guard let regions = try transport.sharedMemory(byteCount: parts[own] + extra) else { return nil }
    self.trailerBytes = trailerBytes
    self.rowBytes = rowBytes
    self.ranks = ranks
    self.regions = regions
    let common = regions[0] + parts[0]
    sum = hasSum ? common.assumingMemoryBound(to: Float.self) : nil
    trailers = common + sumBytes
  }

  private func index(_ rank: Int) -> Int { ranks.firstIndex(of: rank) ?? 0 }

  /// The partial sums of a rank of this node.
  func rows(of rank: Int) -> UnsafeMutableRawPointer { regions[index(rank)] }

  /// The trailer that a rank of this node shows its neighbours.
  func ownTrailer(of rank: Int) -> UnsafeMutableRawPointer { rows(of: rank) + rowBytes[index(rank)] }

  /// Where the trailer of any rank may be left for all ranks of the node.
  func trailer(of rank: Int) -> UnsafeMutableRawPointer { trailers + rank * trailerBytes }

  /// One of a rank's flags, a cache line each.
  func flag(_ flag: Int, of rank: Int) -> SharedFlag {
    SharedFlag(ownTrailer(of: rank) + trailerBytes + flag * Self.flagLine)
  }

  /// A meeting of the ranks of this node at one of their flags: complete when all have come.
  func meeting(_ flag: Int, rank: Int) -> any Round {
    FlagRound(own: self.flag(flag, of: rank), others: ranks.filter { $0 != rank }.map { self.flag(flag, of: $0) })
  }
}

/// Ranks of a node that wait for each other, without messages.
///
/// What a rank wrote before ``start()`` the others see once ``test()`` has said true to them.
private final class FlagRound: Round {
  private let own: SharedFlag
  private let others: [SharedFlag]
  private var turn: UInt64 = 0
  private var seen = 0

  init(own: SharedFlag, others: [SharedFlag]) {
    self.own = own
    self.others = others
  }

  func start() {
    turn += 1
    seen = 0
    own.raise(to: turn)
  }

  func test() -> Bool {
    while seen < others.count {
      guard others[seen].value >= turn else { return false }
      seen += 1
    }
    return true
  }

  func wait() {
    var patience = Patience()
    while !test() { patience.pause() }
  }
}
