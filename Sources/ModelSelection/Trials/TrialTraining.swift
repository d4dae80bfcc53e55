internal import Collectives
internal import Datasets
internal import Metrics
internal import Specs
internal import Training

/// Makes one training of many.
enum TrialTraining {
  /// How it ended.
  enum Ending {
    case result(TrialResult, trace: String?)
    /// It was asked to stop, and nothing is kept of it.
    case stopped
  }

  /// Trains, and judges on the test rows; collective over the cluster that it is given, which may be one rank.
  ///
  /// - Parameters:
  ///   - stop: asked before each step, on the first rank alone.
  ///   - watch: called now and then while it trains, on the first rank alone, with the share of steps that were made.
  static func run(
    _ plan: TrialPlan, threads: Int, cluster: any Cluster, stop: @escaping () -> StopReason?,
    watch: @escaping (Double) -> Void = { _ in }
  ) throws -> Ending {
    var options = TrainerOptions(threads: threads)
    options.shards = plan.shards
    options.sinks = [TrialSink(watch)]
    let trainer = try Trainer(plan.config, data: plan.data, options: options, cluster: cluster)
    let ending: Ending
    do { ending = try train(trainer, stop: stop) } catch {
      // Where all ranks have failed together all come here.
      if error is AgreedFailure || cluster.size == 1 { try trainer.close() }
      throw error
    }
    try trainer.close()
    return ending
  }

  private static func train(_ trainer: Trainer, stop: @escaping () -> StopReason?) throws -> Ending {
    func diverged(_ divergence: Divergence) -> Ending {
      // The trace names ranks; where it diverged is the same on any.
      .result(
        TrialResult(weightsHash: nil, steps: divergence.step, metrics: .object([])), trace: divergence.trace)
    }
    switch try trainer.train(stoppingWhen: stop) {
    case .diverged(let divergence): return diverged(divergence)
    case .stopped, .paused: return .stopped
    case .finished: break
    }
    let results: [(part: DataPart, result: Evaluation.Result)]
    do { results = try trainer.conclude() } catch let divergence as Divergence { return diverged(divergence) }
    let test = results.first { $0.part == .test }?.result
    let scores = test?.metrics.first { $0.name == OutOfFoldScores.kind }
    var points: [MetricCurve.Point] = []
    if case .curve(let curve)? = scores?.content, curve.reason == nil { points = curve.points }
    return .result(
      TrialResult(
        weightsHash: trainer.weightsHash, steps: trainer.stepsTaken, metrics: numbers(test),
        scores: points.map { .init(probability: $0.x, isPositive: $0.y == 1) }),
      trace: nil)
  }

  /// Metrics by name, as a log has them.
  static func numbers(_ result: Evaluation.Result?) -> ConfigValue {
    let report = MetricReport((result?.metrics ?? []).filter { $0.name != OutOfFoldScores.kind })
    return ConfigValue.object(report.members.filter { $0.value.isResult }).sortingKeys
  }
}

extension ConfigValue {
  /// A number, that there is none, or why; no curve.
  fileprivate var isResult: Bool {
    switch self {
    case .number, .integer, .null: true
    case .object(let members): members.allSatisfy { if case .string = $0.value { true } else { false } }
    default: false
    }
  }
}

/// Hears how far a training is.
private final class TrialSink: RunSink {
  private let watch: (Double) -> Void

  init(_ watch: @escaping (Double) -> Void) { self.watch = watch }

  func take(_ event: RunEvent) {
    switch event {
    case .trained(let figures): watch(Double(figures.step) / Double(max(1, figures.steps)))
    case .stepped(let step, let steps, _): watch(Double(step) / Double(max(1, steps)))
    default: break
    }
  }
}
