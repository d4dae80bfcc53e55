internal import Specs
internal import Training

/// One fold: rows that are learned from, rows that watch that, and rows that judge it; by their numbers in the part
/// that is folded, ascending.
package struct Fold: Sendable, Equatable {
  package var train: [Int]
  package var validation: [Int]
  package var test: [Int]

  package init(train: [Int], validation: [Int], test: [Int]) {
    (self.train, self.validation, self.test) = (train, validation, test)
  }

  /// Rows that judge over rows that do not.
  package var testTrainRatio: Double { Double(test.count) / Double(max(1, train.count + validation.count)) }

  /// In the order of the data's parts.
  var lists: [[Int]] { [train, validation, test] }

  /// SHA-256 of the three lists as JSON, `[[train], [validation], [test]]`, as Python's `json.dumps` writes it.
  package var hash: String {
    let text = ConfigValue.array(lists.map { .array($0.map(ConfigValue.integer)) }).compactText
    let hash = SHA256()
    Array(text.utf8).withUnsafeBytes(hash.update)
    return hash.finish()
  }
}
