internal import Collectives
internal import Specs
internal import Training

extension TrialRunner {
  /// A group of ranks for each training; collective.
  func together(_ set: any TrialSet, _ pending: [Int]) throws -> [(key: String, result: TrialResult)] {
    let number = cluster.rank * pending.count / cluster.size
    guard let group = try cluster.split(color: number) else { return [] }
    let outcome = try group.result { try one(set, pending[number], group) }
    try group.close()
    return try cluster.agree(describe: describeFailure) {
      switch outcome {
      case .success(let result):
        guard let result, cluster.rank == firstRank(of: number, pending.count) else { return [] }
        try log?.append(key: result.key, result: result.result)
        return [result]
      case .failure(let failure):
        throw RunError(
          ExitCode(rawValue: failure.exitCode) ?? .internalError,
          "\(set.words(of: pending[number])): \(failure.sentence)")
      }
    }
  }

  /// One training of a group.
  func one(_ set: any TrialSet, _ index: Int, _ group: any Cluster) throws -> (key: String, result: TrialResult)? {
    let plan = try set.plan(index)
    let ending = try TrialTraining.run(plan, threads: threads, cluster: group, stop: stopReason) { share in
      self.tell(share, of: 1)
    }
    guard case .result(let result, _) = ending else { return nil }
    return (set.key(of: index), result)
  }

  private func firstRank(of number: Int, _ count: Int) -> Int {
    (0..<cluster.size).first { $0 * count / cluster.size == number } ?? 0
  }
}
