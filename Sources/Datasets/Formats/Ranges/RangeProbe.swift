internal import Specs

/// Reads texts as CSV and says in words what has come of them, for those who compare ways to cut them.
package enum RangeProbe {
  /// All of a table, or the sentence of the error, and whether the text was read by ranges.
  ///
  /// - Parameters:
  ///   - context: how the text is cut, and whatever else a reader is told.
  ///   - byRangesAlone: whether nothing comes of a text that ranges leave to the reader from the first byte.
  package static func outcome(
    of text: [UInt8], as format: CSVFormat, in context: DataContext, byRangesAlone: Bool = false
  ) -> (outcome: String, isByRanges: Bool) {
    let sink = DataSink(context), reader = CSVReader(format: format, sink: sink)
    do throws(DataError) {
      let isByRanges = text.withUnsafeBufferPointer { bytes in
        reader.readByRanges(bytes) { body throws(DataError) in try body(bytes) }
      }
      if !isByRanges {
        guard !byRangesAlone else { return ("", false) }
        try reader.read(text)
      }
      return (describe(try sink.table()), isByRanges)
    } catch {
      return (error.sentence, false)
    }
  }

  private static func describe(_ table: Table) -> String {
    var text =
      "\(table.count) \(table.columns) \(table.notes) \(table.dropped) \(table.targetColumns) "
    text += "\(String(describing: table.source)) "
    text +=
      "\(table.keys.map { "\($0.name) \($0.labels(0..<table.count))" }) \(String(describing: table.sampleWeights)) "
    text += "\(table.features.codes) \(table.features.isRounded) \(String(describing: table.targets)) "
    table.forEachRow(0..<table.count) { _, values in
      for feature in 0..<table.featureShape.count { text += "\(values[feature].bitPattern) " }
    }
    return text
  }
}

extension DataContext {
  /// Cuts texts of any length into ranges of so many bytes, some of them a window, or does not cut them (nil).
  package mutating func cutTexts(every bytes: Int?, window: Int) {
    guard let bytes else { return cuts.leastText = .max }
    (cuts.leastText, cuts.rangeBytes, cuts.windowRanges, cuts.firstRanges) = (1, max(1, bytes), max(1, window), 2)
  }
}
