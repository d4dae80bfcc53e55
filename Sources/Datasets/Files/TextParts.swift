internal import Specs

/// The files that a text was joined from, and the lines of each.
package struct TextParts: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package var file: String
    /// The line of the joined text that is the first of this file.
    package var start: Int
    /// The line of the file that it is.
    package var line: Int

    package init(file: String, start: Int, line: Int) { (self.file, self.start, self.line) = (file, start, line) }
  }

  /// In their order; ``Part/start`` ascends.
  package private(set) var parts: [Part]

  /// - Returns: nil where these cannot be the parts of a text.
  package init?(_ parts: [Part]) {
    guard parts.first?.start == 1, zip(parts, parts.dropFirst()).allSatisfy({ $0.start <= $1.start }),
      parts.allSatisfy({ (1...1 << 48).contains($0.line) && $0.start <= 1 << 48 })
    else { return nil }
    self.parts = parts
  }

  /// The file of a line of the joined text, and the line there.
  package func place(ofLine line: Int) -> (file: String, line: Int) {
    // The last part that begins at or before it.
    var low = 0, high = parts.count
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].start <= line { low = middle + 1 } else { high = middle }
    }
    let part = parts[max(0, low - 1)]
    return (part.file, part.line + line - part.start)
  }

  /// Where a line of the joined text is, as `line 12 of data/b.csv`.
  package func words(ofLine line: Int) -> String {
    let place = place(ofLine: line)
    return "line \(place.line) of \(place.file.oneLine)"
  }

  /// A place in words, where it is a line of the joined text.
  func settled(_ place: String) -> String {
    guard place.hasPrefix("line "), let line = Int(place.dropFirst(5)) else { return place }
    return words(ofLine: line)
  }
}
