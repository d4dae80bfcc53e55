internal import Collectives
internal import Networks
internal import Platform
internal import Specs

extension Trainer {
  /// The arrays that make up its state.
  var tensors: CheckpointTensors {
    CheckpointTensors(
      network: network, arena: arena.pointer, average: parameters.average?.pointer, optimizer: executor.optimizerState)
  }

  /// What it remembers beside them.
  var state: RunState {
    var state = RunState()
    state.step = stepsTaken
    (state.stepsDone, state.emptySteps, state.skippedSteps) = (
      executor.stepsDone, executor.emptySteps, executor.skippedSteps
    )
    (state.epochMean, state.interval) = (epochMean, interval)
    if let best = selection.best { state.best = (best.value, best.step, best.waited) }
    state.plateau = plateau
    state.seconds = seconds
    return state
  }

  /// Goes on from a state.
  ///
  /// - Parameter arrays: those of ``tensors``, whole and the same on all ranks.
  func restore(_ state: RunState, _ arrays: [NamedTensor]) throws {
    try tensors.restore(arrays) { selection.makeBestCopy() }
    goOn(from: state)
  }

  /// Goes on from what a training remembers beside its arrays, which are in their places.
  func goOn(from state: RunState) {
    selection.resume(value: state.best.value, step: state.best.step, waited: state.best.waited)
    plateau = state.plateau
    executor.resume(stepsDone: state.stepsDone, emptySteps: state.emptySteps, skippedSteps: state.skippedSteps)
    (epochMean, interval, stepsTaken) = (state.epochMean, state.interval, state.step)
    earlierSeconds = state.seconds
  }

  /// Begins with weights that have the names and shapes of this network's.
  ///
  /// - Returns: the names that keep their first values; nil: all do.
  func warmStart(with arrays: [NamedTensor]) -> [String]? {
    var missing: [String] = []
    for tensor in network.tensors {
      guard let array = arrays.first(where: { $0.name == tensor.name }), array.shape == tensor.shape.extents else {
        missing.append(tensor.name)
        continue
      }
      network.setValues(array.values, of: tensor, in: arena.pointer)
    }
    guard missing.count < network.tensors.count else { return nil }
    parameters.average?.pointer.update(from: arena.pointer, count: network.storageCount)
    executor.renewDerived()
    return missing
  }
}
