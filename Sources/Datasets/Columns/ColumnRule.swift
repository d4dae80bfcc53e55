/// What a config says of a table's column, for any source; nil: not said.
package struct ColumnRule: Sendable, Equatable {
  /// What a column is for.
  package enum Role: String, Sendable, CaseIterable {
    case feature, target, weight, group, id
    /// It is not looked at.
    case drop
  }

  /// What a column's cells are.
  package enum Kind: String, Sendable, CaseIterable {
    case numeric, categorical, boolean, date
    /// Prose: recognised and refused as a feature.
    case text
  }

  package var role: Role?
  /// As it is stated, or as other keys show it.
  package var kind: Kind?
  package var missing: MissingPolicy?
  /// Whether a feature of 0 and 1 says where it was missing.
  package var indicator: Bool?
  /// Of a feature, or of the target.
  package var transform: NormalizationMethod?

  /// What is done with categories that training did not have.
  package var unknown: UnknownPolicy?
  /// Categories with fewer rows of the training part are pooled.
  package var rareBelow: Int?
  /// Categories that are counted 0, 1, 2, …
  package var order: [String]?
  /// What becomes of a date.
  package var parts: [DatePart]?
  /// How dates are written, where that is not ISO 8601.
  package var dateFormat: DateFormat?
  /// How numbers are written, where that is not the way of programs.
  package var style: NumberStyle?

  package init() {}

  /// The first key that is for features alone, for messages.
  var keyOfFeatures: String? {
    if indicator != nil { return "indicator" }
    if unknown != nil { return "unknown" }
    if rareBelow != nil { return "rare_below" }
    if order != nil { return "order" }
    if parts != nil { return "parts" }
    if dateFormat != nil { return "format" }
    if transform != nil { return "transform" }
    return kind == nil || (kind == .numeric && style != nil) ? nil : "kind"
  }
}
