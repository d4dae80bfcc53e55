/// The known name a person most likely meant.
package enum NearestName {
  /// Returns the nearest of `known` where at most a third of its letters (and at most 3) differ from `name`.
  package static func of(_ name: String, among known: [String]) -> String? {
    let ranked = known.map { ($0, distance(name.lowercased(), $0.lowercased())) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return best.1 <= min(3, max(1, best.0.count / 3)) ? best.0 : nil
  }

  /// The sentence that ends every "unknown name" message.
  package static func hint(_ name: String, among known: [String]) -> String {
    let list = "known: " + known.joined(separator: ", ")
    guard let nearest = of(name, among: known) else { return list }
    return "did you mean '\(nearest)'? \(list)"
  }

  /// The Levenshtein distance: the fewest insertions, deletions and replacements that turn one text into the other.
  private static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64)), second = Array(second.prefix(64))
    var row = Array(0...second.count)
    for (i, a) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in second.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[second.count]
  }
}
