package import Specs

/// The names under which evaluations of a run report, known before the first step: the loss, then each metric's results.
package struct ResultNames: Sendable {
  /// One result.
  package struct Entry: Sendable, Equatable {
    package var name: String
    /// The metric it is of.
    package var kind: String
    /// Whether more is better; nil where neither is.
    package var higherIsBetter: Bool?
  }

  package private(set) var entries = [Entry(name: "loss", kind: "loss", higherIsBetter: false)]

  /// - Throws: ``ConfigError`` where a metric does not suit the predictions, or two results have one name.
  package init(_ metrics: [any MetricSpec], context: MetricContext) throws(ConfigError) {
    var owners: [String: Int] = [:]
    for (index, metric) in metrics.enumerated() {
      let kind = type(of: metric).kind
      for result in try metric.makeState(context).results {
        if let owner = owners.updateValue(index, forKey: result.name) {
          throw ConfigError(
            owner == index
              ? "two results of \(kind) are called '\(result.name)'; give the classes other names, or remove the metric"
              : "the result '\(result.name)' is that of metrics[\(owner)] already; remove one of the two",
            path: "metrics[\(index)]")
        }
        entries.append(Entry(name: result.name, kind: kind, higherIsBetter: metric.higherIsBetter))
      }
    }
  }

  /// The results that a word means: the one of that name; that of a metric with one result; else all whose names begin with it.
  func entries(for word: String) -> [Entry] {
    if let exact = entries.first(where: { $0.name == word }) { return [exact] }
    let own = entries.filter { $0.kind == word }
    if !own.isEmpty { return own }
    return word.isEmpty ? [] : entries.filter { $0.name.hasPrefix(word) }
  }
}
