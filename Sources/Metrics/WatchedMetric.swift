internal import Networks
package import Specs

// What early stopping, the choice of the best weights and schedules watch: a result of the validation part, by name.

/// A result of validation that something depends on.
package struct WatchedMetric: Sendable, Equatable {
  /// The result's whole name.
  package let name: String
  package let higherIsBetter: Bool

  package init(name: String, higherIsBetter: Bool) {
    self.name = name
    self.higherIsBetter = higherIsBetter
  }

  /// Finds what a word of the config means.
  ///
  /// - Parameters:
  ///   - word: a result's name or its unambiguous beginning; `val_` or `validation_` before it changes nothing.
  ///   - context: decides which metrics could be added.
  ///   - metrics: those that could be.
  package init(
    _ word: String, among names: ResultNames, context: MetricContext, metrics: MetricRegistry = .standard, path: String
  ) throws(ConfigError) {
    let bare = try Self.withoutPart(word, path: path)
    var found = names.entries(for: word)
    if found.isEmpty { found = names.entries(for: bare) }
    let usable = names.entries.filter { $0.higherIsBetter != nil }.map(\.name)
    guard let first = found.first else {
      let hint = Self.hint(bare, among: usable)
      let advice = Self.addition(for: bare, context, metrics).map {
        "add \($0) to metrics, or watch one of: \(Self.list(usable))"
      }
      throw ConfigError(
        "'\(word.excerpt(60))' is not among the metrics of this config; \(advice ?? hint)", path: path)
    }
    guard found.contains(where: { $0.higherIsBetter != nil }) else {
      throw ConfigError(
        "\(first.kind) cannot be watched: neither more nor less of it is better; known: \(Self.list(usable))",
        path: path)
    }
    guard found.count == 1, let higherIsBetter = first.higherIsBetter else {
      throw ConfigError(
        "'\(word.excerpt(60))' may mean \(Self.list(found.map(\.name))); give one of these names", path: path)
    }
    self.init(name: first.name, higherIsBetter: higherIsBetter)
  }

  /// A word without the part of the data that other programs name before it.
  private static func withoutPart(_ word: String, path: String) throws(ConfigError) -> String {
    for part in ["validation", "valid", "val", "eval", "dev", "training", "train", "test"] {
      for sign in ["_", ".", "/", "-", " ", ":"] where word.hasPrefix(part + sign) {
        let rest = String(word.dropFirst(part.count + 1))
        guard !["training", "train", "test"].contains(part) else {
          throw ConfigError(
            "'\(word.excerpt(60))': only the validation part is watched; write '\(rest.excerpt(60))'", path: path)
        }
        return rest
      }
    }
    return word
  }

  /// At most a dozen names.
  private static func list(_ names: [String]) -> String {
    let more = names.count > 12 ? " and \(names.count - 12) more" : ""
    return names.prefix(12).joined(separator: ", ") + more
  }

  private static func hint(_ word: String, among names: [String]) -> String {
    let known = "known: \(list(names))"
    let beginning = names.filter { word.lowercased().hasPrefix($0.lowercased()) }.max { $0.count < $1.count }
    return (NearestName.of(word, among: names) ?? beginning).map { "did you mean '\($0)'? \(known)" } ?? known
  }

  /// The entry of `metrics` that would yield a result of this name.
  private static func addition(
    for word: String, _ context: MetricContext, _ metrics: MetricRegistry
  ) -> String? {
    var candidates: [[ConfigValue.Member]] = [[.init("type", .string(word))]]
    for average in ClassAverage.allCases where word.hasSuffix("_\(average.rawValue)") {
      let kind = String(word.dropLast(average.rawValue.count + 1))
      candidates.append([.init("type", .string(kind)), .init("average", .string(average.rawValue))])
    }
    if let dot = word.firstIndex(of: ".") {
      let kind = ConfigValue.Member("type", .string(String(word[..<dot])))
      candidates += [[kind], [kind, .init("average", .string(ClassAverage.none.rawValue))]]
    }
    if let k = word.split(separator: "_").dropFirst().first.flatMap({ Int($0) }) {
      candidates.append([.init("type", .string(TopKAccuracy.kind)), .init("k", .integer(k))])
    }
    for members in candidates {
      guard
        let spec = try? FieldReader.readVariant(.object(members), metrics, path: "").0,
        spec.higherIsBetter != nil, let value = try? spec.makeState(context).value,
        case let keys = MetricKey.keys(of: [value]).joined(),
        keys.contains(where: { $0.text == word }) || (keys.count == 1 && type(of: spec).kind == word)
      else { continue }
      return (members.count == 1 ? members[0].value : ConfigValue.object(members)).compactText
    }
    return nil
  }
}
