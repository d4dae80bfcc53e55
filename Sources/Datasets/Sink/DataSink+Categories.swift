internal import Specs

extension DataSink {
  /// The column of a field of labels.
  func categoryColumn(_ index: Int, known: [String]?) throws(DataError) -> FeatureColumn {
    let field = fields[index], found = contents[index].labels
    if let column = field.column, context.training != nil { return column }
    var column = field.column ?? FeatureColumn(name: field.name, categories: [])
    if let categories = known ?? trained(field.name)?.categories {
      column.categories = categories
      return column
    }
    try found.requireNoTwins("category", source)
    column.decideCategories(found, rareBelow: context.cutsParts ? nil : field.rareBelow)
    guard column.categories?.isEmpty == false else { throw .noCategories(file: source.file, column: column.name) }
    if !context.cutsParts { notes += column.notesOnCategories(rareBelow: field.rareBelow, of: "source") }
    return column
  }

  /// Whether a field's categories are those that occur, which the rows of the training part are to decide.
  func isUndecided(_ index: Int) -> Bool {
    guard context.cutsParts, context.training == nil, case .labels(nil) = fields[index].content else { return false }
    return true
  }

  /// Refuses missing cells that nothing stands for, and says where there are some of which training had none.
  private func settleMissing(_ feature: Feature, _ codes: CategoryCodes) throws(DataError) {
    let column = feature.column, found = contents[feature.field].labels
    guard let label = found.labels.firstIndex(where: { codes($0) == .missing }) else { return }
    guard column.missing.fills else {
      var problems = CellProblems()
      problems.rows = found.codes.count
      problems.canDropRows = context.canDropRows
      for (row, code) in found.codes.enumerated() where code == Int32(label) {
        problems.add(.missing, column: column.name, role: .category, place: source.place(row), text: "")
      }
      throw .cells(file: source.file, problems)
    }
    guard column.missing == .category, column.missingCategory == nil else { return }
    notes.append(column.noteOnMissing(found.rows[label]))
  }

  /// Hands out the codes of a column's rows, in the place of what its labels had.
  func takeCodes(_ feature: Feature) -> [Int32] {
    let codes = CategoryCodes(feature.column)
    let stored = contents[feature.field].labels.labels.map { codes.stored(codes($0)) }
    return contents[feature.field].labels.takeCodes(as: stored, context.readingThreads)
  }

  /// Refuses the first row with a category that its column does not have, or counts such rows where something stands
  /// for them.
  func settleUnknownCategories(_ columns: [Feature]) throws(DataError) {
    var unseen: [(row: Int, column: FeatureColumn, label: String)] = []
    for feature in columns where feature.column.isCategorical {
      // Labels stand in order of their first rows.
      let found = contents[feature.field].labels, codes = CategoryCodes(feature.column)
      try settleMissing(feature, codes)
      let isUnknown = found.labels.map { codes($0) == .unknown }
      guard let label = isUnknown.firstIndex(of: true), let row = found.codes.firstIndex(of: Int32(label)) else {
        continue
      }
      guard feature.column.unknown != .error || context.isCut else {
        unseen.append((row, feature.column, found.labels[label]))
        continue
      }
      let count = found.labels.indices.reduce(0) { isUnknown[$1] ? $0 + found.rows[$1] : $0 }
      notes.append(
        feature.column.noteOnUnknown(count, firstIn: source.place(row), text: found.labels[label]))
    }
    guard let first = unseen.min(by: { $0.row < $1.row }) else { return }
    throw .unseenCategory(
      file: source.file, place: source.place(first.row), column: first.column.name, text: first.label,
      known: first.column.cellCategories)
  }
}
