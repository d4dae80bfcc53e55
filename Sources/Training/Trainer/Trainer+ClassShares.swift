internal import Collectives
internal import Datasets
internal import Platform
internal import Specs

extension Trainer {
  /// For each part the rows and the share of each class, in words; empty for values.
  ///
  /// It looks at the class of each row.
  package var classShareLines: [String] {
    guard data.description.targetKind == .classes else { return [] }
    return DataPart.allCases.compactMap { part in
      guard let rows = data.prepared.rows(of: part), rows.count > 0 else { return nil }
      let counts = classCounts(rows), shown = 10
      let entries = zip(data.description.classNames, counts).prefix(shown).map { name, count in
        "\(name.excerpt(40)) \(count) (\(Self.percent(count, of: rows.count)) %)"
      }
      let more = counts.count > shown ? ", … (\(counts.count) classes)" : ""
      return "\(part.name) classes: \(entries.joined(separator: ", "))\(more)"
    }
  }

  /// Rows of each class.
  private func classCounts(_ rows: DataRows) -> [Int] {
    let block = 4096, ids = AlignedBuffer<Int>(count: block), classes = AlignedBuffer<Int32>(count: block)
    var counts = [Int](repeating: 0, count: data.description.classNames.count)
    for first in stride(from: 0, to: rows.count, by: block) {
      let count = min(block, rows.count - first)
      for index in 0..<count { ids.pointer[index] = first + index }
      rows.gatherClasses(rows: ids.pointer, count: count, into: classes.pointer)
      for index in 0..<count { counts[Int(classes.pointer[index])] += 1 }
      cluster.showProgress()
    }
    return counts
  }

  /// With one digit behind the point, and never 0 of something.
  private static func percent(_ count: Int, of all: Int) -> String {
    let share = 100 * Double(count) / Double(max(1, all))
    return count > 0 && share < 0.05 ? "< 0.1" : ConfigValue.number((share * 10).rounded() / 10).compactText
  }
}
