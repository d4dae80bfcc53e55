internal import Collectives
internal import Datasets
internal import Metrics
internal import Networks
internal import Platform
package import Specs

/// A training between two steps, apart from any ranks: all that others need to go on with it, to the same bits.
///
/// ``Trainer/suspend()`` makes it, ``travel(_:through:)`` takes it to other ranks, and a trainer is made of it there. A
/// file is in no part of that; what is saved in checkpoints is saved by the ``Run``.
package struct SuspendedTraining {
  /// A watched result that has had no value yet, and why.
  struct Waiting: Equatable {
    /// The key of what watches it.
    var key: String
    var name: String
    var reason: String
  }

  /// The config with defaults filled in.
  package let config: ConfigValue
  /// Into how many shards its batches are cut, whoever computes them.
  package let shards: Int
  /// That of the data that it learns from.
  package let fingerprint: String
  /// The rows that it learns from, where they are a view of the data; nil: all.
  let view: DataView?
  let state: RunState
  let waiting: [Waiting]
  /// What was not finite in the last step that was skipped, in words.
  let lastSkipped: NonFiniteTrace?
  /// The arena: parameters and states.
  let weights: AlignedBuffer<Float>
  let average: AlignedBuffer<Float>?
  /// The best weights so far.
  let best: AlignedBuffer<Float>?
  /// The optimizer's arrays, in the order of the arena.
  let optimizer: [AlignedBuffer<Float>]

  /// What its run remembers beside it; nil: it has none.
  var run: RunBaggage?

  /// Steps that were made.
  package var stepsTaken: Int { state.step }
  /// Bytes of its arrays.
  package var byteCount: Int { arrays.reduce(0) { $0 + $1.count * MemoryLayout<Float>.size } }

  var arrays: [AlignedBuffer<Float>] { [weights] + [average, best].compactMap { $0 } + optimizer }
}

extension Trainer {
  /// Takes a training that stands between two steps from its ranks, and closes the trainer; collective.
  ///
  /// - Returns: the training, whole on each of the ranks.
  package func suspend() throws -> SuspendedTraining {
    precondition(!selection.isChosen, "a training is suspended that was concluded")
    cluster.enter(.handingOver)
    let optimizer = executor.optimizerState
    let arrays = try optimizer.parameters.stateNames.indices.map {
      try optimizer.whole($0, count: network.arenaCount, cluster: cluster)
    }
    let suspended = SuspendedTraining(
      config: config.resolved, shards: shards, fingerprint: data.fingerprint, view: data.prepared.dataView,
      state: state,
      waiting: waitingSince.sorted { $0.key < $1.key }.map {
        .init(key: $0.key, name: $0.value.name, reason: $0.value.reason ?? "")
      },
      lastSkipped: executor.skippedSteps > 0 ? try firstTrace(lastSkipped)?.trace : nil, weights: arena,
      average: parameters.average, best: selection.bestWeights, optimizer: arrays)
    try close()
    return suspended
  }
}
