/// The facts of rows that cannot be cut into parts as the config asks.
///
/// `key` is where the config says it, like `data.test.group`; `column` is a column in words.
package enum SplitProblem: Sendable, Equatable {
  // The column
  case withoutColumns(key: String, column: String)
  case nameWithoutHeader(key: String, column: String)
  case indexWithHeader(key: String, column: String)
  case cutByTarget(key: String, column: String)
  case missing(key: String, column: String, place: String, count: Int)
  // Values
  case unknownValue(key: String, column: String, value: String, known: [String])
  case matchedTwice(column: String, other: String, place: String, count: Int)
  // Groups
  case fewGroups(key: String, column: String, count: Int, parts: Int, isTorn: Bool)
  case largeGroups(key: String, column: String, smallest: Int, wanted: Int, count: Int)
  // Times
  case noTime(key: String, column: String, place: String, text: String)
  case mixedZones(key: String, column: String, place: String, text: String)
  case fewTimes(key: String, column: String, count: Int, parts: Int)
  case largeTime(key: String, column: String, text: String, size: Int, wanted: Int)
  // Parts
  case noRows(key: String, fraction: Double, rows: Int)
  case nothingToTrain(rows: Int)
  /// The training source read again.
  case cutOtherwise(part: String, found: Int, expected: Int)

  /// Whether keys of the config are at fault rather than the file.
  var isConfig: Bool {
    switch self {
    case .withoutColumns, .nameWithoutHeader, .indexWithHeader, .cutByTarget, .unknownValue, .matchedTwice: true
    default: false
    }
  }
}
