internal import Datasets
internal import Specs

/// Classes that a config names.
enum ClassNames {
  /// The place of a class.
  static func index(of name: String, in names: [String], path: String) throws(ConfigError) -> Int {
    guard let index = names.firstIndex(of: name) else {
      throw ConfigError(
        PositiveClass.Problem.unknown(name: name, known: Array(names.prefix(24))).words, path: path)
    }
    return index
  }
}
