/// One bucket under way: which of its stages runs, and is it done.
final class StagedBucket {
  private let stages: [Stage]
  /// The stage whose round is under way; `stages.count` when all are done.
  private var current: Int
  private var shardsInUse = 0

  init(_ stages: [Stage]) {
    self.stages = stages
    current = stages.count
  }

  var isDone: Bool { current == stages.count }

  /// Lets the first stage go.
  func start(shardsInUse: Int) throws {
    self.shardsInUse = shardsInUse
    current = 0
    try enter()
  }

  /// Goes on as far as the others' messages allow, without waiting for them.
  ///
  /// - Parameter mayBlock: stages that wait inside may run.
  /// - Returns: whether all stages are done.
  func advance(mayBlock: Bool) throws -> Bool {
    while current < stages.count {
      let stage = stages[current]
      if stage.blocks {
        guard mayBlock else { return false }
        try stage.prepare?(shardsInUse)
        try stage.round.run()
      } else if try !stage.round.test() {
        return false
      }
      try stage.complete?(shardsInUse)
      current += 1
      try enter()
    }
    return true
  }

  /// Starts the round of the current stage, unless it waits inside.
  private func enter() throws {
    guard current < stages.count, !stages[current].blocks else { return }
    try stages[current].prepare?(shardsInUse)
    try stages[current].round.start()
  }
}
