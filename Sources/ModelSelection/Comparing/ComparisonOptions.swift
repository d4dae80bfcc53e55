package import Datasets
package import Platform

/// How candidates are compared.
package struct ComparisonOptions: Sendable {
  package var folds = 10
  package var repeats = 3
  /// What keeps rows together or orders them.
  package var request = FoldRequest.rows
  /// Names of metrics; empty: the reference's own, or those of the problem's kind.
  package var metrics: [String] = []
  /// Half the width of the region of practical equivalence; nil: by the metric.
  package var region: Double?
  /// Repeats beyond which none is added while there is no verdict; nil: ``repeats`` are made, whatever they say.
  package var maxRepeats: Int?
  /// The directory that the config's paths start from.
  package var baseDirectory: String
  /// The config's file, for errors of its keys.
  package var configFile: String
  package var environment: ProcessEnvironment = [:]
  package var threads = 1

  package init(baseDirectory: String, configFile: String) {
    (self.baseDirectory, self.configFile) = (baseDirectory, configFile)
  }
}
