extension String {
  /// The text on one line: each control character and line break is a space.
  package var oneLine: String {
    String(
      UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: " "
          default: scalar
          }
        }))
  }

  /// The text on one line, its end left away where it is longer than some number of code points.
  ///
  /// Code points, not characters: one character can have any number of accents.
  package func excerpt(_ limit: Int) -> String {
    let shown = unicodeScalars.prefix(limit + 1)
    guard shown.count > limit else { return oneLine }
    return String(UnicodeScalarView(shown.prefix(max(0, limit - 3)))).oneLine + "..."
  }
}
