package import Specs

/// The keys that are searched, in the order that they were given in; those of a file in the order of their names,
/// before the others.
package struct SearchSpace: Sendable, Equatable {
  package let keys: [SearchKey]

  init(keys: [SearchKey]) { self.keys = keys }

  /// Keys at most: the Sobol sequence has so many coordinates.
  package static let limit = SobolSequence.limit

  /// Reads `KEY=…` words of the command line, and a file with many keys.
  ///
  /// - Parameters:
  ///   - words: of `--search`, like `optimizer.learning_rate=1e-4..1e-1:log` or `model.layers[0].units=[16,64]`.
  ///   - file: `--space FILE.json`, as it was read, with its name; nil: none.
  /// - Throws: ``ConfigError``: 64 where a word cannot be read, 78 where the file cannot.
  package init(words: [String], file: (name: String, content: ConfigValue)?) throws(ConfigError) {
    var keys: [SearchKey] = []
    if let file { keys = try Self.keys(in: file.content, file: file.name) }
    for word in words { keys.append(try SearchKey(word: word)) }
    guard !keys.isEmpty else {
      throw ConfigError(
        "nothing to search: give --search KEY=LOW..HIGH or KEY=[VALUE, …], like --search "
          + "optimizer.learning_rate=1e-4..1e-1:log, or "
          + "--space FILE.json with such keys", exitCode: .usage)
    }
    for (index, key) in keys.enumerated() {
      // What holds another key would take its value away.
      guard let other = keys[..<index].first(where: { $0.key == key.key || $0.holds(key) || key.holds($0) }) else {
        continue
      }
      throw ConfigError(
        other.key == key.key
          ? "--search \(key.key.excerpt(60)): this key is searched twice; give all that it may be at once"
          : "--search \(key.key.excerpt(60)): the search also sets \(other.key.excerpt(60)), and one of the two is "
            + "inside the other; "
            + "search one of them", exitCode: .usage)
    }
    guard keys.count <= Self.limit else {
      throw ConfigError(
        "--search: there are \(keys.count) keys, at most \(Self.limit) can be searched at once; leave some to the "
          + "config",
        exitCode: .usage)
    }
    self.init(keys: keys)
  }

  /// The values of all keys at a point of the unit cube, one coordinate for each key, each in [0, 1).
  package func settings(at point: [Double]) -> [ConfigValue.Member] {
    zip(keys, point).map { .init($0.key, $0.value(at: $1)) }
  }

  /// As a file of keys has it.
  package var json: ConfigValue { .object(keys.map { .init($0.key, $0.json) }) }
}

extension SearchKey {
  fileprivate func holds(_ other: SearchKey) -> Bool {
    other.key.hasPrefix(key + ".") || other.key.hasPrefix(key + "[")
  }
}
