internal import Collectives
internal import Datasets
internal import Optimization
internal import Specs
internal import Synchronization
internal import Training

/// The trainings of a search: each trial on its data, or on each fold of them.
final class SweptTrials: TrialSet {
  let trials: [Candidate]
  /// The data that trials learn from, and which of them each does.
  let data: [LoadedData]
  let dataOfTrial: [Int]
  /// nil: the validation rows judge.
  let folded: FoldedTrials?
  /// Rows to learn from, by fold and the share that watches: to cut a fold takes as long as there are rows.
  private let foldRows = Mutex<[FoldShare: Int]>([:])

  private struct FoldShare: Hashable {
    var fold: Int
    var watched: Double
  }

  init(trials: [Candidate], data: [LoadedData], dataOfTrial: [Int], folded: FoldedTrials?) {
    (self.trials, self.data, self.dataOfTrial, self.folded) = (trials, data, dataOfTrial, folded)
  }

  /// Trainings of a trial.
  var folds: Int { folded?.plan.count ?? 1 }

  /// The part whose rows judge: of the data, or of a fold.
  var judged: DataPart { folded == nil ? .validation : .test }

  func index(trial: Int, fold: Int) -> Int { trial * folds + fold }

  func place(of index: Int) -> (trial: Int, fold: Int) { (index / folds, index % folds) }

  /// Counted from 1, as people do.
  func key(of index: Int) -> String {
    let place = place(of: index)
    return "\(place.trial + 1).\(place.fold + 1)"
  }

  func words(of index: Int) -> String {
    let place = place(of: index), fold = folded == nil ? "" : ", fold \(place.fold + 1)"
    return "trial \(place.trial + 1) (\(trials[place.trial].name.excerpt(80)))\(fold)"
  }

  func plan(_ index: Int) throws -> TrialPlan {
    let place = place(of: index)
    if let folded { return try folded.plan(folded.index(of: foldPlace(place))) }
    var config = trials[place.trial].config
    // Whether ranks train together is nobody's business.
    (config.parallel.allreduce, config.parallel.isInvariant, config.parallel.wire) = ("auto", true, .float32)
    return TrialPlan(config: config, data: data[dataOfTrial[place.trial]])
  }

  private func foldPlace(_ place: (trial: Int, fold: Int)) -> FoldedTrials.Place {
    .init(cycle: 0, fold: place.fold, candidate: place.trial)
  }

  /// Steps of an epoch.
  func stepsPerEpoch(_ index: Int) throws -> Int {
    let place = place(of: index)
    let rows =
      try folded.map { try trainingRows(place, $0) }
      ?? data[dataOfTrial[place.trial]].description.count(of: .train)
    let batch = max(1, min(trials[place.trial].config.training.globalBatchSize, rows))
    return (rows + batch - 1) / batch
  }

  private func trainingRows(_ place: (trial: Int, fold: Int), _ folded: FoldedTrials) throws -> Int {
    let key = FoldShare(fold: place.fold, watched: trials[place.trial].config.watchedShare)
    if let known = foldRows.withLock({ $0[key] }) { return known }
    let count = try folded.fold(foldPlace(place)).train.count
    foldRows.withLock { $0[key] = count }
    return count
  }

  /// Steps of a training that is trained up to a budget, unless it ends before.
  func steps(_ index: Int, upTo budget: TrainingBudget) throws -> Int {
    let training = trials[place(of: index).trial].config.training, epoch = try stepsPerEpoch(index)
    let all = training.epochs.multipliedReportingOverflow(by: epoch).partialValue
    let whole = training.steps.map { min($0, all) } ?? all
    switch budget {
    case .steps(let count): return min(count, whole)
    case .epochs(let count): return min(count.multipliedReportingOverflow(by: epoch).partialValue, whole)
    }
  }
}
