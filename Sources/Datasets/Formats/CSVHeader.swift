internal import Specs

/// Decides whether the first line of a table names its columns.
///
/// It does where `header` is true, unless all its cells are numbers: then only where these are known as names, from the
/// training source or from the config. And it is a header, announced or not, where it holds the training source's
/// names.
struct CSVHeader {
  var format: CSVFormat
  /// Nil for the training source.
  var training: SourceNames?

  /// The names of the columns, or their indices.
  ///
  /// - Parameter cells: the first line, trimmed.
  /// - Throws: ``DataError`` where `header` says something else than the line.
  func names(_ cells: [String]) throws(DataError) -> [String] {
    guard format.header else {
      if isUnannounced(cells) {
        throw .names(file: format.path, .headerUnannounced(training: training?.naming == .header))
      }
      return cells.indices.map(String.init)
    }
    if cells.allSatisfy({ LabelKind.number($0) != nil }), !areNames(cells) {
      let isTrained = training?.naming == .header, isPossible = !isTrained && !stated.isEmpty && holdsStated(cells)
      throw .names(
        file: format.path,
        .numbersForNames(training: isTrained ? training?.fileColumns ?? [] : [], isPossible: isPossible))
    }
    var seen: Set<String> = []
    for name in cells where !seen.insert(name).inserted { throw .duplicateColumn(file: format.path, column: name) }
    return cells
  }

  /// Whether a line of numbers is a line of names.
  private func areNames(_ cells: [String]) -> Bool {
    if let training, training.naming == .header || (training.naming == .index && cells.count >= 3) {
      let line = Self.names(in: cells, of: training)
      let isAscending = zip(cells, cells.dropFirst()).allSatisfy { first, second in
        (LabelKind.number(first) ?? 0) < (LabelKind.number(second) ?? 0)
      }
      // With others between them, in no order, names that are numbers look too much like a row.
      return line.areAll || (line.areComplete && (format.headerIsStated || isAscending))
    }
    guard Set(cells).count == cells.count, holdsStated(cells) else { return false }
    // Tables of other tools count their columns; a row of data would be that by a rare chance.
    let counts = [0, 1].contains { first in cells.enumerated().allSatisfy { $1 == String(first + $0) } }
    return format.headerIsStated || (!stated.isEmpty && cells.count >= 3 && counts)
  }

  /// Whether a line that is said to be no header holds names all the same.
  private func isUnannounced(_ cells: [String]) -> Bool {
    guard let training, training.naming == .header else {
      return cells.count >= 3 && cells.enumerated().allSatisfy { LabelKind.number($1) == Double($0) }
    }
    let words = Set(cells.filter(Self.isWord))
    let features = training.fileColumns, found = features.count { words.contains($0) }
    let line = Self.names(in: cells, of: training)
    return line.areAll || (line.areComplete && !words.isEmpty) || (found > 0 && 2 * found >= features.count)
  }

  /// Whether a line holds nothing but names of the training source, each once, and whether it holds those of all
  /// features; however numbers are written.
  private static func names(
    in cells: [String], of training: SourceNames
  ) -> (areAll: Bool, areComplete: Bool) {
    let found = Set(cells.map(key)), features = training.fileColumns.map(key)
    let known = Set(features + training.targets.map { key($0.trimmed) })
    return (found.count == cells.count && found.isSubset(of: known), features.allSatisfy(found.contains))
  }

  /// Whether a cell holds letters and neither a number nor a mark for one.
  static func isWord(_ cell: String) -> Bool {
    var cell = cell
    guard !cell.withUTF8({ DecimalNumber.parse($0) != nil || MissingMarks.usual.contains($0) }) else { return false }
    return CellCause(of: cell) != .infinite && cell.unicodeScalars.contains { $0.properties.isAlphabetic }
  }

  private static func key(_ name: String) -> String { LabelKind.number(name).map { "\($0)" } ?? name }

  /// The names that keys of the config state.
  private var stated: [String] {
    format.statedColumns.compactMap { column in
      if case .name(let name) = column { name } else { nil }
    }
  }

  private func holdsStated(_ cells: [String]) -> Bool { Set(stated).isSubset(of: cells) }
}
