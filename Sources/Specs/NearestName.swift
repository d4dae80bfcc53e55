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

  /// The optimal string alignment distance: the fewest insertions, deletions, replacements and swaps of neighbours that
  /// turn one text into the other.
  private static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64)), second = Array(second.prefix(64))
    var before: [Int] = []
    var row = Array(0...second.count)
    for (i, a) in first.enumerated() {
      var next = [i + 1]
      for (j, b) in second.enumerated() {
        var best = min(row[j + 1] + 1, next[j] + 1, row[j] + (a == b ? 0 : 1))
        if i > 0, j > 0, a == second[j - 1], first[i - 1] == b { best = min(best, before[j - 1] + 1) }
        next.append(best)
      }
      before = row
      row = next
    }
    return row[second.count]
  }
}
