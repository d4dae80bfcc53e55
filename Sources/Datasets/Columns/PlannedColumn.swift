/// One column of a file and the features that it becomes.
struct PlannedColumn {
  /// What its cells are read as.
  enum Cells {
    case number(NumberStyle)
    case boolean
    case date(DateFormat?)
    case ordinal(LabelIndex)
    case categories
  }

  /// Its place among the columns of the file.
  var column: Int
  var cells: Cells
  /// The features in their order; that of categories, if it is one, is the first.
  var features: [FeatureColumn]
  /// What is done where a cell is missing.
  var missing: MissingPolicy
  /// Whether its kind was said, by the config, by a survey or by the training source; else a word leads to a survey.
  var isSettled = true
  /// Whether its kind was read from its cells.
  var isInferred = false
  /// Whether a rule asks for a feature that says where a cell is missing.
  var statesIndicator = false
  /// Categories with fewer rows are pooled.
  var rareBelow: Int?

  /// Whether a cell is one number as programs write it, and nothing else comes of it.
  var isPlain: Bool {
    if case .number(.plain) = cells { features.count == 1 } else { false }
  }

  var isCategorical: Bool { if case .categories = cells { true } else { false } }

  /// The column behind neighbouring features of a training source's description.
  init(column: Int, following features: [FeatureColumn], missing: MissingPolicy) {
    let main = features.first { $0.reading != .isMissing }
    switch main?.reading {
    case .number(let style): cells = .number(style)
    case .boolean: cells = .boolean
    case .date(_, let format): cells = .date(format)
    case .ordinal(let order): cells = .ordinal(LabelIndex(order, kind: LabelKind(of: order)))
    default: cells = main?.isCategorical == true ? .categories : .number(.plain)
    }
    self.column = column
    self.features = features
    let own = main?.missing ?? .error
    // Builds before rules of columns have said it for all columns together.
    self.missing = own == .error && main?.statesMissing != true && missing == .dropRow ? .dropRow : own
  }

  /// A column of a training source.
  init(column: Int, cells: Cells, features: [FeatureColumn], missing: MissingPolicy, rareBelow: Int? = nil) {
    self.column = column
    self.cells = cells
    self.features = features
    self.missing = missing
    self.rareBelow = rareBelow
  }
}

/// What a description keeps of how a target's cells are read.
package struct TargetColumn: Sendable, Equatable {
  /// How its numbers are written; nil: as programs write them.
  package var style: NumberStyle?
  /// What is done where it is missing; nil: as for all columns.
  package var missing: MissingPolicy?
  /// How it is brought to a common scale; nil: as `data.normalize_targets` says.
  package var transform: TargetTransform?

  package init(style: NumberStyle? = nil, missing: MissingPolicy? = nil, transform: TargetTransform? = nil) {
    self.style = style
    self.missing = missing
    self.transform = transform
  }
}

/// What a description keeps of a column of weights that a rule has named.
package struct WeightColumn: Sendable, Equatable {
  package var name: String
  package var missing: MissingPolicy?

  package init(name: String, missing: MissingPolicy? = nil) {
    self.name = name
    self.missing = missing
  }
}
