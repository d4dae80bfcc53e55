/// A file or directory that is not there, is something else, or fails.
package struct FileError: Error, Sendable {
  /// What is wrong, in kinds that a program tells apart.
  package enum Kind: Sendable, Equatable {
    /// It is not there, or must not be read.
    case missing
    /// It is there, and not what it should be.
    case unsuitable
    /// The file system fails, or refuses.
    case failed
  }

  package let kind: Kind
  /// The place, what was found, and the way out.
  package let words: String

  package init(_ kind: Kind, _ words: String) {
    self.kind = kind
    self.words = words
  }
}
