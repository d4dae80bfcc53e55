internal import Specs

/// The texts that stand for a value that is not there.
///
/// Without a list of the source's own these are what pandas takes for missing, and what other programs write: `?`, `-`,
/// `.`, SQL's `\N`, the errors of spreadsheets. A cell without a character but white space is missing in any case.
package struct MissingMarks: Sendable, Equatable {
  /// The marks of a source that names none, as they are written; `nan` in any letters besides.
  static let standard: [String] = [
    "NA", "na", "N/A", "n/a", "N/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "<na>", "NaT", "None", "null", "NULL", "Null",
    "(null)", "(NULL)", "<null>", "<NULL>", "[null]", "[NULL]", "nil", "NIL", "\\N", "1.#IND", "-1.#IND", "1.#QNAN",
    "-1.#QNAN", "?", "??", "???", "-", "--", "---", "–", "—", ".", "..", "...", "…", "#DIV/0!", "#VALUE!", "#REF!",
    "#NAME?", "#NUM!", "#NULL!",
  ]

  /// The marks that a source names, nil for the usual ones.
  let stated: [String]?
  private let texts: Set<String>
  /// Marks that are numbers, like -999: compared by value.
  private let numbers: Set<Double>
  private let takesNaN: Bool
  /// Whether a mark begins with the byte.
  private let firstBytes: [Bool]
  /// Bytes of the longest mark.
  private let longest: Int

  /// The usual marks.
  package static let usual = MissingMarks(nil)

  /// - Parameter marks: of a source's own; nil for the usual ones.
  package init(_ marks: [String]?) {
    stated = marks
    let marks = marks ?? Self.standard
    texts = Set(marks)
    numbers = Set(
      marks.compactMap { mark in
        var mark = mark
        return mark.withUTF8 { DecimalNumber.parse($0) }
      })
    takesNaN = stated == nil
    var first = [Bool](repeating: false, count: 256)
    for mark in marks { if let byte = mark.utf8.first { first[Int(byte)] = true } }
    if takesNaN { for byte in "nN+-".utf8 { first[Int(byte)] = true } }
    firstBytes = first
    longest = max(4, marks.map(\.utf8.count).max() ?? 0)
  }

  /// Whether any number is a mark.
  var hasNumbers: Bool { !numbers.isEmpty }

  func contains(_ number: Double) -> Bool { numbers.contains(number) }

  /// Whether a cell's text, without blanks around it, is a mark or nothing at all.
  ///
  /// - Parameter takesNumbers: whether it is read as programs write numbers, to compare it with marks that are some; a
  ///   cell in another style is compared by the number that it is there.
  func contains(_ text: UnsafeBufferPointer<UInt8>, takesNumbers: Bool = true) -> Bool {
    guard let first = text.first else { return true }
    if firstBytes[Int(first)], text.count <= longest {
      let word = String(decoding: text, as: UTF8.self)
      if texts.contains(word) { return true }
      if takesNaN, Self.isNaN(word) { return true }
    }
    if takesNumbers, !numbers.isEmpty, let number = DecimalNumber.parse(text), numbers.contains(number) { return true }
    return Self.isBlank(text)
  }

  private static func isNaN(_ word: String) -> Bool {
    let bare = word.first == "-" || word.first == "+" ? word.dropFirst() : word[...]
    return bare.count == 3 && bare.lowercased() == "nan"
  }

  /// Whether a text is white space alone, that of quoted cells and no-break spaces included.
  static func isBlank(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    // White space beyond ASCII begins with one of five bytes.
    guard let first = text.first, first <= 0x20 || [0xc2, 0xe1, 0xe2, 0xe3, 0xef].contains(first) else {
      return text.isEmpty
    }
    guard text.count <= 64 else { return text.allSatisfy { $0 <= 0x20 } }
    return String(decoding: text, as: UTF8.self).unicodeScalars.allSatisfy {
      $0.properties.isWhitespace || $0.value == 0x200b || $0.value == 0xfeff
    }
  }
}

