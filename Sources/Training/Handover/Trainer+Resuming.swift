package import Collectives
internal import Datasets
internal import Kernels
internal import Metrics
internal import Networks
internal import Platform
package import Specs

extension Trainer {
  /// Goes on with a training that other ranks have begun; collective.
  ///
  /// - Parameters:
  ///   - config: that it was begun with, where these ranks have it; nil: as the training tells it.
  ///   - data: those that it was begun with, or what its view was made of, as these ranks have loaded them.
  ///   - registries: those that its config was read with.
  package convenience init(
    resuming suspended: SuspendedTraining, config: RunConfig? = nil, data: LoadedData, options: TrainerOptions,
    registries: Registries = .standard,
    cluster: any Cluster
  ) throws {
    let data = try cluster.agree(describe: describeFailure) {
      let data = try suspended.view.map { try data.with($0) } ?? data
      guard data.fingerprint == suspended.fingerprint else {
        throw RunError(
          .internalError, "a training is handed over to ranks with other data; load the same on all before it begins")
      }
      return data
    }
    try self.init(
      try config ?? RunConfig(suspended.config, registries: registries), data: data, options: options, cluster: cluster,
      resumedShards: suspended.shards)
    resume(suspended)
  }

  /// Goes on from where the training was suspended.
  private func resume(_ suspended: SuspendedTraining) {
    precondition(suspended.weights.count == arena.count, "a training is resumed by another build")
    func put(_ array: AlignedBuffer<Float>, into target: UnsafeMutablePointer<Float>) {
      target.update(from: array.pointer, count: network.storageCount)
    }
    put(suspended.weights, into: arena.pointer)
    if let array = suspended.average, let average = parameters.average { put(array, into: average.pointer) }
    if let array = suspended.best { put(array, into: selection.makeBestCopy()) }
    let optimizer = executor.optimizerState
    for (index, array) in suspended.optimizer.enumerated() { optimizer.set(index, from: array.pointer) }
    for waiting in suspended.waiting {
      waitingSince[waiting.key] =
        MetricReport([MetricValue(waiting.name, .nan, because: waiting.reason)])[waiting.name]
    }
    // All ranks' traces are looked through for the first one; one of them is enough.
    if cluster.rank == 0 { lastSkipped = suspended.lastSkipped }
    goOn(from: suspended.state)
  }
}
