internal import Collectives
internal import Kernels
internal import Networks

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
    let bytes = try cluster.gather(Array(UnsafeRawBufferPointer(own.elements)))
    for (rank, owned) in ownedByRank.enumerated() {
      let pieces = parameters.pieces(owned: owned).pieces
      let values = bytes[rank].withUnsafeBytes { raw in
        (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        copy(pieces, from: base, into: result.pointer)
      }
    }
    return result
  }

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
