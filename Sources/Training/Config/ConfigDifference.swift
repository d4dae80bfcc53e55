internal import Datasets
internal import Specs

/// Keys in which two configs differ.
enum ConfigDifference {
  /// Whether the weights of a run depend on a key, or may: it stays as it is when the run goes on.
  ///
  /// Epochs are not such a key, but may not change freely: ``EpochChange``.
  private static func isLasting(_ path: String) -> Bool {
    if path.hasPrefix("parallel.") { return path == "parallel.shards" }
    if path.hasPrefix("output.") || path.hasPrefix("checkpoint.") { return false }
    return ![
      "name", "data.mapping", "data.cache", "data.cache_directory", "training.epochs", "training.time_limit",
    ].contains(path)
  }

  /// Paths whose values differ, with both; paths of data files are no difference: their content is.
  ///
  /// - Parameter registries: in which the formats of the data are.
  static func between(
    _ old: ConfigValue, _ new: ConfigValue, _ registries: Registries
  ) -> [(path: String, old: ConfigValue?, new: ConfigValue?)] {
    let before = flat(old, registries), after = flat(new, registries)
    let paths = before.map(\.path) + after.map(\.path).filter { path in !before.contains { $0.path == path } }
    return paths.compactMap { path in
      let (a, b) = (before.first { $0.path == path }?.value, after.first { $0.path == path }?.value)
      return a?.compactText == b?.compactText ? nil : (path, a, b)
    }
  }

  /// What of a config may not change: each path with its value, in the order of paths.
  static func lasting(_ config: ConfigValue, _ registries: Registries) -> ConfigValue {
    .object(
      flat(config, registries).map { ConfigValue.Member($0.path, $0.value) }.sorted {
        $0.key < $1.key
      })
  }

  /// The first few differences, for a sentence.
  static func text(_ differences: [(path: String, old: ConfigValue?, new: ConfigValue?)]) -> String {
    let shown = differences.prefix(3).map { path, old, new in
      "\(path) was \(old?.excerpt ?? "absent"), is \(new?.excerpt ?? "absent")"
    }
    return shown.joined(separator: ", ") + (differences.count > 3 ? " and \(differences.count - 3) more" : "")
  }

  private static func flat(_ value: ConfigValue, _ registries: Registries) -> [(path: String, value: ConfigValue)] {
    flat(value.withoutDataPaths(registries[default: DataFormatRegistry.standard]), path: "").filter {
      isLasting($0.path)
    }
  }

  private static func flat(_ value: ConfigValue, path: String) -> [(path: String, value: ConfigValue)] {
    switch value {
    case .object(let members): members.flatMap { flat($0.value, path: path.isEmpty ? $0.key : path + "." + $0.key) }
    case .array(let values): values.enumerated().flatMap { flat($1, path: "\(path)[\($0)]") }
    default: [(path, value)]
    }
  }
}
