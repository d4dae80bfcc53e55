internal import Specs

/// How a text table is written, told from its first lines.
package enum TableDialect {
  /// Characters that are tried, in this order where several cut the lines alike.
  private static let candidates: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"),
  ]
  private static let sampled = 64

  /// The character between the cells: the one that cuts all of the first records into the same number of cells, the
  /// most of them.
  ///
  /// Where none does, it is a tab for a name that ends with `.tsv` or `.tab`, else a comma.
  static func delimiter(of bytes: UnsafeBufferPointer<UInt8>, file: String) -> UInt8 {
    var best: (delimiter: UInt8, count: Int)?
    for candidate in candidates {
      guard let count = evenCount(bytes, candidate), count > best?.count ?? 1 else { continue }
      best = (candidate, count)
    }
    let name = file.hasSuffix(".gz") ? file.dropLast(3) : file.hasSuffix(".zst") ? file.dropLast(4) : file[...]
    let usual = name.hasSuffix(".tsv") || name.hasSuffix(".tab") ? UInt8(ascii: "\t") : UInt8(ascii: ",")
    return best?.delimiter ?? usual
  }

  /// Cells of each of the first records; nil where their numbers differ.
  private static func evenCount(_ bytes: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8) -> Int? {
    var scanner = CSVScanner(bytes, delimiter: delimiter, file: ""), cells: [CSVField] = [], count: Int?
    for _ in 0..<sampled {
      do {
        guard try scanner.next(into: &cells) else { break }
      } catch {
        return nil
      }
      guard cells.count == count ?? cells.count else { return nil }
      count = cells.count
    }
    return count
  }

  /// Whether the cells of a first line are names of columns rather than a row.
  ///
  /// A line of words is one. Among words, numbers are names where they are whole and ascend, like the years of a table
  /// `country, 1990, 2000`; one name may be empty, as for the index that pandas writes.
  package static func isHeader(_ cells: [String]) -> Bool {
    let numbers = cells.compactMap(LabelKind.number)
    guard numbers.count < cells.count else { return false }
    let isAscending = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    // A name that is there twice is told as such.
    if numbers.isEmpty { return cells.contains(where: CSVHeader.isWord) }
    guard Set(cells).count == cells.count else { return false }
    return numbers.count > 1 && isAscending && numbers.allSatisfy { $0.rounded() == $0 && $0 >= 0 }
  }
}
