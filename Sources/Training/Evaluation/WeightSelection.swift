internal import Datasets
internal import Metrics
internal import Networks
internal import Platform
internal import Specs

/// Which weights are evaluated and handed over: the last ones, their moving average, or those of the best validation.
final class WeightSelection {
  private let network: Network
  private let arena: UnsafeMutablePointer<Float>
  private let average: UnsafeMutablePointer<Float>?
  /// The best validation so far, where one is watched.
  private(set) var best: BestResult?
  let patience: Int?
  let keepsBest: Bool
  /// The best weights so far, where they are kept.
  private(set) var bestWeights: AlignedBuffer<Float>?
  /// Whether the weights that are handed over have taken the arena for good.
  private(set) var isChosen = false
  /// The weights of the last step, where others are handed over.
  private(set) var last: AlignedBuffer<Float>?

  /// - Throws: ``ConfigError`` where validation is watched and there is none, or no such metric.
  init(
    _ config: RunConfig, network: Network, arena: UnsafeMutablePointer<Float>, average: UnsafeMutablePointer<Float>?,
    watching find: ((_ word: String, _ path: String) throws(ConfigError) -> WatchedMetric)?
  ) throws(ConfigError) {
    self.network = network
    self.arena = arena
    self.average = average
    let stopping = config.training.earlyStopping
    patience = stopping?.patience
    keepsBest = config.training.restoresBest
    guard stopping != nil || keepsBest else { return }
    let key = stopping == nil ? "training.restore_best" : "training.early_stopping"
    guard let find else {
      throw ConfigError("this needs validation data; give data.validation, or remove the key", path: key)
    }
    best = BestResult(
      metric: try find(stopping?.metric ?? "loss", key + ".metric"), minimumChange: stopping?.minimumChange ?? 0)
  }

  /// ``bestWeights``, to be read.
  var bestCopy: UnsafePointer<Float>? { bestWeights.map { UnsafePointer($0.pointer) } }

  /// Memory to put the best weights back into.
  func makeBestCopy() -> UnsafeMutablePointer<Float> {
    let weights = bestWeights ?? AlignedBuffer(count: max(16, network.storageCount))
    bestWeights = weights
    return weights.pointer
  }

  /// Goes on from what was noticed before.
  func resume(value: Double?, step: Int, waited: Int) { best?.resume(value: value, step: step, waited: waited) }

  /// The step of the best validation, where one is kept.
  var bestStep: Int? { keepsBest ? best.flatMap { $0.value == nil ? nil : $0.step } : nil }

  /// Runs an evaluation on the weights that would be handed over now: the average takes the arena's place meanwhile.
  func withEvaluatedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average, !isChosen else { return try body() }
    swap(average)
    defer { swap(average) }
    return try body()
  }

  private func swap(_ other: UnsafeMutablePointer<Float>) {
    for index in 0..<network.storageCount { Swift.swap(&arena[index], &other[index]) }
  }

  /// Takes notice of a validation's result.
  /// - Returns: whether training should stop.
  func note(_ result: Evaluation.Result, step: Int) -> Bool {
    guard var best else { return false }
    if best.note(result.value(of: best.metric).value, step: step), keepsBest {
      let weights = bestWeights ?? AlignedBuffer(count: max(16, network.storageCount))
      withEvaluatedWeights { weights.pointer.update(from: arena, count: network.storageCount) }
      bestWeights = weights
    }
    self.best = best
    return isPatienceOver
  }

  /// Whether validation has not got better for too long.
  var isPatienceOver: Bool { patience.map { (best?.waited ?? 0) >= $0 } ?? false }

  /// Puts the weights that are handed over into the arena, for good.
  func choose() {
    guard !isChosen else { return }
    let before = AlignedBuffer<Float>(count: max(16, network.storageCount))
    before.pointer.update(from: arena, count: network.storageCount)
    if let bestWeights {
      arena.update(from: bestWeights.pointer, count: network.storageCount)
    } else if let average {
      arena.update(from: average, count: network.storageCount)
    }
    isChosen = true
    let differs = (0..<network.storageCount).contains { arena[$0].bitPattern != before.pointer[$0].bitPattern }
    last = differs ? before : nil
  }
}
