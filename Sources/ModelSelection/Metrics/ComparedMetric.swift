internal import Datasets
internal import Metrics
internal import Networks
internal import Specs
internal import Training

/// A result that candidates are compared by.
package struct ComparedMetric: Sendable, Equatable {
  /// Its key in files.
  package var name: String
  /// The metric it is of.
  package var kind: String
  package var higherIsBetter: Bool

  var traits: MetricTraits { .of(kind) }
}

/// Which metrics candidates are compared by.
struct MetricChoice {
  /// Words of the command line, or kinds that were chosen for it.
  private let words: [String]
  /// Metrics that candidates get where they have none of that kind.
  private let added: [any MetricSpec]

  /// - Parameters:
  ///   - words: of `--metrics`; empty: those of the reference's config, or what the problem's kind asks for.
  ///   - reference: the first candidate's config.
  ///   - kinds: the metrics of the problem's kind.
  init(_ words: [String], reference: RunConfig, kinds: [String]) throws(ConfigError) {
    let own = reference.metrics.filter { $0.higherIsBetter != nil }.map { type(of: $0).kind }
    let given = words.isEmpty ? (own.isEmpty ? kinds : own) : words
    var chosen: [String] = [], added: [any MetricSpec] = []
    for word in given where !chosen.contains(word) {
      chosen.append(word)
      guard MetricRegistry.standard.kind(named: word) != nil else { continue }
      added.append(
        try FieldReader.readVariant(
          .string(word), reference.registries[default: MetricRegistry.standard], path: "--metrics"
        ).0)
    }
    (self.words, self.added) = (chosen, added)
  }

  /// Gives a config the metrics that it lacks.
  func complete(_ config: inout RunConfig) {
    for metric in added where !config.metrics.contains(where: { type(of: $0).kind == type(of: metric).kind }) {
      config.metrics.append(metric)
    }
  }

  /// The results that are compared.
  ///
  /// - Parameter names: of each candidate, the first those of the reference.
  func metrics(_ names: [(candidate: String, names: ResultNames)]) throws(ConfigError) -> [ComparedMetric] {
    let known = names[0].names.entries.filter { $0.kind != "loss" }
    var metrics: [ComparedMetric] = []
    for word in words {
      let exact = known.filter { $0.name == word }, found = exact.isEmpty ? known.filter { $0.kind == word } : exact
      guard !found.isEmpty else {
        let kinds = MetricRegistry.standard.kinds + known.map(\.name)
        throw ConfigError(
          "--metrics: unknown metric '\(word.excerpt(60))'; \(NearestName.hint(word, among: kinds))", exitCode: .usage)
      }
      guard found.contains(where: { $0.higherIsBetter != nil }) else {
        throw ConfigError(
          "--metrics: of \(word.excerpt(60)) neither more nor less is better, so nothing can be compared by it; name another metric",
          exitCode: .usage)
      }
      for entry in found {
        guard let higherIsBetter = entry.higherIsBetter, !metrics.contains(where: { $0.name == entry.name }) else {
          continue
        }
        for (candidate, own) in names where !own.entries.contains(where: { $0.name == entry.name }) {
          throw ConfigError(
            "--metrics: there is no \(entry.name.excerpt(60)) of candidate '\(candidate.excerpt(60))', so it cannot be compared by that; "
              + "name metrics that all candidates have", exitCode: .usage)
        }
        metrics.append(ComparedMetric(name: entry.name, kind: entry.kind, higherIsBetter: higherIsBetter))
      }
    }
    return metrics
  }

  /// The metrics of a kind of problem: none depends on a loss.
  ///
  /// - Parameter predictions: of all candidates.
  static func kinds(_ description: DataDescription, predictions: [any Prediction]) -> [String] {
    guard description.targetKind == .classes, predictions.allSatisfy(\.isClass) else { return ["rmse", "mae", "r2"] }
    let ofProbabilities = predictions.allSatisfy(\.hasClassProbabilities) ? ["log_loss"] : []
    return ofProbabilities + ["accuracy"] + (description.classNames.count == 2 ? ["roc_auc"] : ["balanced_accuracy"])
  }
}
