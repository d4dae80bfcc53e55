/// What can go wrong between ranks that is not an error of the network itself.
package enum ClusterError: Error, Equatable {
  /// No allreduce algorithm has this name.
  case unknownAlgorithm(name: String, known: [String])
  /// An allreduce algorithm that is added has the name of another.
  case takenAlgorithm(name: String)
  /// A plan was made for another number of ranks.
  case planForOtherSize(planned: Int, size: Int)
  /// The node's first rank did not state the size of shared memory.
  case unstatedSharedMemory(rank: Int)
  /// A rank left, by an error or by returning, while this one waited for it.
  case peerLeft(rank: Int, waiting: Int)
  /// A message is not of the length the receiver stated.
  case messageLength(from: Int, to: Int, sent: Int, expected: Int)
  /// What a rank sent is not the value that this one reads.
  case unreadable(from: Int, value: String, problem: String)
}

extension ClusterError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownAlgorithm(let name, let known):
      "unknown allreduce '\(name)'; use one of \(known.joined(separator: ", "))"
    case .takenAlgorithm(let name): "there is an allreduce '\(name)' already; give the added one another name"
    case .planForOtherSize(let planned, let size):
      "a plan for \(planned) ranks cannot run on \(size); make the plan from the cluster's size"
    case .unstatedSharedMemory(let rank):
      "rank \(rank) is the first of its node and asked for shared memory without a size; state the size on this rank"
    case .peerLeft(let rank, let waiting):
      "rank \(waiting) waited for rank \(rank), which has left; see that rank's own error"
    case .messageLength(let from, let to, let sent, let expected):
      "rank \(from) sent \(sent) bytes to rank \(to), which expected \(expected); both must run the same config"
    case .unreadable(let from, let value, let problem):
      "rank \(from) sent what cannot be read (\(value): \(problem)); all ranks must run the same build of ptrain with the same config"
    }
  }
}
