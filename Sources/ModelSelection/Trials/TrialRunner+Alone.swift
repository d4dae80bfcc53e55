internal import Collectives
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Platform
internal import Specs
internal import Synchronization
internal import Training

extension TrialRunner {
  /// Each worker trains by itself; collective at its end.
  func alone(_ set: any TrialSet, _ pending: [Int]) throws -> [(key: String, result: TrialResult)] {
    let place = cluster.place
    let own = pending.enumerated().filter { $0.offset % place.nodeCount == place.node }.map(\.element)
    return try cluster.agree(describe: describeFailure) {
      let share = max(1, (pending.count + cluster.size - 1) / cluster.size), workers = min(threads, share)
      let work = LoneWork(
        set: set, own: own, board: board, log: log, threads: max(1, threads / workers), host: place.host)
      let done = DispatchSemaphore(value: 0)
      for _ in 0..<workers {
        let thread = Thread {
          work.run()
          done.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
      }
      var left = workers
      while left > 0 {
        if done.wait(timeout: .now() + .milliseconds(20)) == .success { left -= 1 }
        // Others may be done, and wait for this rank.
        cluster.showProgress()
        _ = stopReason()
        tellOfNode(pending.count)
      }
      // The first rank says how far the others of its node are, as long as they bring something to an end; then it
      // waits as they would, so that one that is stopped or stuck is found.
      var ended = board.ended, since = Clock.now()
      while cluster.rank == 0, board.ended < own.count, !board.isStopped, Clock.now() - since < Self.patience {
        if board.ended != ended { (ended, since) = (board.ended, Clock.now()) }
        usleep(20_000)
        cluster.showProgress()
        _ = stopReason()
        tellOfNode(pending.count)
      }
      return try work.outcome()
    }
  }

  /// Seconds without the end of a training.
  private static var patience: Double { 5 }

  /// Nodes are about equally far.
  private func tellOfNode(_ count: Int) {
    tell(min(Double(count), Double(board.ended * cluster.place.nodeCount)), of: count)
  }
}

/// What the workers of a rank share.
private final class LoneWork: Sendable {
  private struct State {
    var results: [(key: String, result: TrialResult)] = []
    var failure: (any Error)?
    var log: Log
  }

  /// A file that one worker at a time writes to.
  private struct Log: @unchecked Sendable { let file: TrialLog? }

  private let set: any TrialSet
  private let own: [Int]
  private let board: TrialBoard
  private let threads: Int
  private let host: String
  private let state: Mutex<State>

  init(set: any TrialSet, own: [Int], board: TrialBoard, log: TrialLog?, threads: Int, host: String) {
    (self.set, self.own, self.board, self.threads) = (set, own, board, threads)
    self.host = host
    state = Mutex(State(log: Log(file: log)))
  }

  /// Trains what is next until nothing is left.
  func run() {
    let board = board
    while !board.isStopped {
      let place = board.take()
      guard place < own.count else { return }
      do {
        let plan = try set.plan(own[place])
        let ending = try TrialTraining.run(
          plan, threads: threads, cluster: SoloCluster(host: host),
          stop: { board.isStopped ? .termination : nil })
        guard case .result(let result, _) = ending else { return }
        try state.withLock { state in
          let key = set.key(of: own[place])
          try state.log.file?.append(key: key, result: result)
          state.results.append((key, result))
        }
        board.noteEnd()
      } catch {
        let (code, sentence) = describeFailure(error)
        let named = RunError(
          ExitCode(rawValue: code) ?? .internalError, "\(set.words(of: own[place])): \(sentence)")
        state.withLock { $0.failure = $0.failure ?? named }
        board.raiseStop()
        return
      }
    }
  }

  func outcome() throws -> [(key: String, result: TrialResult)] {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.results
    }
  }
}
