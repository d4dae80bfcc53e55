/// What is made of the cells of each row of a CSV text.
struct CSVRowUses {
  let plan: ColumnPlan
  let fields: [SourceField]
  let plain: [CSVReader.PlainColumn]
  let derived: [DerivedNumbers]
  /// The columns of labels, in the order of their fields.
  let texts: [CSVReader.ColumnUse]
  let targets: [CSVReader.ColumnUse]
  let targetIsText: Bool
  /// Whether labels like 007 are text: this is the source that decides it.
  let decidesLabels: Bool
  let header: CSVHeaderRow

  /// Numbers of a row: features, targets, weight.
  var width: Int { fields.reduce(0) { $0 + $1.width } }
  /// Numbers of a row's features.
  var firstTarget: Int { fields.reduce(0) { $0 + ($1.role == .feature ? $1.width : 0) } }
}

/// The first line of a table, to find it again where files were joined.
struct CSVHeaderRow {
  private let names: [[UInt8]]

  init(_ names: [String], isNamed: Bool) {
    // A row of numbers may be like names that are numbers.
    let hasWord = names.contains { name in
      var name = name
      return name.withUTF8 { DecimalNumber.parse($0) } == nil
    }
    self.names = isNamed && hasWord ? names.map { Array($0.utf8) } : []
  }

  /// The first name; nil where the line is not looked for.
  var first: [UInt8]? { names.first }

  /// - Parameter fields: as many as there are names.
  func isRepeated(in fields: UnsafePointer<CSVField>, _ scanner: CSVScanner) -> Bool {
    guard let first = names.first, isSame(fields[0], first, scanner) else { return false }
    return names.indices.allSatisfy { isSame(fields[$0], names[$0], scanner) }
  }

  private func isSame(_ field: CSVField, _ name: [UInt8], _ scanner: CSVScanner) -> Bool {
    field.end - field.start == name.count && scanner.bytes(of: field).elementsEqual(name)
  }
}
