/// Floats that the ranks of one node hand each other after an exchange, in the memory that they summed in.
///
/// Where every rank has the sum of its slice only (``ExchangeRequest/handingOver``), it puts what it made of that slice
/// into its row, at the same place; ``offer()``; fetches the others' slices from their rows; ``release()``. Before it
/// writes partial sums again, ``awaitRelease()``: by then the others have long fetched theirs. It stands in for the
/// meeting that ends other exchanges.
package final class NodeHandover {
  private let memory: NodeMemory
  private let transport: any Transport
  private let offers: any Round
  private let releases: any Round
  private var isReleasing = false

  /// - Parameter flags: the two of each rank's flags to meet at.
  init(_ memory: NodeMemory, flags: (Int, Int), transport: any Transport) {
    self.memory = memory
    self.transport = transport
    offers = memory.meeting(flags.0, rank: transport.rank)
    releases = memory.meeting(flags.1, rank: transport.rank)
  }

  /// The row of a rank: its own to put into before ``offer()``, the others' to fetch from after it.
  package func row(of rank: Int) -> UnsafeMutablePointer<Float> {
    memory.rows(of: rank).assumingMemoryBound(to: Float.self)
  }

  /// Returns when all ranks have put what they hand over.
  package func offer() throws {
    try offers.start()
    try wait(for: offers)
  }

  /// This rank has fetched what it wants.
  package func release() throws {
    try releases.start()
    isReleasing = true
  }

  /// Returns when all ranks have fetched from this rank's row.
  package func awaitRelease() throws {
    guard isReleasing else { return }
    try wait(for: releases)
    isReleasing = false
  }

  private func wait(for round: any Round) throws {
    var patience = Patience()
    while try !round.test() {
      let seconds = patience.pause()
      if seconds > 0.01 { transport.waited(seconds: seconds) }
    }
  }
}
