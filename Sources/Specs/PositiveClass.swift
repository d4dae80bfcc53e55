/// Which of two classes is the positive one: what is looked for, such as a defect.
///
/// The positive class is the second of the two, index 1: the class that a single output speaks for. Where none is
/// named, that is the second in the order of classes (numbers by value, text by its characters), so a label's spelling
/// decides.
package struct PositiveClass: Sendable, Equatable {
  package var name: String
  /// The key that names it, for messages.
  package var key: String

  package init(name: String, key: String) {
    self.name = name
    self.key = key
  }

  /// Reads the key `positive_class`.
  package init?(from fields: FieldReader) throws(ConfigError) {
    guard
      let name = try fields.optionalClassName(
        "positive_class",
        "which of two classes is the positive one, for loss, costs, metrics and threshold; the second by order otherwise"
      )
    else { return nil }
    self.init(name: name, key: fields.pathOf("positive_class"))
  }

  /// Why there is no such positive class.
  package enum Problem: Sendable, Equatable {
    case unknown(name: String, known: [String])
    case notTwoClasses(known: [String])
    case noClasses

    /// The problem and the way out.
    package var words: String {
      switch self {
      case .unknown(let name, let known):
        "there is no class '\(name.excerpt(60))'; \(NearestName.hint(name, among: known))"
      case .notTwoClasses(let known):
        "there is a positive class where there are two classes, found \(known.count): "
          + "\(known.prefix(12).map { $0.excerpt(60) }.joined(separator: ", ")); remove the key"
      case .noClasses: "the targets are values, not classes; remove the key"
      }
    }
  }
}
