/// Turns the labels of a column of categories into codes.
struct CategoryCodes {
  /// What a label is.
  enum Code: Equatable {
    case category(Int)
    /// No cell: an empty label.
    case missing
    /// None that the training source had.
    case unknown
  }

  private let column: FeatureColumn
  private let index: LabelIndex
  /// The places of ``index``'s labels among the categories; those of pooled ones are ``FeatureColumn/otherCategory``.
  private let places: [Int]

  init(_ column: FeatureColumn) {
    self.column = column
    let categories = column.categories ?? []
    let own = categories.indices.filter { $0 != column.otherCategory && $0 != column.missingCategory }
    let labels = own.map { categories[$0] } + column.pooled
    index = LabelIndex(labels, kind: LabelKind(of: labels))
    places = own + column.pooled.map { _ in column.otherCategory ?? -1 }
  }

  func callAsFunction(_ label: String) -> Code {
    guard !label.isEmpty else { return .missing }
    return index.index(of: label).map { .category(places[$0]) } ?? .unknown
  }

  /// The code that is stored; -1: no category stands for it.
  func stored(_ code: Code) -> Int32 {
    switch code {
    case .category(let place): Int32(place)
    case .missing: Int32(column.missingCategory ?? -1)
    case .unknown: Int32(column.unknown == .other ? column.otherCategory ?? -1 : -1)
    }
  }
}

extension FeatureColumn {
  /// Decides the categories of a column of the training source by all its rows.
  ///
  /// - Parameters:
  ///   - found: the labels of its rows; an empty one is missing.
  ///   - rareBelow: categories with fewer rows are pooled; nil: none.
  mutating func decideCategories(_ found: TextColumn, rareBelow: Int?) {
    let labels = found.labels.indices.filter { !found.labels[$0].isEmpty }
    let distinct = LabelKind.distinct(labels.map { found.labels[$0] })
    var rows = [Int](repeating: 0, count: distinct.count)
    if rareBelow != nil {
      // Labels that are equal count together.
      let index = LabelIndex(distinct, kind: LabelKind(of: distinct))
      for label in labels { if let place = index.index(of: found.labels[label]) { rows[place] += found.rows[label] } }
    }
    decideCategories(
      distinct, rows: rows, hasMissing: found.labels.contains(where: \.isEmpty), rareBelow: rareBelow)
  }

  /// Decides the categories of a column of the training source.
  ///
  /// - Parameters:
  ///   - distinct: those that occur, sorted.
  ///   - rows: of each.
  ///   - hasMissing: whether a cell is missing.
  ///   - rareBelow: categories with fewer rows are pooled; nil: none.
  mutating func decideCategories(_ distinct: [String], rows: [Int], hasMissing: Bool, rareBelow: Int?) {
    let isRare = rows.map { $0 < (rareBelow ?? 0) }
    pooled = distinct.indices.filter { isRare[$0] }.map { distinct[$0] }
    var categories = distinct.indices.filter { !isRare[$0] }.map { distinct[$0] }
    (otherCategory, missingCategory) = (nil, nil)
    if !pooled.isEmpty {
      otherCategory = categories.count
      categories.append(Self.free("other", among: categories + pooled))
    }
    // Nothing is learnt of a category that no row has.
    if missing == .category, hasMissing {
      missingCategory = categories.count
      categories.append(Self.free("missing", among: categories + pooled))
    }
    self.categories = categories
  }

  /// A name that no category has.
  private static func free(_ name: String, among categories: [String]) -> String {
    let taken = Set(categories)
    guard taken.contains(name) else { return name }
    var free = "(\(name))", count = 2
    while taken.contains(free) { (free, count) = ("(\(name) \(count))", count + 1) }
    return free
  }
}
