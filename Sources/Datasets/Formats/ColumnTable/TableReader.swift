internal import Kernels
internal import Specs

/// Fills a sink from a columnar table.
///
/// Columns of numbers of which none is missing stay as their files have them, mapped where the context wants it; others
/// come row by row, read as cells of a table of text are.
struct TableReader {
  let format: TableFormat
  let sink: DataSink
  private let marks: MissingMarks
  private var context: DataContext { sink.context }
  private var training: SourceNames? { context.training }

  init(format: TableFormat, sink: DataSink) {
    self.format = format
    self.sink = sink
    marks = format.missingValues ?? sink.context.missing.marks ?? .usual
  }

  /// - Throws: ``DataError`` naming file, row and column.
  func read() throws(DataError) {
    let manifest = try TableManifest(of: format.path, in: context)
    guard manifest.rows > 0 else { throw .noRows(file: format.path) }
    var opened: [Int: StoredColumn] = [:], mapping = Mapping()
    let plan = try plan(manifest, &opened, &mapping)
    for column in plan.usedColumns { _ = try open(column, manifest, mapping, &opened) }
    let rows = TableRows(reader: self, plan: plan, columns: opened, rows: manifest.rows, marks: marks)
    try rows.fill(sink)
    if let note = mapping.note { sink.notes.append(note) }
  }

  /// The files of columns that are mapped at most: each is watched by itself and stays open, and three sources of so
  /// many leave a process with the usual 1024 open files some for the rest.
  private static let mappedLimit = 256

  /// Whether the files stay where they are.
  private struct Mapping {
    var mode = MappingMode.never
    /// Why they do not, where that was wanted.
    var note: String?
  }

  /// A table is mapped as a whole or not at all.
  ///
  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)`` where its numbers can never be held as copies.
  private func mapping(_ manifest: TableManifest, used: [Int]) throws(DataError) -> Mapping {
    func size(_ columns: [TableManifest.Column], text: Int) -> Int {
      let width = columns.reduce(0) { $0 + ($1.kind.element?.byteCount ?? text) }
      let (size, overflows) = width.multipliedReportingOverflow(by: manifest.rows)
      return overflows ? .max : size
    }
    let columns = Set(used).map { manifest.columns[$0] }
    let wanted = context.mapping.takes(byteCount: size(manifest.columns, text: 16))
    let files = columns.reduce(0) { $0 + 1 + ($1.missing == nil ? 0 : 1) + ($1.offsets == nil ? 0 : 1) }
    if wanted, files <= Self.mappedLimit { return Mapping(mode: .always) }
    try Memory.check(byteCount: size(columns, text: 8), for: format.path)
    guard wanted else { return Mapping() }
    return Mapping(
      note:
        "its \(files) files of columns are copied into memory, because at most \(Self.mappedLimit) of a table are mapped"
    )
  }

  /// A column with its files, opened once.
  private func open(
    _ index: Int, _ manifest: TableManifest, _ mapping: Mapping, _ opened: inout [Int: StoredColumn]
  ) throws(DataError) -> StoredColumn {
    if let column = opened[index] { return column }
    var context = context
    context.mapping = mapping.mode
    let column = try StoredColumn(manifest.columns[index], rows: manifest.rows, directory: format.path, in: context)
    opened[index] = column
    return column
  }

  // MARK: - Columns

  /// What the columns are for; texts whose kind nobody has said are looked at first.
  private func plan(
    _ manifest: TableManifest, _ opened: inout [Int: StoredColumn], _ mapping: inout Mapping
  ) throws(DataError) -> ColumnPlan {
    let names = manifest.columns.map(\.name)
    var declared: [Int: ColumnRule.Kind] = [:]
    for (index, column) in manifest.columns.enumerated() {
      switch column.kind {
      case .bool: declared[index] = .boolean
      case .category: declared[index] = .categorical
      case .date, .datetime: declared[index] = .date
      case .text: break
      default: declared[index] = .numeric
      }
    }
    let plan = try format.roles.plan(names, in: context, declared: declared)
    mapping = try self.mapping(manifest, used: plan.usedColumns)
    let wanted = plan.features.filter { !$0.isSettled }.map(\.column) + plan.unsurveyed
    guard training == nil, !wanted.isEmpty else { return plan }
    var surveys: [Int: ColumnSurvey] = [:], pace = Pace(context.progress)
    for index in wanted {
      let column = try open(index, manifest, mapping, &opened)
      var survey = ColumnSurvey(name: names[index], marks: marks)
      for row in 0..<manifest.rows {
        column.withCell(row) { survey.add($0, line: row) }
        pace.add(8)
      }
      surveys[index] = survey
    }
    return try format.roles.plan(names, in: context, surveys: surveys, declared: declared)
  }
}

extension ColumnPlan {
  /// The columns that are read.
  fileprivate var usedColumns: [Int] {
    features.map(\.column) + targets + [weight].compactMap { $0 } + keys.map(\.column)
  }
}
