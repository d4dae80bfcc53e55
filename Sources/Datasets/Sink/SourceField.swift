package import Kernels
package import Specs

/// One field of a source: what each of its rows has of it.
package struct SourceField: Sendable, Equatable {
  /// What a field is for.
  package enum Role: String, Sendable, CaseIterable {
    /// What a model reads.
    case feature
    /// What it predicts.
    case target
    /// What the row counts beside others, ≥ 0.
    case weight
    /// What it has in common with other rows.
    case group
    /// What tells it from all others.
    case id
  }

  /// What the cells of a field are.
  package enum Content: Sendable, Equatable {
    /// Numbers that come as elements of one type, and stay that.
    case array(RawElement)
    /// Numbers that come in double; where float32 holds all of a column, they stay as float32.
    case numbers
    /// Texts. As features they are categories: those that are known, or those that occur.
    case labels(known: [String]? = nil)
  }

  package var name: String
  package var role: Role
  package var content: Content
  /// The shape of what a row has; of a ragged field, that of one of its entries.
  package var shape: Shape
  /// Whether rows have different numbers of entries. Such a field is a feature of an array's elements.
  package var isRagged: Bool
  /// What is known of the column of features that it becomes; nil: no more than its name and shape.
  package var column: FeatureColumn?
  /// Categories with fewer rows of the training source are pooled; nil: none.
  package var rareBelow: Int?
  /// Whether that it has labels was read from its cells, and nobody has said it.
  package var isInferred = false
  /// The file of its own that it has; nil: that of the source.
  package var file: String?

  package init(
    _ name: String, _ role: Role, _ content: Content, shape: Shape = [1], isRagged: Bool = false, file: String? = nil
  ) {
    self.name = name
    self.role = role
    self.content = content
    self.shape = shape
    self.isRagged = isRagged
    self.file = file
  }

  /// Numbers that a row of a ``RowBlock`` has of it.
  var width: Int { content == .numbers ? shape.count : 0 }

  /// Whether rows are told apart or put together by it.
  var isKey: Bool { role == .group || role == .id }

  var isLabels: Bool { if case .labels = content { true } else { false } }
}
