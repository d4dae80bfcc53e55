/// The key of a result in result files: the metric's name and the labels, with dots between: `recall.setosa`,
/// `confusion_matrix.ACTUAL.PREDICTED`.
///
/// Labels are names of the user's data and may hold dots, so that two results can join to one text: of the classes `a`,
/// `a.b`, `b.c` and `c`, `confusion_matrix.a.b.c` is two cells. Where that happens, and in no other metric, the labels
/// with a dot in them or an apostrophe at their beginning stand in apostrophes, an apostrophe within doubled:
/// `confusion_matrix.a.'b.c'` and `confusion_matrix.'a.b'.c`. Read from the left, such a key can be taken apart in one
/// way: a label ends at its closing apostrophe, or at the next dot. (TOML has dotted keys and quotes alike.)
package struct MetricKey: Sendable, Equatable {
  /// As files have it.
  package let text: String
  /// Name and labels with dots between, which several results may have in common.
  package let joined: String
  /// With apostrophes where labels need them, which no other result has.
  package let quoted: String

  /// What an evaluation's object has beside its metrics, in any result file.
  package static let reserved: Set<String> = [
    "loss", "undefined", "step", "epoch", "split", "learning_rate", "samples_per_second", "samples", "dropped_rows",
  ]

  /// The keys of some values that stand in one object, for each value those of its numbers, or of its curve.
  ///
  /// Two keys are the same only where name and labels are.
  package static func keys(of values: [MetricValue]) -> [[MetricKey]] {
    let spellings = values.map { value in value.labels.map { Spelling(value.name, $0) } }
    // By name, as a metric of other settings that shares one should look alike.
    var ambiguous: Set<String> = []
    while true {
      var owners: [String: (name: String, quoted: String)] = [:], clashing: Set<String> = []
      for (value, spellings) in zip(values, spellings) {
        let isQuoted = ambiguous.contains(value.name)
        for spelling in spellings {
          let text = isQuoted ? spelling.quoted : spelling.joined
          let other = owners.updateValue((value.name, spelling.quoted), forKey: text)
          if let other, other.quoted != spelling.quoted { clashing.formUnion([value.name, other.name]) }
        }
      }
      // A key with quotes may be another metric's without.
      guard !clashing.isSubset(of: ambiguous) else { break }
      ambiguous.formUnion(clashing)
    }
    return zip(values, spellings).map { value, spellings in
      let isQuoted = ambiguous.contains(value.name)
      return spellings.map { MetricKey(text: isQuoted ? $0.quoted : $0.joined, joined: $0.joined, quoted: $0.quoted) }
    }
  }

  /// Both ways to write name and labels.
  private struct Spelling {
    var joined: String
    var quoted: String

    init(_ name: String, _ labels: [String]) {
      joined = ([name] + labels).joined(separator: ".")
      quoted =
        labels.contains(where: Self.needsQuotes)
        ? ([name] + labels.map { Self.needsQuotes($0) ? Self.quote($0) : $0 }).joined(separator: ".") : joined
    }

    // By bytes: a dot with an accent is another character, and the same to who takes a key apart elsewhere.
    private static func needsQuotes(_ label: String) -> Bool {
      label.utf8.first == UInt8(ascii: "'") || label.utf8.contains(UInt8(ascii: "."))
    }

    private static func quote(_ label: String) -> String {
      var text = String.UnicodeScalarView("'".unicodeScalars)
      for scalar in label.unicodeScalars {
        if scalar == "'" { text.append(scalar) }
        text.append(scalar)
      }
      text.append("'")
      return String(text)
    }
  }
}
