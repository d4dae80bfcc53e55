package import Collectives
internal import Datasets
internal import Metrics
internal import Networks
internal import Specs
internal import Training

/// A search over configs, ready to be run.
///
/// All that can be refused is refused when it is made, before anything is trained. The test rows are never looked at.
package final class Sweep {
  package let plan: SweepPlan
  package let metric: ComparedMetric
  package let request: SweepRequest
  /// What a person should know before it begins.
  package private(set) var notes: [String] = []
  let trials: SweptTrials
  let cluster: any Cluster
  /// About what a step of each trial costs, beside others.
  let costs: [Double]

  /// Readings of the data that are kept in memory at a time.
  static let readings = 32

  /// Reads the data, and looks whether each trial can be trained; collective.
  ///
  /// - Throws: the agreed failure of what cannot be used.
  package init(_ plan: SweepPlan, request: SweepRequest, cluster: any Cluster) throws {
    (self.plan, self.request, self.cluster) = (plan, request, cluster)
    let candidates = plan.trials
    var comparison = ComparisonOptions(baseDirectory: request.baseDirectory, configFile: request.configFile)
    (comparison.environment, comparison.threads) = (request.environment, request.threads)
    if let folds = request.folds { comparison.folds = folds }
    let (data, dataOfTrial) =
      try request.folds == nil
      ? Self.load(candidates, request, cluster) : Comparison.load(candidates, comparison, cluster)
    let predictions = try cluster.agree(describe: describeFailure) {
      try Self.predictions(candidates, data, dataOfTrial, file: request.configFile)
    }
    let choice = try MetricChoice(
      request.metric.map { [$0] } ?? [], reference: candidates[0].config,
      kinds: MetricChoice.kinds(data[0].description, predictions: predictions), option: "--metric")
    var complete = candidates
    for index in complete.indices { choice.complete(&complete[index].config) }
    let folded = try request.folds.map { count -> FoldedTrials in
      let first = data[0], rule = FoldRule(.rows, keys: nil, classes: Comparison.classes(of: first))
      let folds = try FoldPlan(rows: first.description.count(of: .train), count: count, rule: rule)
      return FoldedTrials(
        candidates: complete, data: data, dataOfCandidate: dataOfTrial, plan: folds,
        kept: max(request.threads + 2, min(64, 2 * folds.count)))
    }
    let trials = SweptTrials(trials: complete, data: data, dataOfTrial: dataOfTrial, folded: folded)
    self.trials = trials
    (metric, costs) = try Self.look(at: trials, choice, request, cluster)
    if cluster.rank == 0 { notes = data[0].notes + makeNotes() }
  }

  /// Reads each source once, whatever trials do with it that is no matter of reading.
  private static func load(
    _ candidates: [Candidate], _ request: SweepRequest, _ cluster: any Cluster
  ) throws -> (data: [LoadedData], ofCandidate: [Int]) {
    var keys: [String] = [], data: [LoadedData] = [], numbers: [Int] = []
    for candidate in candidates {
      let key = candidate.config.readingKey
      if let known = keys.firstIndex(of: key) {
        numbers.append(known)
        continue
      }
      guard keys.count < readings else {
        throw RunError(
          .config,
          "--search: the trials read their data in more than \(readings) ways (keys of 'data', or the seed); "
            + "search such keys with few choices, or give --folds")
      }
      var options = RunOptions(baseDirectory: request.baseDirectory, outputDirectory: "", threads: 1)
      options.environment = request.environment
      do { data.append(try LoadedData(candidate.config, options: options, cluster: cluster)) } catch var failure
        as AgreedFailure
      {
        // What the search chooses of the data is its own.
        let isSearched = candidate.settings.contains { $0.key.hasPrefix("data") }
        if isSearched || !keys.isEmpty {
          failure.sentence = "trial '\(candidate.name.excerpt(80))': \(failure.sentence)"
        }
        throw failure
      }
      keys.append(key)
      numbers.append(data.count - 1)
      try cluster.agree(describe: describeFailure) { try requireSame(data[data.count - 1], candidate, as: data[0]) }
    }
    return (data, numbers)
  }

  private static func requireSame(
    _ data: LoadedData, _ candidate: Candidate, as first: LoadedData
  ) throws(RunError) {
    let own = data.description, other = first.description
    guard own.targetKind == other.targetKind, own.targetWidth == other.targetWidth else {
      throw RunError(
        .config,
        "trial '\(candidate.name.excerpt(80))' predicts something else than the first one, and no metric is of both; "
          + "search losses that read targets alike, and no key of 'data' that chooses targets")
    }
    guard own.count(of: .validation) > 0 else {
      throw RunError(.data, "data.validation: there are no rows to judge trials by; give more rows, or --folds")
    }
  }

  /// How the outputs of each trial are read.
  private static func predictions(
    _ candidates: [Candidate], _ data: [LoadedData], _ dataOfTrial: [Int], file: String
  ) throws -> [any Prediction] {
    var known: [String: any Prediction] = [:]
    return try zip(candidates, dataOfTrial).map { candidate, number in
      let resolved = candidate.config.resolved
      let key = "\(number) \(resolved["loss"]?.compactText ?? "") \(resolved["model"]?.compactText ?? "")"
      if let prediction = known[key] { return prediction }
      let prediction = try Comparison.requireTargets(of: candidate, data[number], file: file)
      known[key] = prediction
      return prediction
    }
  }

  /// Makes ready what each trial trains first, each on one rank.
  private static func look(
    at trials: SweptTrials, _ choice: MetricChoice, _ request: SweepRequest, _ cluster: any Cluster
  ) throws -> (ComparedMetric, costs: [Double]) {
    func look(_ trial: Int) throws -> (names: ResultNames, cost: Double) {
      try Comparison.naming(trials.trials[trial], request.configFile) {
        let plan = try trials.plan(trials.index(trial: trial, fold: 0))
        var options = TrainerOptions(threads: request.threads)
        options.shards = plan.shards
        let alone = SoloCluster()
        let trainer = try Trainer(plan.config, data: plan.data, options: options, cluster: alone)
        defer { withExtendedLifetime(alone) {} }
        try trainer.close()
        // What a step takes beside its arithmetic.
        return (trainer.resultNames, Double(trainer.network.parameterCount * trainer.batchSize) + 50_000)
      }
    }
    let (metric, own) = try cluster.agree(describe: describeFailure) { () -> (ComparedMetric, [Int: Double]) in
      let first = try look(0), name = trials.trials[0].name
      guard let metric = try choice.metrics([(name, first.names)]).first else {
        throw ConfigError("--metric: no metric says which of two trials is better; name one", exitCode: .usage)
      }
      var costs = [0: first.cost]
      for trial in trials.trials.indices where trial > 0 && trial % cluster.size == cluster.rank {
        let found = try look(trial)
        guard found.names.entries.contains(where: { $0.name == metric.name }) else {
          throw ConfigError(
            "--metric: there is no \(metric.name.excerpt(60)) of trial '\(trials.trials[trial].name.excerpt(60))', "
              + "so it cannot be judged by that; name a metric that all trials have", exitCode: .usage)
        }
        costs[trial] = found.cost
        cluster.showProgress()
      }
      return (metric, costs)
    }
    let all = try cluster.gather(trials.trials.indices.map { own[$0] ?? 0 })
    return (metric, trials.trials.indices.map { trial in all.map { $0[trial] }.max() ?? 1 })
  }
}

extension RunConfig {
  /// What decides which rows are read and how they are prepared.
  fileprivate var readingKey: String {
    let own = ["shuffle", "augmentation"]
    guard case .object(let members)? = resolved["data"] else { return "" }
    let read = ConfigValue.object(members.filter { !own.contains($0.key) })
    return "\(seed) \(read.compactText) \(resolved["model"]?["inputs"]?.compactText ?? "") \(loss.loss.targets)"
  }
}
