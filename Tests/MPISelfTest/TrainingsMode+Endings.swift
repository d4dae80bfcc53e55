import Collectives
import CollectivesMPI
import Specs
import Training

// Groups that end in different ways at the same time.

extension TrainingsMode {
  /// What a group does, and what comes of it.
  private enum Task: CaseIterable {
    case diverge
    case finish
    case stop
    case missData
    case misfitConfig
    case misfitRows
    case failMidway

    var ending: String {
      switch self {
      case .diverge: "diverged"
      case .finish: "finished"
      case .stop: "stopped (time limit) after step 3"
      case .missData: "failed with 66"
      case .misfitConfig: "failed with 78"
      case .misfitRows: "failed with 65"
      case .failMidway: "failed with 70"
      }
    }
  }

  /// Each group ends in another way than its neighbours, by the round; then the whole trains as if nothing had been.
  ///
  /// Who is done waits for the others in the whole: had anything that one group meets become another's, or everybody's,
  /// the run would be over, and were anything waited for in vain, the watchdog would end it.
  func endInManyWays(
    _ kinds: TrainingKinds, round: Int, groups: Int, _ whole: MPICluster, known: [String: String]
  ) throws {
    for shift in Task.allCases.indices {
      func task(of rank: Int) -> Task { Task.allCases[(round + shift + rank % groups) % Task.allCases.count] }
      guard let group = try whole.split(color: whole.rank % groups) else { return }
      let ending = try perform(task(of: whole.rank), kinds, group, known: known)
      try group.close()
      let endings = try whole.gather(ending), expected = endings.indices.map { task(of: $0).ending }
      try require(whole, endings == expected ? nil : "\(groups) groups ended in \(endings), expected \(expected)")
    }
    let ending = try perform(.finish, kinds, whole, known: known)
    try require(whole, ending == Task.finish.ending ? nil : "the whole then \(ending)")
  }

  /// - Returns: how it ended, in words.
  private func perform(
    _ task: Task, _ kinds: TrainingKinds, _ group: any Cluster, known: [String: String]
  ) throws -> String {
    let kind =
      switch task {
      case .diverge: kinds.diverging
      case .stop: kinds.endless
      case .misfitConfig: kinds.unfit[0]
      case .misfitRows: kinds.unfit[1]
      case .finish, .missData, .failMidway: kinds.all[6]
      }
    let made = try group.result {
      if task == .missData { try kinds.loadMissing(group) }
      return try trainer(kind, group)
    }
    switch made {
    case .failure(let failure): return "failed with \(failure.exitCode)"
    case .success(let trainer):
      let result = try group.result { try train(trainer, task, group, hash: known[kind.name]) }
      try trainer.close()
      switch result {
      case .success(let ending): return ending
      case .failure(let failure): return "failed with \(failure.exitCode)"
      }
    }
  }

  private func train(_ trainer: Trainer, _ task: Task, _ group: any Cluster, hash: String?) throws -> String {
    let outcome = try trainer.train(stoppingWhen: {
      task == .stop && trainer.stepsTaken >= 2 ? .timeLimit : nil
    })
    switch outcome {
    case .stopped(let reason): return "stopped (\(reason.words)) after step \(trainer.stepsTaken)"
    case .paused: return "paused after step \(trainer.stepsTaken)"
    case .diverged: return "diverged"
    case .finished: break
    }
    // One rank finds something that the others of its group have to hear of.
    if task == .failMidway {
      try require(group, group.rank == group.size - 1 ? "the last rank of a group found something" : nil)
    }
    _ = try trainer.conclude()
    let found = trainer.weightsHash
    return found == hash ? "finished" : "finished with other weights: \(found)"
  }
}
