package import Collectives
internal import Platform
package import Specs

extension RunLocks {
  /// Decides how a run begins, and takes the locks of its directories unless it has nothing to do; collective.
  ///
  /// - Returns: the locks, nil on all ranks but the first.
  /// - Throws: the agreed failure, 78 where another process writes to one of the directories.
  package static func begin(
    _ config: RunConfig, options: RunOptions, mode: ResumeMode, cluster: any Cluster
  ) throws -> (start: RunStart, locks: RunLocks?) {
    let first = try RunStart.decide(config, options: options, mode: mode, cluster: cluster)
    if case .finished = first { return (first, nil) }
    let locks = try cluster.agree(describe: describeFailure) { () -> RunLocks? in
      guard cluster.rank == 0 else { return nil }
      let locks = RunLocks(
        run: options.outputDirectory, checkpoints: options.checkpointDirectory(config),
        environment: options.environment, warn: { StandardError.write("warning: \($0)") })
      try locks.take(progress: cluster.showProgress)
      return locks
    }
    // Who held a lock meanwhile may have finished the run.
    let start = try RunStart.decide(config, options: options, mode: mode, cluster: cluster)
    guard case .finished = start else { return (start, locks) }
    locks?.release()
    return (start, nil)
  }
}
