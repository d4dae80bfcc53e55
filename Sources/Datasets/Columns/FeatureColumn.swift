/// One column of a table's features.
package struct FeatureColumn: Sendable, Equatable {
  package var name: String
  /// The categories of a column that is one-hot encoded, nil for a column of numbers: those of the cells, sorted, then
  /// the one that rare ones are pooled in and the one that stands for missing cells, where there are.
  package var categories: [String]?
  /// The numbers that a row has of it, one after the other.
  package var count = 1
  /// Whether rows had different numbers of entries: the shorter ones end with zeros, and nothing normalizes them.
  package var isRagged = false
  /// What is done where its value is missing.
  package var missing = MissingPolicy.error
  /// Whether it is ``MissingPolicy/error`` where something else is done for all columns.
  package var statesMissing = false
  /// How its numbers are brought to a common scale; nil: as `data.normalize` says.
  package var transform: NormalizationMethod?
  /// The column of the file that it is derived from; nil: the one of its name.
  package var source: String?
  /// How it comes from a cell of that column.
  package var reading = CellReading.plain
  /// What is done with a category that training did not have.
  package var unknown = UnknownPolicy.error
  /// Categories of the training source that are counted as ``otherCategory``.
  package var pooled: [String] = []
  /// The place of the category that rare ones are pooled in; nil: there is none.
  package var otherCategory: Int?
  /// The place of the category that stands for missing cells; nil: there is none.
  package var missingCategory: Int?

  package init(
    name: String, categories: [String]? = nil, count: Int = 1, isRagged: Bool = false,
    missing: MissingPolicy = .error, transform: NormalizationMethod? = nil, source: String? = nil,
    reading: CellReading = .plain, unknown: UnknownPolicy = .error
  ) {
    self.name = name
    self.categories = categories
    self.count = count
    self.isRagged = isRagged
    self.missing = missing
    self.transform = transform
    self.source = source
    self.reading = reading
    self.unknown = unknown
  }

  var isCategorical: Bool { categories != nil }
  /// How many features the column becomes.
  package var width: Int { categories?.count ?? count }
  /// The names of these features: `column`, `column[index]` or `column=category`.
  package var featureNames: [String] {
    if let categories { return categories.map { "\(name)=\($0)" } }
    return count == 1 ? [name] : (0..<count).map { "\(name)[\($0)]" }
  }
  /// The name of the file's column that it comes from.
  package var fileColumn: String { source ?? name }
  /// The categories that cells name.
  var cellCategories: [String] {
    (categories ?? []).enumerated().filter { $0.offset != otherCategory && $0.offset != missingCategory }.map(\.element)
  }
}
