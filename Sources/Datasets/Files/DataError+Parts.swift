extension DataError {
  /// The error as one of the file that it is in, where it tells of a line of a text that was joined from several.
  func settled(in parts: TextParts) -> DataError {
    let first = parts.parts[0].file
    switch self {
    case .raggedRow(_, let line, let found, let expected, let hasHeader):
      let place = parts.place(ofLine: line)
      return .raggedRow(file: place.file, line: place.line, found: found, expected: expected, hasHeader: hasHeader)
    case .blankLine(_, let line):
      let place = parts.place(ofLine: line)
      return .blankLine(file: place.file, line: place.line)
    case .unterminatedQuote(_, let line):
      let place = parts.place(ofLine: line)
      return .unterminatedQuote(file: place.file, line: place.line)
    case .textAfterQuote(_, let line, let field):
      let place = parts.place(ofLine: line)
      return .textAfterQuote(file: place.file, line: place.line, field: field)
    case .duplicateColumn(_, let column): return .duplicateColumn(file: first, column: column)
    case .misread(_, let fault):
      let (file, own) = fault.settled(in: parts)
      return .misread(file: file, own)
    case .cells(let file, let problems):
      return .cells(file: file, problems.settled { parts.settled($0) })
    case .names(_, let problem):
      switch problem {
      case .numbersForNames, .headerUnannounced, .textUnannounced: return .names(file: first, problem)
      default: return self
      }
    case .beyondFloat(let file, let place, let column, let text):
      return .beyondFloat(file: file, place: parts.settled(place), column: column, text: text)
    case .badWeight(let file, let place, let text):
      return .badWeight(file: file, place: parts.settled(place), text: text)
    default: return self
    }
  }
}

extension LayoutFault {
  /// The fault with the file that it is in, and lines of that.
  fileprivate func settled(in parts: TextParts) -> (file: String, fault: LayoutFault) {
    switch self {
    case .comment(let line, let mark):
      let place = parts.place(ofLine: line)
      return (place.file, .comment(line: place.line, mark: mark))
    case .repeatedHeader(let line):
      let place = parts.place(ofLine: line)
      return (place.file, .repeatedHeader(line: place.line))
    case .footer(let line, let found, let expected):
      let place = parts.place(ofLine: line)
      return (place.file, .footer(line: place.line, found: found, expected: expected))
    // The others are told by the first lines.
    default: return (parts.parts[0].file, self)
    }
  }
}
