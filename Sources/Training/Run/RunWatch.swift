internal import Collectives
internal import Platform

/// Looks at clocks and signals between steps.
final class RunWatch {
  /// The control word for a checkpoint without an end.
  static let saveNow: Int64 = 1

  private let isFirst: Bool
  private let minutes: Double
  private let deadline: Double?
  /// Seconds since 1970.
  private let stopAt: Double?
  /// What is wrong with what the batch system says of its limit.
  let warning: String?
  private var lastCheckpoint = Clock.now()

  init(_ config: RunConfig, environment: ProcessEnvironment, cluster: any Cluster) {
    isFirst = cluster.rank == 0
    minutes = config.checkpoint.everyMinutes ?? 0
    deadline = config.training.timeLimit.map { Clock.now() + $0 }
    let batch = BatchDeadline(environment, now: Clock.date())
    stopAt = batch.stopAt
    warning = isFirst ? batch.warning : nil
  }

  func noteCheckpoint() { lastCheckpoint = Clock.now() }

  /// What this rank wants all ranks to know. The first rank watches the time.
  /// - Parameter checkpointSeconds: what checkpoints have cost so far.
  func control(checkpointSeconds: Double) -> Int64 {
    var control = StopReason.ofSignal?.rawValue ?? 0
    guard isFirst else { return control }
    let now = Clock.now()
    if let deadline, now >= deadline { control = max(control, StopReason.timeLimit.rawValue) }
    if let stopAt, Clock.date() > stopAt { control = max(control, StopReason.timeLimit.rawValue) }
    if minutes > 0, now - lastCheckpoint > minutes * 60 { control = max(control, Self.saveNow) }
    return control
  }
}
