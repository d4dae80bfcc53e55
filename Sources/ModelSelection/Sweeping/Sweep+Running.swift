internal import Collectives
internal import Datasets
internal import Foundation
internal import Platform
package import Specs
package import Training

extension Sweep {
  /// What a search ended with.
  package enum Outcome {
    /// - waited: the share of their time that ranks waited for others.
    case finished(SweepReport, waited: Double)
    /// Requested; what was trained is kept.
    case stopped(StopReason, done: Int, count: Int)
  }

  /// SHA-256 of all that the trainings and choices depend on, and nothing else: not who trains.
  package var identity: String {
    let rungs = plan.brackets.map { bracket in
      ConfigValue.object([
        .init("first", .integer(bracket.trials.lowerBound)), .init("count", .integer(bracket.trials.count)),
        .init("rungs", .array(bracket.rungs.map { .array([.integer($0.budget.count), .integer($0.survivors)]) })),
      ])
    }
    let value = ConfigValue.object([
      .init("arithmetic", .integer(ArithmeticNumber.current)),
      .init("trials", .array(trials.trials.map(\.config.trained))),
      .init("data", .array(trials.dataOfTrial.map { .string(trials.data[$0].fingerprint) })),
      .init("folds", .integer(request.folds ?? 0)), .init("unit", .string(plan.budget.unit)),
      .init("brackets", .array(rungs)), .init("metric", .string(metric.name)), .init("version", .integer(1)),
    ])
    let hash = SHA256()
    Array(value.compactText.utf8).withUnsafeBytes(hash.update)
    return hash.finish()
  }

  /// What `sweep.json` says of the data.
  package var members: [ConfigValue.Member] {
    var members: [ConfigValue.Member] = [
      .init("arithmetic", .integer(ArithmeticNumber.current)),
      .init("data_fingerprints", .array(trials.data.map { .string($0.fingerprint) })),
    ]
    if let folded = trials.folded {
      members.append(
        .init(
          "folds",
          .object([
            .init("count", .integer(folded.plan.count)), .init("rows", .integer(folded.plan.rows)),
            .init("by", .string(folded.plan.rule.word)),
          ])))
    }
    return members
  }

  /// Trains all that is not in the log, stage after stage: the first rungs of all brackets, then those that follow
  /// them; collective.
  ///
  /// - Parameters:
  ///   - directory: where log and states are.
  ///   - report: told on the first rank how many steps or epochs of how many are over, now and then.
  package func run(
    in directory: String, report: @escaping (_ done: Double, _ count: Int) -> Void = { _, _ in }
  ) throws -> Outcome {
    let identity = identity
    var results = try restore(from: directory, identity)
    let log = try cluster.agree(describe: describeFailure) {
      try TrialLog(directory: directory, identity: identity, rank: cluster.rank)
    }
    var work = SweepWork(plan, folds: trials.folds)
    let runner = try StageRunner(
      cluster, threads: request.threads, in: directory, identity: identity, judged: trials.judged, log: log,
      report: { share in report(work.done(share), work.whole) })
    var sweep = SweepResults(), entrants = plan.brackets.map { Array($0.trials) }
    for stage in 0..<(plan.brackets.map(\.rungs.count).max() ?? 0) {
      let tasks = try tasks(of: stage, entrants)
      try carry(tasks, &results)
      let pending = tasks.filter { results[trials.key(of: $0)] == nil }
      work.begin(stage, tasks: tasks.count, pending: pending.count)
      if case .stopped(let reason) = try runner.run(trials, pending, into: &results) {
        return .stopped(reason, done: results.count, count: work.trainings)
      }
      var halted: [String] = []
      for (number, bracket) in plan.brackets.enumerated() where stage < bracket.rungs.count {
        let rung = bracket.rungs[stage]
        var values: [Int: Double] = [:]
        for trial in entrants[number] {
          let found = (0..<trials.folds).compactMap { results[key(trial, $0, stage)] }
          sweep.outcomes[trial, default: []].append(found)
          values[trial] = sweep.value(of: metric.name, trial: trial, rung: stage)
        }
        let next = rung.survivors(values, greaterIsBetter: metric.higherIsBetter)
        for trial in entrants[number] where !next.contains(trial) {
          halted += (0..<trials.folds).map { trials.key(of: trials.index(trial: trial, fold: $0)) }
        }
        entrants[number] = next
      }
      try runner.drop(halted)
    }
    try runner.removeStates()
    return .finished(SweepReport(plan: plan, metric: metric, results: sweep), waited: try runner.waitedShare())
  }

