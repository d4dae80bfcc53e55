internal import Collectives
internal import Datasets
internal import Dispatch
internal import Foundation
internal import Platform
internal import Specs
internal import Synchronization
internal import Training

extension StageRunner {
  /// Each worker takes one training after the other; collective at its end.
  ///
  /// - Returns: what this rank's workers have done, and how long they have waited for others at a time of the clock.
  func queue(
    _ set: any TrialSet, _ tasks: [StageTask], _ phase: StagePhase
  ) throws -> ([SegmentReport], idle: (Double) -> Double) {
    let place = cluster.place, begin = Clock.now()
    let byIndex = Dictionary(tasks.map { ($0.index, $0) }) { first, _ in first }
    let own = phase.queue.enumerated().filter { $0.offset % place.nodeCount == place.node }.compactMap {
      byIndex[$0.element]
    }
    var rule = SegmentWatch.Rule()
    if phase.joinsBelow > 0 { rule.joinsAt = max(1, own.count - phase.joinsBelow) }
    (rule.least, rule.deadline) = (phase.least, begin + phase.longest)
    let work = QueueWork(
      set: set, own: own, board: board, states: states, log: log, judged: judged, threads: phase.threads, rule: rule,
      host: place.host)
    return try cluster.agree(describe: describeFailure) {
      let done = DispatchSemaphore(value: 0)
      for _ in 0..<phase.workers {
        let thread = Thread {
          work.run()
          done.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
      }
      var left = phase.workers
      while left > 0 {
        if done.wait(timeout: .now() + .milliseconds(20)) == .success { left -= 1 }
        // Others may be done, and wait for this rank.
        cluster.showProgress()
        _ = isStopped()
        tell()
      }
      return try work.outcome()
    }
  }
}

/// What the workers of a rank share.
private final class QueueWork: Sendable {
  private struct State {
    var reports: [SegmentReport] = []
    var ends: [Double] = []
    var failure: (any Error)?
    var log: Log
  }

  /// A file that one worker at a time writes to.
  private struct Log: @unchecked Sendable { let file: TrialLog }

  private let set: any TrialSet
  private let own: [StageTask]
  private let board: StageBoard
  private let states: TrialStates
  private let judged: DataPart
  private let threads: Int
  private let rule: SegmentWatch.Rule
  private let host: String
  private let state: Mutex<State>

  init(
    set: any TrialSet, own: [StageTask], board: StageBoard, states: TrialStates, log: TrialLog, judged: DataPart,
    threads: Int, rule: SegmentWatch.Rule, host: String
  ) {
    (self.set, self.own, self.board, self.states) = (set, own, board, states)
    (self.judged, self.threads, self.rule, self.host) = (judged, threads, rule, host)
    state = Mutex(State(log: Log(file: log)))
  }

  /// Trains what is next until nothing is left, or all come together.
  func run() {
    defer { state.withLock { $0.ends.append(Clock.now()) } }
    let board = board
    while !board.isStopped, Clock.now() < rule.deadline {
      let place = board.take()
      guard place < own.count else { return }
      let task = own[place]
      do {
        let segment = TrialSegment(
          set: set, task: task, states: states, board: board, judged: judged, threads: threads, rule: rule,
          isStopped: { board.isStopped })
        let report = try segment.run(on: SoloCluster(host: host))
        try state.withLock { state in
          if let line = TrialLine(report.line) { try state.log.file.append(key: line.key, result: line.result) }
          state.reports.append(report)
        }
        if !report.line.isEmpty { board.noteEnd() }
      } catch {
        let (code, sentence) = describeFailure(error)
        let named = RunError(ExitCode(rawValue: code) ?? .internalError, "\(set.words(of: task.index)): \(sentence)")
        state.withLock { $0.failure = $0.failure ?? named }
        board.raiseStop()
        return
      }
    }
  }

  func outcome() throws -> ([SegmentReport], idle: (Double) -> Double) {
    let (reports, ends) = try state.withLock { state -> ([SegmentReport], [Double]) in
      if let failure = state.failure { throw failure }
      return (state.reports, state.ends)
    }
    return (reports, { now in ends.reduce(0) { $0 + now - $1 } / Double(max(1, ends.count)) })
  }
}
