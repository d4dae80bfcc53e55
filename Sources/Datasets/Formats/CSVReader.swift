internal import Specs

/// Fills a sink from CSV text.
struct CSVReader {
  let format: CSVFormat
  let sink: DataSink
  /// Called with a byte before which nothing is read any more.
  var giveBack: ((Int) -> Void)?

  /// Whether what is given back can still be read.
  private(set) var isMapped = false

  /// Bytes from which on a text goes back to the system while it is read.
  var longText = Self.usualLongText

  static let usualLongText = 1 << 25

  /// The marks of this source; else those of the training source.
  let missingMarks: MissingMarks
  /// What the training source decided; nil for that source itself.
  var training: SourceNames? { sink.context.training }

  init(format: CSVFormat, sink: DataSink) {
    self.format = format
    self.sink = sink
    missingMarks = format.missingValues ?? sink.context.missing.marks ?? .usual
  }

  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: [UInt8]) throws(DataError) {
    try content.withUnsafeBufferPointer { bytes throws(DataError) in try read(bytes) }
  }

  /// Reads a text whose pages go back to the system once they were read, where it is a long one: they are hardly ever
  /// in memory beside the numbers that they hold.
  ///
  /// - Parameter again: the same text once more, where it has to be looked at again.
  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: FileBytes, again: @escaping () throws(DataError) -> FileBytes) throws(DataError) {
    guard content.count > longText else {
      return try content.withUnsafeBytes { bytes throws(DataError) in
        try read(bytes.assumingMemoryBound(to: UInt8.self))
      }
    }
    var reader = self
    var isWhole = true
    reader.isMapped = content.file != nil
    reader.giveBack = { [isMapped = reader.isMapped] in
      content.giveBack(before: $0)
      isWhole = isMapped
    }
    do throws(DataError) {
      try content.withUnsafeBytes { bytes throws(DataError) in
        try reader.read(bytes.assumingMemoryBound(to: UInt8.self)) { () throws(DataError) in
          isWhole ? content : try again()
        }
      }
    } catch {
      try content.file?.requireUnchanged()
      throw error
    }
    try content.file?.requireUnchanged()
  }

  private func read(
    _ bytes: UnsafeBufferPointer<UInt8>, again: (() throws(DataError) -> FileBytes)? = nil
  ) throws(DataError) {
    /// Looks at the whole text, which may have to be fetched again.
    func whole<Value>(
      _ body: (UnsafeBufferPointer<UInt8>) throws(DataError) -> Value
    ) throws(DataError) -> Value {
      guard let again else { return try body(bytes) }
      return try again().withUnsafeBytes { bytes throws(DataError) in
        try body(bytes.assumingMemoryBound(to: UInt8.self))
      }
    }
    if readByRanges(bytes, again: whole) { return }
    try whole { bytes throws(DataError) in try readFromFirst(bytes, whole) }
  }

  /// Reads a text from its first byte to its last.
  ///
  /// - Parameter whole: calls a body with the whole text, once a part of it was given back.
  private func readFromFirst(
    _ bytes: UnsafeBufferPointer<UInt8>,
    _ whole: ((UnsafeBufferPointer<UInt8>) throws(DataError) -> Void) throws(DataError) -> Void
  ) throws(DataError) {
    let file = format.path
    guard !bytes.isEmpty else { throw .emptyFile(file: file) }
    if let signature = FileSignature.of(bytes) { throw .otherFormat(file: file, signature) }
    if let fault = UTF8Text.check(bytes).fault {
      throw .notUTF8(file: file, TextFault(fault, in: bytes, format: format))
    }
    if let byte = TableLayout.separatorLine(bytes) {
      throw .misread(file: file, .separatorLine(byte, stated: format.delimiter))
    }
    do throws(DataError) {
      // The training source decides whether labels are text: there a target column is text as soon as one cell is. Then
      // it is read again from the top, so that labels keep their spelling. So it is where a word stands in a column of
      // which nothing is said: then all its cells are looked at first.
      var targetIsText = training?.labels == .text, surveys: [Int: ColumnSurvey] = [:]
      var outcome = try readTable(bytes, targetIsText: targetIsText, surveys: surveys)
      while outcome != .done {
        try whole { bytes throws(DataError) in
          var reader = self
          reader.giveBack = nil
          if outcome == .targetIsText { targetIsText = true } else { surveys = try reader.survey(bytes) }
          outcome = try reader.readTable(bytes, targetIsText: targetIsText, surveys: surveys)
        }
      }
    } catch {
      let columns = training?.naming == .header ? training?.columns : nil
      var cause: DataError?
      try? whole { bytes throws(DataError) in
        cause = TableLayout(bytes, format: format, trainingColumns: columns ?? []).cause(of: error)
      }
      throw cause ?? error
    }
  }

  /// How an attempt to read a table has ended.
  enum Outcome {
    case done
    /// The single target column turns out to be text.
    case targetIsText
    /// The cells of columns have to be looked at before they can be read.
    case needsSurvey
  }

  private func readTable(
    _ bytes: UnsafeBufferPointer<UInt8>, targetIsText: Bool, surveys: [Int: ColumnSurvey]
  ) throws(DataError) -> Outcome {
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: format.path)
    var fields: [CSVField] = []
    let beginning = scanner
    guard try scanner.next(into: &fields) else { throw .noRows(file: format.path) }
    let plan = try columns(fields.map { scanner.text(of: $0).trimmed }, surveys)
    guard plan.unsurveyed.isEmpty else { return .needsSurvey }
    return try readRows(scanner: format.header ? scanner : beginning, plan: plan, targetIsText: targetIsText)
  }

  /// Columns up to which a survey looks at all at once; of more, those without a word are told first, to save memory.
  static let surveyed = 256

  /// Looks at all cells of the columns of a training source whose kinds nobody has said.
  ///
  /// - Returns: by the places of the columns; of those with numbers alone an empty one.
  private func survey(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> [Int: ColumnSurvey] {
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: format.path), cells: [CSVField] = []
    let beginning = scanner
    guard try scanner.next(into: &cells) else { throw .noRows(file: format.path) }
    let plan = try columns(cells.map { scanner.text(of: $0).trimmed }, [:])
    if !format.header { scanner = beginning }
    var wanted = plan.features.filter { !$0.isSettled }.map(\.column)
    let all = wanted + plan.unsurveyed
    if wanted.count > Self.surveyed {
      var hasWord = wanted.map { _ in false }
      try forEachRow(scanner, count: plan.names.count) { cells, scanner in
        for (place, column) in wanted.enumerated() where !hasWord[place] {
          let cell = scanner.bytes(of: cells[column])
          hasWord[place] = DecimalNumber.parse(cell) == nil && !missingMarks.contains(cell)
        }
      }
      wanted = zip(wanted, hasWord).filter(\.1).map(\.0)
    }
    wanted += plan.unsurveyed
    var surveys = wanted.map { ColumnSurvey(name: plan.names[$0], marks: missingMarks) }
    try forEachRow(scanner, count: plan.names.count) { cells, scanner in
      for (place, column) in wanted.enumerated() { surveys[place].add(cells[column], scanner) }
    }
    var found = Dictionary(zip(wanted, surveys)) { first, _ in first }
    for column in all where found[column] == nil { found[column] = ColumnSurvey(name: plan.names[column]) }
    return found
  }

  /// Hands out the cells of the rows up to the first that has another number of them: what is wrong with that is said
  /// by who reads.
  private func forEachRow(
    _ start: CSVScanner, count: Int, _ body: ([CSVField], CSVScanner) -> Void
  ) throws(DataError) {
    var scanner = start, cells: [CSVField] = [], pace = Pace(sink.context.progress)
    while try scanner.next(into: &cells), cells.count == count {
      body(cells, scanner)
      pace.add(8 * count)
    }
  }

  // MARK: - Columns

  /// What the columns are for, from the cells of the first line.
  func columns(_ cells: [String], _ surveys: [Int: ColumnSurvey]) throws(DataError) -> ColumnPlan {
    let names = try CSVHeader(format: format, training: training).names(cells)
    let plan = try plainFormat(names).plan(names, in: sink.context, surveys: surveys)
    // A line of words cannot be a row where numbers are wanted, nor is it one where nothing is said.
    let wantsNumbers = plan.features.contains { column in
      if case .number = column.cells { true } else { column.isInferred }
    }
    if !format.header, wantsNumbers || !plan.refused.isEmpty, cells.allSatisfy(CSVHeader.isWord) {
      throw .names(file: format.path, .textUnannounced(first: cells[0]))
    }
    return plan
  }

  /// What keys say of the columns; of a plain file what the training source says of them, by name where it has names.
  private func plainFormat(_ names: [String]) throws(DataError) -> CSVFormat {
    guard sink.context.isPlainFile, let training else { return format }
    var plain = format
    (plain.features, plain.categorical) = (nil, [])
    guard format.header, training.naming == .header else {
      // As many columns as there are features have no other role.
      guard names.count == training.fileColumns.count else { return format }
      if sink.context.readsTargets {
        throw .names(
          file: format.path,
          .missingRoles(training.targets, role: "the training source's targets", known: names))
      }
      (plain.targets, plain.sampleWeight) = ([], nil)
      return plain
    }
    guard sink.context.readsTargets else {
      (plain.targets, plain.sampleWeight) = ([], nil)
      return plain
    }
    let targets = training.targets.map(\.trimmed), missing = targets.filter { !names.contains($0) }
    guard missing.isEmpty else {
      throw .names(
        file: format.path,
        .missingRoles(
          missing, role: "\(targets.count == 1 ? "the target" : "targets") of the training source", known: names))
    }
    if case .name(let weight)? = format.sampleWeight, !names.contains(weight) {
      throw .names(
        file: format.path, .missingRoles([weight], role: "the weight of each row in the training source", known: names))
    }
    plain.targets = targets.map { .name($0) }
    return plain
  }
}
