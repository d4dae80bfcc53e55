internal import Foundation
internal import Kernels
internal import Specs

/// What `table.json` says of a columnar table: its rows and the file of each column.
///
/// ```
/// {"format": "ptrain-table", "version": 1, "rows": 3, "columns": [
///   {"name": "age", "type": "float64", "file": "0.bin"},
///   {"name": "seats", "type": "int64", "file": "1.bin", "missing": "1.missing.bin"},
///   {"name": "sex", "type": "category", "file": "2.bin", "labels": ["female", "male"]},
///   {"name": "name", "type": "text", "file": "3.bin", "offsets": "3.offsets.bin"}]}
/// ```
/// Numbers are little-endian. `missing` names a file of a byte for each row, 1 where its value is missing; NaN is
/// missing besides, and so is the code -1 of a category.
struct TableManifest {
  static let file = "table.json"
  /// Bytes that it may have.
  private static let sizeLimit = 1 << 28
  private static let mark = "ptrain-table"

  /// What the values of a column are.
  enum Kind: String, CaseIterable {
    case float64, float32, int64, int32, int16, int8, uint16, uint8
    /// A byte for each row: 1 for true, 0 for false.
    case bool
    /// The index of a label for each row, as int32.
    case category
    /// Texts in UTF-8, one after the other; `offsets` holds, as int64, where each begins, and the end.
    case text
    /// Days since 1970-01-01, as int32.
    case date
    /// Microseconds since 1970-01-01 00:00, as int64.
    case datetime

    /// What a row has in the column's file; nil for texts.
    var element: RawElement? {
      switch self {
      case .bool: .uint8
      case .category, .date: .int32
      case .datetime: .int64
      case .text: nil
      default: RawElement(rawValue: rawValue)
      }
    }

    /// Whether values are numbers and nothing else.
    var isNumber: Bool { RawElement(rawValue: rawValue) != nil }
  }

  struct Column {
    var name: String
    var kind: Kind
    var file: String
    /// The file that says which values are missing.
    var missing: String?
    /// The file of offsets of texts.
    var offsets: String?
    /// The labels of a category.
    var labels: [String] = []
  }

  let rows: Int
  let columns: [Column]

  /// - Parameter directory: that of the table, as the config states it.
  init(of directory: String, in context: DataContext) throws(DataError) {
    let file = directory + "/" + Self.file
    let bytes: FileBytes
    do {
      bytes = try InputFile.contents(of: file, in: context, isRaw: true, limit: Self.sizeLimit)
    } catch .missingFile(_, let lookedFor) {
      throw .noTable(directory: directory, lookedFor: lookedFor)
    }
    do throws(ConfigError) {
      let value = try ConfigValue.parse(Data(bytes.beginning(.max)), file: file)
      (self, _) = try FieldReader.readObject(value, path: "") { fields throws(ConfigError) in
        try TableManifest(from: fields)
      }
    } catch {
      // A sentence about JSON names the file, others do not.
      let problem = error.file == nil ? error.sentence : error.problem
      throw .damagedTable(file: file, problem: problem)
    }
  }

  private init(from fields: FieldReader) throws(ConfigError) {
    let mark = try fields.text("format", "what it is")
    guard mark == Self.mark else {
      throw fields.error("format", "expected \"\(Self.mark)\", found '\(mark.excerpt(40))'")
    }
    let version = try fields.integer("version", in: 0...Int(Int32.max), "of the format")
    guard version == 1 else {
      throw fields.error("version", "version \(version) is unknown; this build reads version 1")
    }
    rows = try fields.integer("rows", in: 0...1 << 40, "the rows of each column")
    let columns = try fields.list("columns", of: .anything, atLeast: 1, "the columns") {
      value, path throws(ConfigError) in
      try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in try Column(from: fields) }
    }
    var names: Set<String> = []
    for column in columns where !names.insert(column.name.trimmed).inserted {
      throw fields.error("columns", "two are named '\(column.name.excerpt(40))'")
    }
    self.columns = columns
  }
}

extension TableManifest.Column {
  fileprivate init(from fields: FieldReader) throws(ConfigError) {
    let name = try fields.text("name", "of the column").trimmed
    guard !name.isEmpty else { throw fields.error("name", "is empty") }
    self.name = name
    kind = try fields.read(
      "type", schema: .text, default: nil, example: .float64, summary: "what its values are"
    ) { value, path throws(ConfigError) in
      let text = try FieldReader.text(value, path: path)
      guard let kind = TableManifest.Kind(rawValue: text) else {
        let known = TableManifest.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ConfigError("unknown type '\(text.excerpt(40))'; known: \(known)", path: path)
      }
      return (kind, value)
    }
    file = try fields.text("file", "of its values")
    missing = try fields.optionalText("missing", "the file that says which are missing")
    if kind == .text { offsets = try fields.text("offsets", "the file that says where texts begin") }
    if kind == .category { labels = try fields.texts("labels", "the categories") }
    for (key, file) in [("file", file), ("missing", missing), ("offsets", offsets)] {
      guard let file else { continue }
      // Nothing outside of the table's own directory is read.
      guard !file.isEmpty, !file.hasPrefix("."), !file.contains("/"), file.utf8.count <= 255 else {
        throw fields.error(key, "expected the name of a file in the table's directory, found '\(file.excerpt(60))'")
      }
    }
    guard Set(labels).count == labels.count else { throw fields.error("labels", "a label is there twice") }
  }
}
