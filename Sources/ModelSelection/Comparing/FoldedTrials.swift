internal import Collectives
internal import Datasets
internal import Optimization
internal import Specs
internal import Synchronization
internal import Training

/// The trainings of a comparison: each candidate on each fold of each repeat.
///
/// Their numbers run over candidates first, so that neighbours have the same rows.
final class FoldedTrials: TrialSet {
  /// One training by what it is of, all from 0.
  struct Place: Hashable {
    var cycle: Int
    var fold: Int
    var candidate: Int
  }

  /// Their configs have the metrics that are compared.
  let candidates: [Candidate]
  /// The data that candidates learn from, and which of them each does.
  let data: [LoadedData]
  let dataOfCandidate: [Int]
  let plan: FoldPlan
  /// The seed that folds come from, the reference's.
  let seed: UInt64
  private let views: Mutex<ViewStore>

  /// - Parameter kept: views that are kept for those who come next.
  init(candidates: [Candidate], data: [LoadedData], dataOfCandidate: [Int], plan: FoldPlan, kept: Int) {
    (self.candidates, self.data, self.dataOfCandidate) = (candidates, data, dataOfCandidate)
    (self.plan, seed) = (plan, candidates[0].config.seed)
    views = Mutex(ViewStore(limit: kept))
  }

  func index(of place: Place) -> Int { (place.cycle * plan.count + place.fold) * candidates.count + place.candidate }

  func place(of index: Int) -> Place {
    let fold = index / candidates.count
    return Place(cycle: fold / plan.count, fold: fold % plan.count, candidate: index % candidates.count)
  }

  func key(of index: Int) -> String { key(of: place(of: index)) }

  /// Counted from 1, as people do.
  func key(of place: Place) -> String { "\(place.cycle + 1).\(place.fold + 1).\(place.candidate + 1)" }

  func words(of index: Int) -> String {
    let place = place(of: index)
    return
      "candidate '\(candidates[place.candidate].name.excerpt(80))', repeat \(place.cycle + 1), fold \(place.fold + 1)"
  }

  /// The fold as a candidate has it: with rows to watch where it needs some.
  func fold(_ place: Place) throws(RunError) -> Fold {
    try plan.fold(
      place.fold, seed: RepeatSeed.of(seed, repeat: place.cycle),
      watched: candidates[place.candidate].config.watchedShare)
  }

  func plan(_ index: Int) throws -> TrialPlan {
    let place = place(of: index)
    var config = candidates[place.candidate].config
    config.seed = RepeatSeed.of(config.seed, repeat: place.cycle, fold: place.fold)
    // Whether ranks train together is nobody's business.
    (config.parallel.allreduce, config.parallel.isInvariant, config.parallel.wire) = ("auto", true, .float32)
    return TrialPlan(config: config, data: try view(place))
  }

  /// The fold's rows; made once for all candidates that see them alike.
  private func view(_ place: Place) throws -> LoadedData {
    let section = candidates[place.candidate].config.data, number = dataOfCandidate[place.candidate]
    let key = ViewStore.Key(
      cycle: place.cycle, fold: place.fold, data: number, watched: candidates[place.candidate].config.watchedShare,
      normalize: section.normalize.configValue.compactText, targets: section.normalizeTargets.rawValue)
    // Who wants the same waits for it instead of making it once more.
    return try views.withLock { views in
      if let known = views[key] { return known }
      let lists = try fold(place).lists, made: LoadedData
      do {
        made = try data[number].view(
          of: .train, lists, normalize: section.normalize, normalizeTargets: section.normalizeTargets)
      } catch {
        if error is ConfigError { throw error }
        // Of the fold's rows: others of the file may have what these lack.
        let (code, sentence) = describeFailure(error)
        throw RunError(
          ExitCode(rawValue: code) ?? .internalError, "\(sentence) (of the rows of fold \(place.fold + 1))")
      }
      views[key] = made
      return made
    }
  }
}

/// The last views that were made.
private struct ViewStore {
  struct Key: Equatable {
    var cycle: Int
    var fold: Int
    var data: Int
    var watched: Double
    var normalize: String
    var targets: String
  }

  let limit: Int
  private var entries: [(key: Key, view: LoadedData)] = []

  init(limit: Int) { self.limit = max(1, limit) }

  subscript(key: Key) -> LoadedData? {
    get { entries.first { $0.key == key }?.view }
    set {
      guard let newValue else { return }
      if entries.count >= limit { entries.removeFirst() }
      entries.append((key, newValue))
    }
  }
}

extension RunConfig {
  /// The share of a fold's training rows that watches the training: that of the config's `validation`, or a tenth; 0
  /// where nothing depends on it.
  var watchedShare: Double {
    let isWatched =
      training.earlyStopping != nil || training.restoresBest || optimizer.schedule.plateau != nil || loss.cost != nil
    return isWatched ? data.validation?.choice?.fraction ?? 0.1 : 0
  }
}
