internal import Collectives
internal import Datasets
internal import Platform
internal import Specs
internal import Statistics
package import Training

extension Comparison {
  /// What a comparison ended with.
  package enum Outcome {
    case finished(ComparisonReport)
    /// Requested; what was trained is in the log.
    case stopped(StopReason, done: Int, count: Int)
  }

  /// SHA-256 of all that the trainings depend on, and nothing else: not how many repeats there are, nor who trains.
  package var identity: String {
    let value = ConfigValue.object([
      .init("arithmetic", .integer(ArithmeticNumber.current)),
      .init(
        "candidates",
        .array(candidates.map { .object([.init("name", .string($0.name)), .init("config", $0.config.trained)]) })),
      .init("data", .array(trials.dataOfCandidate.map { .string(trials.data[$0].fingerprint) })),
      .init("folds", .integer(options.folds)), .init("rule", .string(trials.plan.rule.word)),
      .init("column", .string(trials.data[0].foldKeys?.column ?? "")), .init("keys", .string(keysHash)),
      .init("metrics", .array(metrics.map { .string($0.name) })), .init("version", .integer(2)),
    ])
    let hash = SHA256()
    Array(value.compactText.utf8).withUnsafeBytes(hash.update)
    return hash.finish()
  }

  /// Of the column that folds heed, which need be no feature and is then in no fingerprint of the data.
  private var keysHash: String {
    guard let keys = trials.data[0].foldKeys else { return "" }
    let hash = SHA256()
    Array(ConfigValue.array(keys.codes.map(ConfigValue.integer)).compactText.utf8).withUnsafeBytes(hash.update)
    return hash.finish()
  }

  /// The plan of looks, where repeats are added until sure.
  var looks: RepeatPlan? {
    options.maxRepeats.map { RepeatPlan(maxRepeats: $0, folds: options.folds, testTrainRatio: meanRatio) }
  }

  /// Of the first repeat: others have folds of the same sizes, but for those of groups.
  private var meanRatio: Double {
    let ratios = (0..<options.folds).map { fold in ratio(FoldedTrials.Place(cycle: 0, fold: fold, candidate: 0)) }
    return Statistics.mean(ratios)
  }

  private func ratio(_ place: FoldedTrials.Place) -> Double { (try? trials.fold(place).testTrainRatio) ?? .nan }

  /// Trains all that is not in the log, repeat after repeat where they are added until sure; collective.
  ///
  /// - Parameters:
  ///   - directory: where the log is; nil: nothing is kept.
  ///   - report: told on the first rank how many trainings of how many are over, now and then.
  package func run(
    in directory: String?, report: @escaping (_ done: Double, _ count: Int) -> Void = { _, _ in }
  ) throws -> Outcome {
    var results = try restore(from: directory)
    let log = try cluster.agree(describe: describeFailure) {
      try directory.map { try TrialLog(directory: $0, identity: identity, rank: cluster.rank) }
    }
    let runner = try TrialRunner(cluster, threads: options.threads, log: log, report: report)
    let looks = looks
    var repeats = looks?.looks.first ?? options.repeats
    while true {
      let all = 0..<trials.index(of: .init(cycle: repeats, fold: 0, candidate: 0))
      let pending = all.filter { results[trials.key(of: $0)] == nil }
      if case .stopped(let reason) = try runner.run(trials, pending, into: &results) {
        return .stopped(reason, done: all.count { results[trials.key(of: $0)] != nil }, count: all.count)
      }
      let made = self.report(results, repeats: repeats, looks: looks)
      guard let looks else { return .finished(made) }
      let comparisons = made.table.sections[0].entries.compactMap(\.comparison)
      switch looks.decide(comparisons, repeats: repeats) {
      case .goOn(let next): repeats = next
      case .decided: return .finished(made.with(.decided))
      case .cannotDecide(let reason): return .finished(made.with(.cannotDecide(reason)))
      }
    }
  }

  /// What the ranks' logs hold; the same on all.
  private func restore(from directory: String?) throws -> [String: TrialResult] {
    guard let directory else { return [:] }
    let own = try cluster.agree(describe: describeFailure) {
      cluster.place.rankOnNode == 0 ? try TrialLog.read(directory, identity: identity) : [:]
    }
    let lines = own.keys.sorted().compactMap { key in
      own[key].map { TrialLine(identity: "", key: key, result: $0).text }
    }
    var results: [String: TrialResult] = [:]
    for line in try cluster.gather(lines).joined() {
      if let line = TrialLine(line) { results[line.key] = line.result }
    }
    return results
  }

  private func report(_ results: [String: TrialResult], repeats: Int, looks: RepeatPlan?) -> ComparisonReport {
    let cells = (0..<repeats).flatMap { cycle in (0..<options.folds).map { (cycle, $0) } }
    let byCandidate = candidates.indices.map { candidate in
      cells.compactMap { results[trials.key(of: .init(cycle: $0.0, fold: $0.1, candidate: candidate))] }
    }
    let ratios = cells.map { ratio(FoldedTrials.Place(cycle: $0.0, fold: $0.1, candidate: 0)) }
    let table = ComparisonTable(
      byCandidate, candidates: candidates.map(\.name), metrics: metrics, ratios: ratios, region: options.region,
      level: looks?.levelOfLook ?? 0.05, seed: trials.seed)
    var report = ComparisonReport(
      table: table, repeats: repeats, folds: options.folds, results: byCandidate, looks: looks)
    report.costs = costFindings(byCandidate, ratio: Statistics.mean(ratios))
    return report
  }

  /// Trains one candidate on one fold alone, with all ranks; collective. All are counted from 0.
  ///
  /// - Returns: what it gave, and where it diverged, in words.
  package func retrain(cycle: Int, fold: Int, candidate: Int) throws -> (result: TrialResult, trace: String?)? {
    let index = trials.index(of: .init(cycle: cycle, fold: fold, candidate: candidate))
    let ending = try TrialTraining.run(
      trials.plan(index), threads: options.threads, cluster: cluster, stop: { StopReason.ofSignal })
    guard case .result(let result, let trace) = ending else { return nil }
    return (result, trace)
  }
}

extension RunConfig {
  /// What a training among many depends on: nothing of files, of messages, of how work is shared.
  var trained: ConfigValue {
    guard case .object(let members) = resolved else { return resolved }
    let shards = ConfigValue.Member("shards", .integer(parallel.shards ?? 1))
    return .object(members.filter { !["name", "output", "checkpoint", "parallel"].contains($0.key) } + [shards])
      .sortingKeys
  }
}