/// How missing values are told and what is done about them, decided by the config and its training source.
package struct MissingRule: Sendable, Equatable {
  package var policy = MissingPolicy.error
  /// Marks that the training source names; nil: none.
  package var marks: MissingMarks?

  package init(policy: MissingPolicy = .error, marks: MissingMarks? = nil) {
    self.policy = policy
    self.marks = marks
  }

  /// The rule as JSON, where it is not the usual one.
  var members: [ConfigValue.Member] {
    var members: [ConfigValue.Member] = []
    if policy != .error { members.append(.init("missing", .string(policy.rawValue))) }
    if let stated = marks?.stated {
      members.append(.init("missing_values", .array(stated.map(ConfigValue.string))))
    }
    return members
  }

  /// Reads what ``members`` has written.
  init(from fields: FieldReader) throws(ConfigError) {
    policy = try fields.option("missing", default: MissingPolicy.error, "what is done where a value is missing")
    marks = try MissingMarks.read(fields)
  }
}

extension MissingMarks {
  /// Reads the key `missing_values` of a source; nil where it is not there.
  static func read(_ fields: FieldReader) throws(ConfigError) -> MissingMarks? {
    try fields.read(
      "missing_values", schema: .list(.anyOf([.text, .number(.any)])), default: (nil, nil), example: nil,
      summary: "texts and numbers that stand for a missing value, instead of the usual ones (NA, N/A, NaN, null, None, "
        + "?, - and others); empty cells are missing in any case"
    ) { value, path throws(ConfigError) in
      guard case .array(let entries) = value else {
        throw ConfigError(
          "expected a list of texts and numbers, like [\"NA\", -999], found \(value.kindName) (\(value.excerpt))",
          path: path)
      }
      var marks: [String] = [], texts: [ConfigValue] = []
      for (index, entry) in entries.enumerated() {
        switch entry {
        case .string(let text):
          marks.append(text.trimmed)
          texts.append(entry)
        case .integer, .number:
          let number = ConfigValue.number(try FieldReader.number(entry, in: .any, path: "\(path)[\(index)]"))
          marks.append(number.compactText)
          texts.append(number)
        default:
          throw ConfigError(
            "expected text or a number, found \(entry.kindName) (\(entry.excerpt))", path: "\(path)[\(index)]")
        }
      }
      return (MissingMarks(marks), .array(texts))
    }
  }
}

/// Rows of a source that were left out, because values are missing in them.
package struct DroppedRows: Sendable, Equatable {
  /// Their places among all rows of the source, from 0, ascending.
  package var rows: [Int] = []
  /// Rows of the source, those left out included.
  package var total = 0
  /// The columns that miss something, with the rows of each.
  package var columns: [(name: String, count: Int)] = []

  package init(rows: [Int] = [], total: Int = 0, columns: [(name: String, count: Int)] = []) {
    (self.rows, self.total, self.columns) = (rows, total, columns)
  }

  package static func == (one: DroppedRows, other: DroppedRows) -> Bool {
    one.rows == other.rows && one.total == other.total
      && one.columns.elementsEqual(other.columns) { $0.name == $1.name && $0.count == $1.count }
  }

  /// How many rows and why, like `3 of 10 rows are left out because values are missing ('age' 2, 'y' 1)`.
  package var words: String {
    let shown = columns.prefix(8).map { "'\($0.name.excerpt(40))' \($0.count)" }
    let more = columns.count > 8 ? ["… in \(columns.count) columns"] : []
    return
      "\(rows.count) of \(total.counted("row")) \(rows.count.isOrAre) left out because values are missing "
      + "(\((shown + more).joined(separator: ", ")))"
  }
}

extension MissingMarks: CustomDebugStringConvertible {
  /// What all else is made of.
  package var debugDescription: String { "MissingMarks(\(stated.map { "\($0)" } ?? "usual"))" }
}
