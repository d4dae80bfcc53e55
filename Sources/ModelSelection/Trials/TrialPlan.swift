package import Training

/// A training among many: what is trained on which rows.
package struct TrialPlan: Sendable {
  package var config: RunConfig
  /// Rows to learn from, to watch with, and, as the test part, to judge by.
  package var data: LoadedData

  package init(config: RunConfig, data: LoadedData) { (self.config, self.data) = (config, data) }

  /// Pieces of a batch: those of the config, which a training of it alone has too; where they are to follow the
  /// workers, one.
  var shards: Int { config.parallel.shards ?? 1 }
}

/// The trainings of a comparison or a search, by number.
///
/// Any rank may make any of them, in any order: what a training gives is a function of its number.
package protocol TrialSet: Sendable {
  /// What tells a training apart in the log, whatever other trainings there are.
  func key(of index: Int) -> String
  /// A training in words, for errors.
  func words(of index: Int) -> String
  /// Makes a training ready; called on the thread that trains it.
  ///
  /// - Throws: what ends all trainings.
  func plan(_ index: Int) throws -> TrialPlan
}
