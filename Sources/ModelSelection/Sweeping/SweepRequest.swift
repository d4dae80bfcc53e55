internal import Datasets
package import Platform
package import Specs
package import Training

/// How a search is made ready: what beside its plan decides about results, and where it runs.
package struct SweepRequest: Sendable {
  /// Folds whose mean judges a trial; nil: the validation rows do.
  package var folds: Int?
  /// The metric to judge by; nil: the config's first, or that of the problem's kind.
  package var metric: String?
  /// The directory that the config's paths start from.
  package var baseDirectory: String
  /// The config's file, for errors of its keys.
  package var configFile: String
  package var environment: ProcessEnvironment = [:]
  package var threads = 1

  package init(baseDirectory: String, configFile: String) {
    (self.baseDirectory, self.configFile) = (baseDirectory, configFile)
  }

  /// The share of the training rows that judges where a config has no validation.
  private static let judging = 0.2

  /// The config that trials are made of: with rows that judge, and pieces of a batch that do not follow the machine.
  ///
  /// - Returns: the config, and what was added to it, in words.
  package func complete(
    _ base: ConfigValue, _ config: RunConfig
  ) throws(ConfigError) -> (config: ConfigValue, notes: [String]) {
    var (base, notes) = (base, [String]())
    if folds == nil, config.data.validation == nil {
      base = try base.overriding("data.validation={\"fraction\": \(Self.judging)}")
      notes.append(
        "the config has no validation: \(Self.judging) of the training rows judge, as \"validation\": {\"fraction\": "
          + "\(Self.judging)} says in best.json")
    }
    if config.parallel.shards == nil {
      base = try base.overriding("parallel.shards=8")
      notes.append("parallel.shards is \"auto\", which follows the machine: trials have 8, as best.json says")
    }
    return (base, notes)
  }
}
