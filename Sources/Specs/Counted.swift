extension Int {
  /// A number with its noun, as sentences and tables have it: `1 row`, `3 rows`, `2 classes`, `1 training row`.
  ///
  /// - Parameter noun: in the singular; its last word is the one that changes.
  package func counted(_ noun: String) -> String { "\(self) \(self == 1 ? noun : Self.plural(noun))" }

  /// What goes with a number of things: `is` or `are`.
  package var isOrAre: String { self == 1 ? "is" : "are" }

  private static func plural(_ noun: String) -> String {
    if ["s", "x", "ch", "sh"].contains(where: noun.hasSuffix) { return noun + "es" }
    guard noun.hasSuffix("y"), let before = noun.dropLast().last, !"aeiou".contains(before) else { return noun + "s" }
    return noun.dropLast() + "ies"
  }
}
