/// The facts of sources whose names or kinds do not fit the training source's.
package enum NameProblem: Sendable, Equatable {
  // Headers
  case numbersForNames(training: [String], isPossible: Bool)
  case headerUnannounced(training: Bool)
  case textUnannounced(first: String)
  // Columns
  case unknownColumns([String], known: [String])
  case missingColumns([String], known: [String])
  case otherFeatures(found: [String], expected: [String])
  case columnCountsDiffer(found: Int, expected: Int, names: [String])
  case featureInOtherRole(column: String, role: String)
  case numbersHere(column: String)
  case categoriesWithoutColumns
  case doubled(column: String)
  /// One of several files has other columns than the first.
  case otherHeader(first: String, missing: [String], extra: [String])
  case kindsDiffer(column: String, found: String, expected: String)
  // Arrays
  case unknownArray(String, noun: String, known: [String])
  // Targets and labels
  case targetsDiffer(missing: [String], extra: [String])
  case otherTarget(found: String, expected: String)
  case missingRoles([String], role: String, known: [String])
  case twins(place: String, what: String, first: String, second: String)
  // The training source read again
  case rowsChanged(found: Int, expected: Int)

  /// Whether keys of the config are at fault rather than the file.
  var isConfig: Bool {
    switch self {
    case .unknownColumns, .missingColumns, .otherFeatures, .featureInOtherRole, .numbersHere, .categoriesWithoutColumns,
      .unknownArray:
      true
    default: false
    }
  }
}
