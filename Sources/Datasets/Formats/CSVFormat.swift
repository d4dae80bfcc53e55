package import Specs

/// A table as comma-separated text.
package struct CSVFormat: DataFormat {
  package static let kind = "csv"
  package static let summary = "a table as comma-separated text (RFC 4180), plain or in gzip or zstd"
  package static let pathKeys = ["path"]
  package static let defaultNormalization = NormalizationMethod.standard
  package static let examples = [
    #"{"path": "data/digits.csv", "targets": "digit"}"#,
    #"{"path": "a.csv", "targets": ["u", "v"], "features": ["x", "colour"], "categorical": ["colour"], "delimiter": ";"}"#,
    #"{"path": "b.csv", "header": false, "targets": 4, "sample_weight": 5}"#,
    #"{"path": ["2023.csv.gz", "data/part-*.csv"], "targets": "y"}"#,
  ]

  /// A column by its name, or by its index where the file has no header.
  package enum Column: Sendable, Hashable {
    case name(String)
    case index(Int)
  }

  /// The file; of several files what stands for all of them in messages.
  package var path: String
  package var files: FileSelection
  /// Whether the path is one file's name, whatever signs are in it.
  private var isOneFile = false
  package var targets: [Column]
  /// Nil: every column that is neither target nor weight.
  package var features: [Column]?
  package var categorical: [Column]
  package var delimiter: UInt8
  package var header: Bool
  /// Whether the key stands in the config, so that a first line of numbers is meant.
  package var headerIsStated: Bool
  package var sampleWeight: Column?
  package var missingValues: MissingMarks?

  package var hasTargets: Bool { !targets.isEmpty }
  package var statedTargets: [String] {
    targets.map {
      switch $0 {
      case .name(let name): name
      case .index(let index): String(index)
      }
    }
  }

  package init(from fields: FieldReader) throws(ConfigError) {
    files = try fields.files(
      "path", "the file, a pattern like data/part-*.csv, or a list of these: one table, each file with the same header")
    path = files.name
    let header = try fields.boolean("header", default: true, "whether the first line names the columns")
    self.header = header
    headerIsStated = fields.has("header")
    delimiter = try fields.read(
      "delimiter", schema: .text, default: (UInt8(ascii: ","), .string(",")), example: UInt8(ascii: ","),
      summary: "the character between fields"
    ) { value, path throws(ConfigError) in
      let text = try FieldReader.text(value, path: path)
      guard text.utf8.count == 1, let byte = text.utf8.first, byte == 9 || (32..<127).contains(byte), byte != 34 else {
        throw ConfigError(#"expected one character like "," or ";" or "\t", found \#(value.excerpt)"#, path: path)
      }
      return (byte, value)
    }
    (targets, features, categorical, sampleWeight, missingValues) = ([], nil, [], nil, nil)
    try readRoles(fields)
  }

  /// The keys that say what named columns are for, of a source that is no text.
  init(rolesIn fields: FieldReader, path: String) throws(ConfigError) {
    (self.path, files) = (path, FileSelection([path]))
    (header, headerIsStated, delimiter) = (true, true, UInt8(ascii: ","))
    (targets, features, categorical, sampleWeight, missingValues) = ([], nil, [], nil, nil)
    try readRoles(fields)
  }

  private mutating func readRoles(_ fields: FieldReader) throws(ConfigError) {
    targets = try Self.columns("targets", "the column or columns to predict", in: fields, header: header) ?? []
    features = try Self.columns(
      "features", "the columns to learn from; all others where left out", in: fields, header: header)
    categorical =
      try Self.columns(
        "categorical", "features that name categories; each becomes one column of 0 and 1 per category", in: fields,
        header: header) ?? []
    sampleWeight = try Self.columns("sample_weight", "the column with each row's weight", in: fields, header: header)?
      .first
    missingValues = try MissingMarks.read(fields)
    try checkRoles(fields)
  }

  private func checkRoles(_ fields: FieldReader) throws(ConfigError) {
    let features = features.map(Set.init), inputs = features ?? Set(categorical)
    if let features {
      for column in categorical where !features.contains(column) {
        throw fields.error("categorical", "\(column.words) is not among 'features'; add it there")
      }
      if features.isEmpty { throw fields.error("features", "expected at least one column, found an empty list") }
    }
    for column in targets where inputs.contains(column) {
      throw fields.error("targets", "\(column.words) is also a feature; it can be only one of them")
    }
    if let sampleWeight, targets.contains(sampleWeight) || inputs.contains(sampleWeight) {
      throw fields.error("sample_weight", "\(sampleWeight.words) is also a feature or target; it can be only one")
    }
  }

  /// A column or a list of columns that may be left out.
  private static func columns(
    _ key: String, _ summary: String, in fields: FieldReader, header: Bool
  ) throws(ConfigError) -> [Column]? {
    let one = Schema.anyOf([.text, .integer(0...Int(Int32.max))])
    let schema = key == "sample_weight" ? one : .anyOf([one, .list(one)])
    return try fields.read(key, schema: schema, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      guard case .array(let entries) = value, key != "sample_weight" else {
        return ([try column(value, header: header, path: path)], value)
      }
      var columns: [Column] = [], seen: Set<Column> = []
      for (index, entry) in entries.enumerated() {
        let next = try column(entry, header: header, path: "\(path)[\(index)]")
        guard seen.insert(next).inserted else {
          throw ConfigError("\(next.words) is named twice", path: "\(path)[\(index)]")
        }
        columns.append(next)
      }
      return (columns, value)
    }
  }

  private static func column(_ value: ConfigValue, header: Bool, path: String) throws(ConfigError) -> Column {
    if header {
      if case .integer = value {
        throw ConfigError(
          "expected a column's name, as 'header' is true; found the number \(value.excerpt); put a name in quotes, or set 'header' to false to count columns from 0",
          path: path)
      }
      return .name(try FieldReader.text(value, path: path).trimmed)
    }
    guard case .integer = value else {
      throw ConfigError(
        "expected a column's index from 0, as 'header' is false; found \(value.kindName) (\(value.excerpt)); give the index, or set 'header' to true where line 1 names the columns",
        path: path)
    }
    return .index(try FieldReader.integer(value, in: 0...Int(Int32.max), path: path))
  }

  package func reading(_ file: String, withTargets: Bool) -> (any DataFormat)? {
    var other = self
    (other.path, other.files, other.isOneFile) = (file, FileSelection([file]), true)
    return other
  }

  package func textFiles(in context: DataContext) throws(DataError) -> [String]? {
    isOneFile ? [path] : try files.several(in: context) ?? [path]
  }

  package func read(into sink: DataSink) throws(DataError) {
    let context = sink.context
    if !isOneFile, let several = try files.several(in: context) {
      let join = CSVJoin(format: self, files: several, context: context), text = try join.text()
      sink.textParts = text.parts
      do throws(DataError) {
        try CSVReader(format: self, sink: sink).read(text.bytes) { () throws(DataError) in try join.text().bytes }
      } catch {
        throw error.settled(in: text.parts)
      }
      return
    }
    let reader = CSVReader(format: self, sink: sink), mapsFrom = reader.longText
    try reader.read(InputFile.contents(of: path, in: context, mapsFrom: mapsFrom)) { () throws(DataError) in
      try InputFile.contents(of: path, in: context, mapsFrom: mapsFrom)
    }
  }
}

extension CSVFormat.Column {
  /// The column in words.
  var words: String {
    switch self {
    case .name(let name): "column '\(name.excerpt(60))'"
    case .index(let index): "column \(index)"
    }
  }
}
