internal import Collectives
internal import Networks
internal import Platform

/// The optimizer's arrays in the order of the arena, whoever keeps which part of them.
struct OptimizerState {
  let parameters: ParameterUpdate
  /// For each rank, the parts of the arena that it updates; nil: every rank all of it.
  let ownedByRank: [[Range<Int>]]?

  /// One array as long as the arena's trained part; collective where ranks keep slices.
  func whole(_ index: Int, count: Int, cluster: any Cluster) throws -> AlignedBuffer<Float> {
    let own = parameters.state[index]
    // One bucket of everything lies in the order of the arena already.
    if ownedByRank == nil, own.count >= count, parameters.ownPieces.allSatisfy({ $0.state == $0.offset }) { return own }
    let result = AlignedBuffer<Float>(count: max(16, count))
    guard let ownedByRank else {
      copy(parameters.ownPieces, from: UnsafePointer(own.pointer), into: result.pointer)
      return result
    }
    let pieces = ownedByRank.map { parameters.pieces(owned: $0).pieces }
    let longest = pieces.reduce(0) { max($0, $1.last.map { $0.state + $0.count } ?? 0) }
    // In rounds, so that what is under way is small beside the result, and fits into MPI's counts.
    let round = max(1, Self.roundFloats / cluster.size)
    for begin in stride(from: 0, to: longest, by: round) {
      let end = min(own.count, begin + round)
      for (part, pieces) in zip(try cluster.gather(Array(own.elements[min(begin, end)..<end])), pieces) {
        part.withUnsafeBufferPointer { part in
          for piece in pieces {
            let common = (piece.state..<piece.state + piece.count).clamped(to: begin..<begin + part.count)
            guard !common.isEmpty, let base = part.baseAddress else { continue }
            (result.pointer + piece.offset + common.lowerBound - piece.state).update(
              from: base + (common.lowerBound - begin), count: common.count)
          }
        }
      }
      cluster.showProgress()
    }
    return result
  }

  /// Floats of all ranks in one round: 2 MiB, of which a rank has up to three copies that no plan counts. Rounds of 64
  /// MiB took 70 to 100 MB more than the plan's 650 on four ranks.
  private static let roundFloats = 1 << 19

  /// Takes this rank's part of an array over the arena.
  func set(_ index: Int, from whole: UnsafePointer<Float>) {
    for piece in parameters.ownPieces {
      (parameters.state[index].pointer + piece.state).update(from: whole + piece.offset, count: piece.count)
    }
  }

  private func copy(
    _ pieces: [ParameterUpdate.Piece], from state: UnsafePointer<Float>, into whole: UnsafeMutablePointer<Float>
  ) {
    for piece in pieces { (whole + piece.offset).update(from: state + piece.state, count: piece.count) }
  }
}
