internal import Datasets
internal import Specs

extension RunSummary {
  /// A line for each target whose logarithms were learned: what its predictions are, and how they become means.
  package func smearingLines(_ config: RunConfig) -> [String] {
    smearing.map { own in
      let name = "'\(own.target.excerpt(40))'", factor = ProgressBar.short(own.factor)
      return config.data.targetTransform(of: own.target) == .log1p
        ? "predictions of \(name) are medians; 1 added, times \(factor) (smearing factor), and 1 taken off again they are means"
        : "predictions of \(name) are medians; times \(factor) (smearing factor) they are means"
    }
  }
}
