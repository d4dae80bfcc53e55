/// The usual words for yes and no, in any letters.
package enum BooleanWord {
  private static let words: [(String, Bool)] = [
    ("true", true), ("false", false), ("yes", true), ("no", false), ("t", true), ("f", false), ("y", true),
    ("n", false), ("on", true), ("off", false),
  ]

  /// What a cell's word says; nil where it is another. 0 and 1 are numbers.
  package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
    guard (1...5).contains(text.count) else { return nil }
    return words.first { word, _ in
      word.utf8.count == text.count && zip(word.utf8, text).allSatisfy { $0 == $1 | 0x20 }
    }?.1
  }
}
