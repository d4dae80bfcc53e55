package import Specs

/// The names under which evaluations of a run report, known before the first step: the loss, then each metric's
/// results.
package struct ResultNames: Sendable {
  /// One result.
  package struct Entry: Sendable, Equatable {
    /// Its key in files.
    package var name: String
    /// The metric it is of.
    package var kind: String
    /// Whether more is better; nil where neither is.
    package var higherIsBetter: Bool?
    /// The other ways to write it, as ``MetricKey`` has them: several results may have the first one in common.
    fileprivate var spellings: [String]
  }

  package private(set) var entries = [Entry(name: "loss", kind: "loss", higherIsBetter: false, spellings: ["loss"])]

  /// - Throws: ``ConfigError`` where a metric does not suit the predictions, or two results have one name.
  package init(_ metrics: [any MetricSpec], context: MetricContext) throws(ConfigError) {
    var values = [MetricValue("loss", .nan)]
    for metric in metrics { values.append(try metric.makeState(context).value) }
    var owners: [String: Int] = [:]
    for (index, keys) in MetricKey.keys(of: values).dropFirst().enumerated() {
      let kind = type(of: metrics[index]).kind
      for key in keys {
        guard !MetricKey.reserved.contains(key.text) else {
          throw ConfigError(
            "a result of \(kind) is called '\(key.text)', and results stand beside a key of that name; give the metric another "
              + "name", path: "metrics[\(index)]")
        }
        if let owner = owners.updateValue(index, forKey: key.text) {
          throw ConfigError(
            owner == index
              ? "two results of \(kind) are called '\(key.text)'; give the classes other names, or remove the metric"
              : "the result '\(key.text)' is that of metrics[\(owner)] already; remove one of the two",
            path: "metrics[\(index)]")
        }
        entries.append(
          Entry(
            name: key.text, kind: kind, higherIsBetter: metrics[index].higherIsBetter,
            spellings: [key.joined, key.quoted]))
      }
    }
  }

  /// The results that a word means: the one of that name; that of a metric with one result; those that can be written
  /// so; else all whose names begin with it.
  func entries(for word: String) -> [Entry] {
    if let exact = entries.first(where: { $0.name == word }) { return [exact] }
    for means: (Entry) -> Bool in [{ $0.kind == word }, { $0.spellings.contains(word) }] {
      let found = entries.filter(means)
      if !found.isEmpty { return found }
    }
    return word.isEmpty ? [] : entries.filter { $0.name.hasPrefix(word) }
  }
}
