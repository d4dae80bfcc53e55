package import Collectives
internal import Datasets
internal import Metrics
internal import Networks
internal import Specs
internal import Statistics
internal import Training

/// Candidates that are compared by cross-validation: everybody on the same folds, with the same seeds.
///
/// In each repeat there are new folds, and in each fold new first weights and a new order of samples, the same for all
/// candidates in it. All that can be refused is refused when it is made, before anything is trained.
package final class Comparison {
  package let candidates: [Candidate]
  package let metrics: [ComparedMetric]
  package let options: ComparisonOptions
  /// What a person should know before it begins.
  package private(set) var notes: [String] = []
  /// What mistakes between two classes cost, where that is said.
  let costs: CostCurve.Costs?
  /// Of each candidate the probability, as its networks have it, from which the second of two classes should be the
  /// cheaper one.
  let standards: [Double?]
  let trials: FoldedTrials
  let cluster: any Cluster

  /// Reads the data, cuts the folds, and looks whether each candidate can be trained; collective.
  ///
  /// - Throws: the agreed failure of what cannot be used.
  package init(_ candidates: [Candidate], options: ComparisonOptions, cluster: any Cluster) throws {
    (self.options, self.cluster) = (options, cluster)
    let (data, dataOfCandidate) = try Self.load(candidates, options, cluster)
    let first = data[0], description = first.description
    let rows = description.count(of: .train)
    let classes = Self.classes(of: first)
    let rule = FoldRule(options.request, keys: first.foldKeys, classes: classes)
    let plan = try FoldPlan(rows: rows, count: options.folds, rule: rule, column: first.foldKeys?.column ?? "")
    let predictions = try cluster.agree(describe: describeFailure) {
      try zip(candidates, dataOfCandidate).map { candidate, number in
        try Self.requireTargets(of: candidate, data[number], file: options.configFile)
      }
    }
    let choice = try MetricChoice(
      options.metrics, reference: candidates[0].config,
      kinds: MetricChoice.kinds(description, predictions: predictions))
    var complete = candidates
    let costs = Self.costs(candidates, description)
    self.costs = costs
    for index in complete.indices {
      choice.complete(&complete[index].config)
      if costs != nil, predictions[index].hasClassProbabilities {
        complete[index].config.metrics.append(OutOfFoldScores())
      }
    }
    self.candidates = complete
    let trials = FoldedTrials(
      candidates: complete, data: data, dataOfCandidate: dataOfCandidate, plan: plan, kept: options.threads + 2)
    self.trials = trials
    let looks = try cluster.agree(describe: describeFailure) {
      try complete.indices.map { try Self.look(at: $0, trials, costs, options) }
    }
    standards = looks.map(\.standard)
    metrics = try choice.metrics(zip(complete, looks).map { ($0.name, $1.names) })
    if cluster.rank == 0 { notes = first.notes + self.notes(classes: classes) }
  }

  /// Reads each training source once, whatever candidates do with it.
  static func load(
    _ candidates: [Candidate], _ options: ComparisonOptions, _ cluster: any Cluster
  ) throws -> (data: [LoadedData], ofCandidate: [Int]) {
    var keys: [String] = [], data: [LoadedData] = [], numbers: [Int] = []
    for candidate in candidates {
      let key = candidate.config.dataKey
      if let known = keys.firstIndex(of: key) {
        numbers.append(known)
        continue
      }
      var config = candidate.config
      config.data.folds = options.request
      // It chooses the rows of fractions.
      config.seed = candidates[0].config.seed
      var run = RunOptions(baseDirectory: options.baseDirectory, outputDirectory: "", threads: 1)
      run.environment = options.environment
      let read: LoadedData
      do { read = try LoadedData(config, options: run, cluster: cluster) } catch var failure as AgreedFailure {
        if candidates.count > 1, !keys.isEmpty {
          failure.sentence = "candidate '\(candidate.name.excerpt(80))': \(failure.sentence)"
        }
        throw failure
      }
      if let first = data.first {
        try cluster.agree(describe: describeFailure) { try requireSame(read, candidate, as: first, candidates[0]) }
      }
      keys.append(key)
      data.append(read)
      numbers.append(data.count - 1)
    }
    return (data, numbers)
  }

  /// Refuses candidates that learn from other rows, or predict something else.
  private static func requireSame(
    _ data: LoadedData, _ candidate: Candidate, as first: LoadedData, _ reference: Candidate
  ) throws(RunError) {
    let pair = "candidates '\(reference.name.excerpt(80))' and '\(candidate.name.excerpt(80))'"
    guard data.description.targetKind == first.description.targetKind else {
      throw RunError(
        .config,
        "\(pair): one learns classes and the other values of the same targets, and no metric is of both; compare losses that read targets "
          + "alike")
    }
    let counts = [first, data].map { $0.description.count(of: .train) }
    let differing = reference.config.rowKeys.filter { candidate.config.rowKeys[$0.key] != $0.value }.keys.sorted().first
    guard differing == nil, counts[0] == counts[1] else {
      throw RunError(
        .config,
        "\(pair) learn from other rows than each other (\(differing ?? "\(counts[0]) and \(counts[1]) rows")); what is compared must have "
          + "the same: vary no key of 'data' that chooses rows or targets")
    }
    guard candidate.config.data.missing != .dropRow || data.hasTrainingRows(of: first) else {
      throw RunError(
        .config,
        "\(pair) learn from other rows than each other: \"missing\": \"drop_row\" leaves out others where features are others; fill in what "
          + "is missing instead, as with \"missing\": \"median\"")
    }
  }

  /// The class of each row that folds are cut of; nil where targets are none.
  static func classes(of data: LoadedData) -> [Int]? {
    guard data.description.targetKind == .classes, let rows = data.prepared.rows(of: .train) else { return nil }
    let all = Array(0..<rows.count)
    var classes = [Int32](repeating: 0, count: rows.count)
    rows.gatherClasses(rows: all, count: rows.count, into: &classes)
    return classes.map { Int($0) }
  }

  /// Refuses targets that a candidate's loss cannot take, in any row.
  ///
  /// - Returns: how its outputs are read.
  static func requireTargets(of candidate: Candidate, _ data: LoadedData, file: String) throws -> any Prediction {
    try naming(candidate, file) {
      let config = candidate.config, description = data.description
      let network = try config.model.makeNetwork(description)
      let loss = try config.loss.loss.makeLoss(
        for: network, classes: description.classNames.count, targetWidth: description.targetWidth, path: "loss")
      var data = data
      try data.checkTargets(loss, cluster: SoloCluster())
      return loss.prediction
    }
  }

  /// Makes ready what a candidate trains first, and looks under which names it will report, and from which probability
  /// on it should decide for the second of two classes.
  private static func look(
    at candidate: Int, _ trials: FoldedTrials, _ costs: CostCurve.Costs?, _ comparison: ComparisonOptions
  ) throws -> (names: ResultNames, standard: Double?) {
    try naming(trials.candidates[candidate], comparison.configFile) {
      let plan = try trials.plan(trials.index(of: .init(cycle: 0, fold: 0, candidate: candidate)))
      var options = TrainerOptions(threads: comparison.threads)
      options.shards = plan.shards
      let cluster = SoloCluster(),
        trainer = try Trainer(plan.config, data: plan.data, options: options, cluster: cluster)
      defer { withExtendedLifetime(cluster) {} }
      try trainer.close()
      guard let costs, costs.falsePositive > 0, costs.falseNegative > 0 else { return (trainer.resultNames, nil) }
      return (
        trainer.resultNames, trainer.threshold(ofCosts: [[0, costs.falsePositive], [costs.falseNegative, 0]])
      )
    }
  }

  /// Names the candidate in errors.
  static func naming<Value>(
    _ candidate: Candidate, _ file: String, _ body: () throws -> Value
  ) throws -> Value {
    do { return try body() } catch let error as ConfigError {
      throw error.of(candidate: candidate.name).inFile(file)
    } catch let failure as AgreedFailure {
      throw RunError(
        ExitCode(rawValue: failure.exitCode) ?? .internalError,
        "\(failure.sentence) (candidate '\(candidate.name.excerpt(80))')")
    }
  }
}

extension RunConfig {
  /// What decides which rows are read and how: two configs that have it in common can learn from the same data.
  fileprivate var dataKey: String {
    let own = ["normalize", "normalize_targets", "shuffle", "augmentation"]
    guard case .object(let members)? = resolved["data"] else { return "" }
    let read = ConfigValue.object(members.filter { !own.contains($0.key) })
    // Classes cannot be normalized, which reading refuses.
    return "\(read.compactText) \(resolved["model"]?["inputs"]?.compactText ?? "") \(loss.loss.targets)"
  }

  /// What decides which rows there are, by key.
  fileprivate var rowKeys: [String: ConfigValue] {
    var keys: [String: ConfigValue] = [:]
    for key in ["validation", "test", "missing"] { keys["data.\(key)"] = resolved["data"]?[key] ?? .null }
    if case .object(let members)? = resolved["data"]?["train"] {
      for member in members where !["features", "categorical"].contains(member.key) {
        keys["data.train.\(member.key)"] = member.value
      }
    }
    return keys
  }
}
