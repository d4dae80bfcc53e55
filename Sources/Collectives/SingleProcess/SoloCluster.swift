internal import Platform

/// A cluster of one rank: the identity.
///
/// It needs no MPI, and runs the same algorithms as any other.
package final class SoloCluster: Cluster {
  private var shared: [AlignedMemory] = []
  private var life = ClusterLife()
  private let parent: SoloCluster?

  /// - Parameter host: the machine's name.
  package convenience init(host: String = "localhost") { self.init(host: host, parent: nil) }

  private init(host: String, parent: SoloCluster?) {
    place = Place(host: host, rank: 0, nodes: [[0]])
    self.parent = parent
  }

  package let place: Place
  package var rank: Int { 0 }
  package var size: Int { 1 }

  package func broadcastBytes(_ bytes: [UInt8], from root: Int) -> [UInt8] {
    life.requireOpen()
    return bytes
  }

  package func gatherBytes(_ bytes: [UInt8]) -> [[UInt8]] {
    life.requireOpen()
    return [bytes]
  }

  package func barrier() { life.requireOpen() }
  package func nodeBarrier() { life.requireOpen() }

  package func sharedMemory(byteCount: Int?, isCleared: Bool) throws -> UnsafeMutableRawBufferPointer {
    life.requireOpen()
    guard let byteCount else { throw ClusterError.unstatedSharedMemory(rank: 0) }
    let memory = AlignedMemory(byteCount: byteCount, isCleared: isCleared)
    shared.append(memory)
    return UnsafeMutableRawBufferPointer(start: memory.base, count: byteCount)
  }

  package func makeTransport() -> any Transport {
    life.requireOpen()
    return SoloTransport()
  }

  package func split(color: Int?) -> (any Cluster)? {
    life.requireOpen()
    guard color != nil else { return nil }
    life.beginGroup()
    return SoloCluster(host: place.host, parent: self)
  }

  package func close() {
    life.close()
    shared = []
    parent?.life.endGroup()
  }
}

/// The transport of one rank: nobody to talk to.
final class SoloTransport: Transport {
  var rank: Int { 0 }
  var size: Int { 1 }

  var nodes: [[Int]] { [[0]] }

  func sharedMemory(byteCount: Int) -> [UnsafeMutableRawPointer]? { nil }

  func makeRound(receives: [Message], sends: [Message]) -> any Round {
    precondition(receives.isEmpty && sends.isEmpty, "one rank has no peers")
    return SilentRound()
  }

  func close() {}

  func sumInAnyOrder(_ values: UnsafeMutablePointer<Float>, count: Int) {}

  private final class SilentRound: Round {
    func start() {}
    func test() -> Bool { true }
    func wait() {}
  }
}
