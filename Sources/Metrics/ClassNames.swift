package import Specs

/// Classes that a config names.
package enum ClassNames {
  /// The place of a class.
  package static func index(of name: String, in names: [String], path: String) throws(ConfigError) -> Int {
    guard let index = names.firstIndex(of: name) else {
      throw ConfigError(
        PositiveClass.Problem.unknown(name: name, known: Array(names.prefix(24))).words, path: path)
    }
    return index
  }
}
