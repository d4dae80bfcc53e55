internal import Collectives
internal import Dispatch
internal import Foundation
internal import Platform
internal import Specs

/// Writes checkpoints while training goes on: every rank its tensors, on a thread of its own; the first rank completes
/// them.
///
/// ``begin(step:members:best:copy:)`` waits for nothing but an earlier checkpoint; when all ranks know that
/// all files are on the disk (``writtenStep`` of each, exchanged with a step), ``complete()`` makes it whole.
final class CheckpointWriter {
  private struct Pending {
    var step: Int
    var members: [ConfigValue.Member]
    var best: Int?
  }

  /// What the background thread leaves behind.
  private final class Outcome: @unchecked Sendable {
    var part: Result<CheckpointStore.Part, any Error>?
    var commitFailure: (any Error)?
  }

  let store: CheckpointStore
  /// Those of the first rank.
  private let locks: RunLocks?
  private let cluster: any Cluster
  private let keep: Int
  private let queue = DispatchQueue(label: "ptrain.checkpoint", qos: .utility)
  private let warn: (String) -> Void
  private var pending: Pending?
  private var outcome = Outcome()
  private let memory = SnapshotMemory()
  /// 0 once this rank's file is on the disk, or cannot be.
  private let open = SharedCounters(count: 1)
  /// Seconds of training that waited for checkpoints.
  private(set) var seconds = 0.0
  /// Checkpoints begun.
  private(set) var count = 0

  init(
    _ store: CheckpointStore, locks: RunLocks?, cluster: any Cluster, keep: Int, warn: @escaping (String) -> Void
  ) {
    self.store = store
    self.locks = locks
    self.cluster = cluster
    self.keep = keep
    self.warn = warn
  }

  /// The step of the checkpoint whose file this rank has written, waiting for the others; -1: none.
  var writtenStep: Int64 {
    guard let pending, open.value(of: 0) == 0 else { return -1 }
    return Int64(pending.step)
  }

  /// The step of the checkpoint under way.
  var pendingStep: Int? { pending?.step }

  /// Hands copies to the background thread; collective, because an earlier checkpoint is completed first.
  func begin(
    step: Int, members: [ConfigValue.Member], best: Int?, copy: (SnapshotMemory) throws -> Void
  ) throws {
    let start = Clock.now()
    defer { seconds += Clock.now() - start }
    if pending != nil { try complete() }
    // The last file is on the disk, so its copies are free.
    try copy(memory)
    pending = Pending(step: step, members: members, best: best)
    count += 1
    open.set(0, to: 1)
    let (outcome, store, locks, rank, open, memory) = (outcome, store, locks, cluster.rank, open, memory)
    outcome.part = nil
    queue.async {
      // Denormal weights are not there to be flushed: this thread only moves bits.
      outcome.part = Result {
        try locks?.prepareCheckpoint()
        return try store.writePart(memory.sources, rank: rank, step: step)
      }
      open.countDown(0)
    }
  }

  /// Makes the pending checkpoint whole, once every rank has written its file; collective.
  ///
  /// - Parameter synchronously: returns when it is on the disk; otherwise the first rank finishes it in the background.
  /// - Returns: whether every rank's file could be written.
  @discardableResult
  func complete(synchronously: Bool = false) throws -> Bool {
    guard let pending else { return true }
    let start = Clock.now()
    defer { seconds += Clock.now() - start }
    awaitDisk()
    self.pending = nil
    var part: CheckpointStore.Part?, problem: String?
    switch outcome.part {
    case .success(let written)?: part = written
    case .failure(let error)?: problem = describeFailure(error).sentence
    case nil: problem = "no file was written"
    }
    let reports = try cluster.gather(part, problem)
    for (rank, (_, problem)) in reports.enumerated() {
      guard let problem else { continue }
      if cluster.rank == 0 {
        // A directory that is not this run's any more is more than a checkpoint that cannot be written.
        try LoneFailure.wrap { try locks?.verify() }
        warn("no checkpoint of step \(pending.step): rank \(rank): \(problem); training goes on")
        store.abandon(step: pending.step)
      }
      return false
    }
    var isWhole = true
    if cluster.rank == 0 {
      let parts = reports.compactMap { part, _ in part }
      let (store, locks, keep, outcome, warn) = (store, locks, keep, outcome, WarningHandle(warn))
      queue.async {
        // A run that has lost its lock hears of it at its next line, and writes nothing more.
        do { try locks?.verify() } catch {
          outcome.commitFailure = error
          return
        }
        do {
          try store.commit(
            step: pending.step, parts: parts, members: pending.members, keep: keep, best: pending.best)
          outcome.commitFailure = nil
        } catch {
          outcome.commitFailure = error
          warn.call(
            "no checkpoint of step \(pending.step): \(describeFailure(error).sentence); training goes on")
          store.abandon(step: pending.step)
        }
      }
      if synchronously {
        awaitDisk()
        isWhole = outcome.commitFailure == nil
        if !isWhole { try LoneFailure.wrap { try locks?.verify() } }
      }
    }
    guard synchronously else { return true }
    return try cluster.broadcast(isWhole, from: 0)
  }

  /// Returns when nothing is being written any more; collective.
  func finish() throws {
    try complete(synchronously: true)
    awaitDisk()
  }

  /// Returns when the background thread has nothing left to do; a slow disk is no silence.
  private func awaitDisk() {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    while done.wait(timeout: .now() + .milliseconds(100)) == .timedOut { cluster.relaySigns() }
  }
}

/// Lets a closure travel to the background thread: it writes one line to standard error.
private struct WarningHandle: @unchecked Sendable {
  let call: (String) -> Void
  init(_ call: @escaping (String) -> Void) { self.call = call }
}

extension CheckpointStore.Part: Portable {
  init(from reader: inout PortableReader) throws {
    self.init(file: try reader.read(), bytes: try reader.read(), hash: try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(file)
    writer.write(bytes)
    writer.write(hash)
  }
}