  private func key(_ trial: Int, _ fold: Int, _ rung: Int) -> String {
    "\(trials.key(of: trials.index(trial: trial, fold: fold))).\(rung + 1)"
  }

  private func tasks(of stage: Int, _ entrants: [[Int]]) throws -> [StageTask] {
    var tasks: [StageTask] = []
    for (number, bracket) in plan.brackets.enumerated() where stage < bracket.rungs.count {
      for trial in entrants[number] {
        for fold in 0..<trials.folds {
          tasks.append(try task(trial, fold, bracket, stage))
        }
      }
    }
    return tasks
  }

  private func task(_ trial: Int, _ fold: Int, _ bracket: Bracket, _ rung: Int) throws -> StageTask {
    let index = trials.index(trial: trial, fold: fold), budget = bracket.rungs[rung].budget
    return StageTask(
      index: index, rung: rung, budget: budget, isLast: rung == bracket.rungs.count - 1,
      steps: Double(try trials.steps(index, upTo: budget)), cost: costs[trial],
      shards: trials.trials[trial].config.parallel.shards ?? 1)
  }

  /// A training that has ended before its place, because validation got no better, is where it is at later places too;
  /// so is one whose config ends it at or before its place.
  private func carry(_ tasks: [StageTask], _ results: inout [String: TrialResult]) throws {
    for task in tasks where task.rung > 0 && results[trials.key(of: task)] == nil {
      let place = trials.place(of: task.index)
      let bracket = plan.brackets[plan.bracket(of: place.trial)]
      guard let earlier = results[key(place.trial, place.fold, task.rung - 1)] else { continue }
      let before = try trials.steps(task.index, upTo: bracket.rungs[task.rung - 1].budget)
      guard try earlier.steps < before || before == trials.steps(task.index, upTo: task.budget) else { continue }
      results[trials.key(of: task)] = earlier
    }
  }

  /// What the ranks' logs hold; the same on all.
  private func restore(from directory: String, _ identity: String) throws -> [String: TrialResult] {
    let own = try cluster.agree(describe: describeFailure) {
      cluster.place.rankOnNode == 0 ? try TrialLog.read(directory, identity: identity, of: "sweep") : [:]
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

  /// Trains one trial alone up to a rung, with all ranks; collective. All are counted from 0.
  ///
  /// - Returns: what it gave; nil: it was asked to stop.
  package func retrain(trial: Int, rung: Int, fold: Int) throws -> TrialResult? {
    let bracket = plan.brackets[plan.bracket(of: trial)]
    let task = try task(trial, fold, bracket, rung)
    let segment = TrialSegment(
      set: trials, task: task, states: nil, board: try StageBoard(cluster), judged: trials.judged,
      threads: request.threads, rule: .init(), isStopped: { StopReason.ofSignal != nil })
    return TrialLine(try segment.run(on: cluster).line)?.result
  }

  /// Refuses a directory whose `sweep.json` another search has written.
  package func requireOwn(_ directory: String) throws {
    let path = directory + "/" + SweepReport.fileName
    guard FileManager.default.fileExists(atPath: path) else { return }
    let bytes = try RegularFile.contents(path, remedy: "choose another --output")
    guard let value = try? ConfigValue.parse(Data(bytes), file: path), value["identity"] == .string(identity) else {
      throw TrialLog.foreign(path, of: "sweep")
    }
  }
}
