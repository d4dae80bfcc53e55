internal import Specs

/// What the columns of a source with named columns are for, and how their cells become features.
///
/// The training source decides: its keys, the rules of `data.columns` and, for what neither says, its cells. Every
/// other source follows the description of that (``init(following:names:keys:naming:file:readsTargets:missing:)``).
struct ColumnPlan {
  /// Roles that keys of a source state, by the places of columns.
  struct Keys {
    var targets: [Int] = []
    /// Nil: all others.
    var features: [Int]?
    var categorical: Set<Int> = []
    var weight: Int?
  }

  /// A column that tells rows apart or together.
  struct Key {
    var column: Int
    var role: SourceField.Role
    var missing: MissingPolicy
  }

  /// The columns of the file.
  let names: [String]
  var features: [PlannedColumn] = []
  /// The targets, in the training source's order; empty where they are not read.
  var targets: [Int] = []
  /// How each is read; empty: all as usual.
  var targetColumns: [TargetColumn] = []
  /// The weights; nil where they are not read.
  var weight: Int?
  /// Where a rule has named it.
  var weightColumn: WeightColumn?
  var keys: [Key] = []
  /// Columns that cannot be features.
  var refused: [(column: Int, problem: KindProblem)] = []
  /// Columns whose cells have to be looked at before they can be read.
  var unsurveyed: [Int] = []
  /// What a person should know.
  var notes: [String] = []

  init(names: [String]) { self.names = names }

  /// The fields that the columns become: features, targets, the weight, keys.
  func fields(targetIsText: Bool) -> [SourceField] {
    var fields: [SourceField] = []
    for column in features {
      for feature in column.features {
        let isCode = feature.isCategorical
        let known = feature.categories.flatMap { $0.isEmpty ? nil : $0 }
        var field = SourceField(feature.name, .feature, isCode ? .labels(known: known) : .numbers)
        field.column = feature
        field.rareBelow = isCode ? column.rareBelow : nil
        field.isInferred = isCode && column.isInferred
        fields.append(field)
      }
    }
    fields += targets.map { SourceField(names[$0], .target, targetIsText ? .labels() : .numbers) }
    if let weight { fields.append(SourceField(names[weight], .weight, .numbers)) }
    return fields + keys.map { SourceField(names[$0.column], $0.role, .labels()) }
  }

  /// How a target is read.
  func targetColumn(_ index: Int) -> TargetColumn {
    targetColumns.indices.contains(index) ? targetColumns[index] : TargetColumn()
  }
}

extension KindProblem {
  /// The problem with its place in other words.
  func settled(_ place: (String) -> String) -> KindProblem {
    switch self {
    case .otherDates(let first, let own, let rule): .otherDates(first: first, place: place(own), rule: rule)
    case .otherNumbers(let first, let own, let rule): .otherNumbers(first: first, place: place(own), rule: rule)
    default: self
    }
  }
}

/// Why a column cannot be a feature as it is.
package enum KindProblem: Sendable, Equatable {
  /// Nearly each row has a word of its own.
  case identifier(distinct: Int, isMore: Bool, cells: Int)
  /// Too many different words.
  case manyCategories(distinct: Int, isMore: Bool, cells: Int)
  /// Prose, as its cells show or as it is stated.
  case text(isStated: Bool)
  /// Dates or times in another form than ISO 8601; the rule that reads them, where only one does.
  case otherDates(first: String, place: String, rule: String?)
  /// Numbers with a unit or the like; the rule that reads them.
  case otherNumbers(first: String, place: String, rule: String)
}
