/// What is known of the cells of the columns whose kinds nobody has said, by the places of the columns.
///
/// Kinds are those that the first rows show, as long as nothing else comes: all rows are read so, and the cells of
/// columns that are not numbers alone are looked at meanwhile. Where all cells together show other kinds, all is read
/// again. So a table is mostly gone through once, and its kinds are those of all cells.
enum CellKnowledge {
  case nothing
  /// Surveys of the first rows; of columns with numbers alone empty ones.
  case sample([Int: ColumnSurvey])
  /// Surveys of all rows; of columns with numbers alone also empty ones.
  case whole([Int: ColumnSurvey])

  /// What the first rows have shown.
  ///
  /// - Parameter stated: columns that are looked at though their kinds are known.
  static func sample(_ surveys: [Int: ColumnSurvey], stated: [Int]) -> CellKnowledge {
    .sample(
      Dictionary(
        uniqueKeysWithValues: surveys.map { column, survey in
          let isLooked = survey.firstWord != nil || stated.contains(column)
          return (column, isLooked ? survey : ColumnSurvey(name: survey.name))
        }))
  }

  var surveys: [Int: ColumnSurvey] {
    switch self {
    case .nothing: [:]
    case .sample(let surveys), .whole(let surveys): surveys
    }
  }

  var isSample: Bool { if case .sample = self { true } else { false } }

  /// The columns whose cells are looked at while they are read.
  var surveyed: [Int] {
    guard case .sample(let surveys) = self else { return [] }
    return surveys.filter { $0.value.rows > 0 }.map(\.key).sorted()
  }

  /// What is known once all rows were read as the first ones had shown it.
  ///
  /// - Parameter found: the surveys of ``surveyed``.
  func completed(by found: [ColumnSurvey]) -> CellKnowledge {
    .whole(surveys.merging(zip(surveyed, found)) { $1 })
  }
}

extension ColumnPlan {
  /// Takes the kinds that cells have shown for open: a word among numbers may show others.
  mutating func reopen() {
    for index in features.indices where features[index].isInferred { features[index].isSettled = false }
  }

  /// Whether rows are read as by another plan of the same columns.
  func reads(as other: ColumnPlan, targetIsText: Bool) -> Bool {
    guard unsurveyed.isEmpty, refused.isEmpty, features.count == other.features.count else { return false }
    return fields(targetIsText: targetIsText) == other.fields(targetIsText: targetIsText)
      && zip(features, other.features).allSatisfy {
        $0.column == $1.column && $0.missing == $1.missing && $0.features == $1.features
          && $0.statesIndicator == $1.statesIndicator
      }
  }
}
