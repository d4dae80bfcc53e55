internal import Specs

/// A column of categories that is to be decided by the rows of the training part.
package struct UndecidedCategories: Sendable, Equatable {
  /// Categories with fewer rows are pooled; nil: none.
  var rareBelow: Int?
  /// Whether all cells of the source, and nobody's word, have made it one of categories.
  var isInferred = false
}

extension Table {
  /// Decides categories by the rows of the training part: those that none of its rows has are unknown ones, as in any
  /// other source, and what is rare is rare in it. Where all training rows have numbers, booleans or dates in a column
  /// that nobody has called one of categories, it is one of these, and what other rows have is refused, as in any other
  /// source.
  ///
  /// - Parameter rows: the training part's; the others are validation and test rows.
  /// - Returns: what a person should know.
  /// - Throws: ``DataError/noCategories(file:column:)`` where all training rows miss one,
  ///   ``DataError/otherKindThanTraining(file:place:column:text:kind:)``.
  mutating func decideCategories(by rows: [Int]) throws(DataError) -> [String] {
    guard !undecided.isEmpty else { return [] }
    var notes: [String] = []
    // Columns of categories are in the order of the places with codes.
    var places = features.places.indices.filter { if case .code = features.places[$0] { true } else { false } }[...]
    for (index, column) in columns.enumerated() where column.isCategorical {
      guard let place = places.popFirst(), let rule = undecided[index],
        case .code(let codes, _) = features.places[place]
      else { continue }
      columns[index] = try decide(column, codes, rule, rows, &notes)
      features.places[place] = .code(codes, categories: columns[index].width)
    }
    undecided = [:]
    featureShape = [columns.reduce(0) { $0 + $1.width }]
    return notes
  }

  /// The column as the training rows have it; its codes are changed to what it says.
  private mutating func decide(
    _ whole: FeatureColumn, _ place: Int, _ rule: UndecidedCategories, _ rows: [Int], _ notes: inout [String]
  ) throws(DataError) -> FeatureColumn {
    let names = whole.categories ?? [], codes = features.codes[place], rareBelow = rule.rareBelow
    var counts = [Int](repeating: 0, count: names.count), missing = 0
    for row in rows { if codes[row] >= 0 { counts[Int(codes[row])] += 1 } else { missing += 1 } }
    if let category = whole.missingCategory { missing = counts[category] }
    let trained = names.indices.filter { $0 != whole.missingCategory && counts[$0] > 0 }
    if rule.isInferred { try requireWords(whole, codes, isTrained: names.indices.map { counts[$0] > 0 }) }
    // What is left may be numbers where words were among them, and 1 and 1.0 one category.
    let distinct = LabelKind.distinct(trained.map { names[$0] }),
      index = LabelIndex(distinct, kind: LabelKind(of: distinct))
    var own = [Int](repeating: 0, count: distinct.count)
    for name in trained { if let place = index.index(of: names[name]) { own[place] += counts[name] } }
    var column = whole
    column.decideCategories(distinct, rows: own, hasMissing: missing > 0, rareBelow: rareBelow)
    guard column.categories?.isEmpty == false else { throw .noCategories(file: source.file, column: column.name) }
    let reader = CategoryCodes(column)
    let stored = names.indices.map { reader.stored($0 == whole.missingCategory ? .missing : reader(names[$0])) }
    notes += column.notesOnCategories(rareBelow: rareBelow, of: "part")
    let isKnown = names.indices.map { $0 == whole.missingCategory || counts[$0] > 0 }
    let unknown = codes.indices.filter { codes[$0] >= 0 && !isKnown[Int(codes[$0])] }
    if let first = unknown.first {
      notes.append(
        column.noteOnUnknown(unknown.count, firstIn: source.place(first), text: names[Int(codes[first])]))
    }
    if let category = whole.missingCategory, column.missingCategory == nil {
      notes.append(column.noteOnMissing(codes.count { $0 == Int32(category) }))
    }
    features.codes[place] = codes.map { $0 >= 0 ? stored[Int($0)] : -1 }
    return column
  }

  /// Refuses a column that other rows than those of training have made one of categories.
  private func requireWords(_ column: FeatureColumn, _ codes: [Int32], isTrained: [Bool]) throws(DataError) {
    let names = column.categories ?? []
    let kinds: [PlainKind?] = names.indices.map { $0 == column.missingCategory ? nil : PlainKind(of: names[$0]) }
    let trained = Set(names.indices.filter { isTrained[$0] }.compactMap { kinds[$0] })
    guard let kind = PlainKind.ofAll(trained) else { return }
    let first = codes.indices.first { row in
      guard codes[row] >= 0, let own = kinds[Int(codes[row])] else { return false }
      return PlainKind.ofAll(trained.union([own])) != kind
    }
    guard let first else { return }
    throw .otherKindThanTraining(
      file: source.file, place: source.place(first), column: column.name, text: names[Int(codes[first])],
      kind: kind.words)
  }
}

extension FeatureColumn {
  /// How categories came about, where that is more than those of the cells.
  ///
  /// - Parameter what: of training, that has decided it: its source, or its part.
  func notesOnCategories(rareBelow: Int?, of what: String) -> [String] {
    let name = name.excerpt(40)
    var notes: [String] = []
    if missingCategory != nil { notes.append("where '\(name)' is missing, that is a category of its own") }
    if let rareBelow, !pooled.isEmpty {
      notes.append(
        "\(pooled.count) categor\(pooled.count == 1 ? "y" : "ies") of '\(name)' with fewer than \(rareBelow) rows of the training \(what) "
          + "\(pooled.count == 1 ? "is" : "are") pooled as '\(other)'")
    }
    if unknown == .other, otherCategory == nil {
      notes.append(
        "no category of '\(name)' is pooled as rare, so nothing is learnt of others: unknown ones are zeros")
    }
    return notes
  }

  /// Missing cells of which training had none, though they were to be a category.
  func noteOnMissing(_ count: Int) -> String {
    "\(count.counted("cell")) of '\(name.excerpt(40))' \(count.isOrAre) missing, and none was in training; "
      + "all its features are 0"
  }

  /// Cells with categories that training did not have, and what stands for them.
  ///
  /// - Parameters:
  ///   - place: of the first of them.
  ///   - text: what is written there.
  func noteOnUnknown(_ count: Int, firstIn place: String, text: String) -> String {
    "\(count.counted("cell")) of '\(name.excerpt(40))' \(count == 1 ? "is a category" : "are categories") "
      + "that training did not have (first in \(place), '\(text.excerpt(40))'); "
      + (unknown == .other && otherCategory != nil
        ? "counted as '\(other)'"
        : missing == .mostFrequent ? "the most frequent one stands for it" : "all its features are 0")
  }

  /// What rare categories are pooled as.
  private var other: String { otherCategory.flatMap { categories?[$0].excerpt(40) } ?? "" }
}
