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
  /// The option that names metrics, for errors.
  private let option: String

  /// - Parameters:
  ///   - words: of `--metrics`; empty: those of the reference's config, or what the problem's kind asks for.
  ///   - reference: the first candidate's config.
  ///   - kinds: the metrics of the problem's kind.
  ///   - option: that names them.
  init(_ words: [String], reference: RunConfig, kinds: [String], option: String = "--metrics") throws(ConfigError) {
    self.option = option
    let own = reference.metrics.filter { $0.higherIsBetter != nil }.map { type(of: $0).kind }
    let given = words.isEmpty ? (own.isEmpty ? kinds : own) : words
    var chosen: [String] = [], added: [any MetricSpec] = []
    for word in given where !chosen.contains(word) {
      chosen.append(word)
      guard MetricRegistry.standard.kind(named: word) != nil else { continue }
      added.append(
        try FieldReader.readVariant(
          .string(word), reference.registries[default: MetricRegistry.standard], path: option
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
      guard !found.isEmpty else { throw unknown(word, among: known.map(\.name)) }
      guard found.contains(where: { $0.higherIsBetter != nil }) else {
        throw ConfigError(
          "\(option): of \(word.excerpt(60)) neither more nor less is better, so nothing can be compared by it; name another metric",
          exitCode: .usage)
      }
      for entry in found {
        guard let higherIsBetter = entry.higherIsBetter, !metrics.contains(where: { $0.name == entry.name }) else {
          continue
        }
        for (candidate, own) in names where !own.entries.contains(where: { $0.name == entry.name }) {
          throw ConfigError(
            "\(option): there is no \(entry.name.excerpt(60)) of candidate '\(candidate.excerpt(60))', so it cannot be compared by that; "
              + "name metrics that all candidates have", exitCode: .usage)
        }
        metrics.append(ComparedMetric(name: entry.name, kind: entry.kind, higherIsBetter: higherIsBetter))
      }
    }
    return metrics
  }

  /// What is no metric: a path or an object, the loss, or a name that is not known.
  private func unknown(_ word: String, among results: [String]) -> ConfigError {
    let kinds = MetricRegistry.standard.kinds, shown = "'\(word.excerpt(60))'", problem: String
    if word == "loss" {
      problem = "each candidate has a loss of its own, and theirs are not compared; name metrics, like rmse,mae"
    } else if !word.utf8.allSatisfy({ $0 == 95 || (48...57).contains($0) || (97...122).contains($0 | 32) }) {
      problem =
        "\(shown) is no metric's name: names stand with commas between, like rmse,mae; a metric with keys of its own "
        + "goes into 'metrics' of the config"
    } else {
      let all = kinds + results.filter { !kinds.contains($0) }
      problem = "unknown metric \(shown); \(NearestName.hint(word, among: all))"
    }
    return ConfigError("\(option): \(problem)", exitCode: .usage)
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
