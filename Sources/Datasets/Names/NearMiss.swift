internal import Specs

/// Names that were most likely meant, where none is equal.
enum NearMiss {
  /// The known name that differs only in case, in white space around it or in how a number is written; else one that is
  /// nearly spelled alike, where the name is long enough for that to mean something.
  static func of(_ name: String, among known: [String]) -> String? {
    let folded = name.trimmed.lowercased()
    if let same = known.first(where: { $0.trimmed.lowercased() == folded }) { return same }
    if let number = LabelKind.number(name.trimmed) {
      return known.first { LabelKind.number($0.trimmed) == number }
    }
    return folded.count >= 3 ? NearestName.of(name, among: known) : nil
  }

  /// The end of a sentence about a name that is not there.
  ///
  /// - Parameter shown: the known names as they may be shown.
  static func hint(_ name: String, among known: [String], shown: [String]) -> String {
    let list = "known: " + shown.joined(separator: ", ")
    guard let nearest = of(name, among: known) else { return list }
    return "did you mean '\(nearest.excerpt(40))'? \(list)"
  }
}

extension String {
  /// The text without white space and invisible characters around it: names of columns are compared so.
  var trimmed: String {
    guard let first = unicodeScalars.first, let last = unicodeScalars.last, first.isBlank || last.isBlank else {
      return self
    }
    let rest = unicodeScalars.drop(while: \.isBlank)
    guard let end = rest.lastIndex(where: { !$0.isBlank }) else { return "" }
    return String(rest[...end])
  }
}

extension Unicode.Scalar {
  /// White space, a zero-width space, or a byte order mark inside a text.
  fileprivate var isBlank: Bool { properties.isWhitespace || value == 0x200b || value == 0xfeff }
}
