internal import Collectives
internal import Platform

/// Looks at clocks and signals between steps.
final class RunWatch {
  private let isFirst: Bool
  private let minutes: Double
  private let deadline: Double?
  /// Seconds since 1970.
  let stopAt: Double?
  /// What is wrong with what the batch system says of its limit.
  let warning: String?
  private var lastCheckpoint = Clock.now()

  /// - Parameter baggage: what the ranks that the run was on before have seen of these clocks.
  init(
    _ config: RunConfig, environment: ProcessEnvironment, cluster: any Cluster, after baggage: RunBaggage? = nil
  ) {
    isFirst = cluster.rank == 0
    minutes = config.checkpoint.everyMinutes ?? 0
    deadline = (baggage?.secondsToLimit ?? config.training.timeLimit).map { Clock.now() + $0 }
    lastCheckpoint -= baggage?.secondsSinceCheckpoint ?? 0
    let batch = BatchDeadline(environment, now: Clock.date())
    // What is left of the time before the batch system's limit is halved where it is short: once, not at each handover.
    stopAt = baggage?.stopAt ?? batch.stopAt
    warning = isFirst ? batch.warning : nil
  }

  var secondsToLimit: Double? { deadline.map { $0 - Clock.now() } }
  var secondsSinceCheckpoint: Double { Clock.now() - lastCheckpoint }

  func noteCheckpoint() { lastCheckpoint = Clock.now() }

  /// What this rank wants all ranks to know. The first rank watches the time.
  /// - Parameter checkpointSeconds: what checkpoints have cost so far.
  func control(checkpointSeconds: Double) -> Int64 {
    var control = StopReason.ofSignal?.rawValue ?? 0
    guard isFirst else { return control }
    let now = Clock.now()
    if let deadline, now >= deadline { control = max(control, StopReason.timeLimit.rawValue) }
    if let stopAt, Clock.date() > stopAt { control = max(control, StopReason.timeLimit.rawValue) }
    if minutes > 0, now - lastCheckpoint > minutes * 60 { control = max(control, ControlWord.saveNow) }
    return control
  }
}
