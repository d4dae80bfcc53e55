internal import Specs

/// Fills a sink from text in the format of LIBSVM.
///
/// The text is read twice: first for its width and for what cannot be used, before any memory is taken; then for its
/// numbers.
struct LibSVMReader {
  let format: LibSVMFormat
  let sink: DataSink

  /// Bytes from which on a text goes back to the system while it is read.
  private static let longText = 1 << 25

  /// What the first look has found.
  private struct Survey {
    var rows = 0
    var width = 0
    var hasQueries = false
    var isRounded = false
  }

  /// - Throws: ``DataError`` naming the first line that cannot be used.
  func read(_ content: FileBytes) throws(DataError) {
    try content.withUnsafeBytes { raw throws(DataError) in
      let bytes = raw.assumingMemoryBound(to: UInt8.self)
      let isLong = content.count > Self.longText
      try read(bytes) { if isLong { content.giveBack(before: $0) } }
    }
  }

  private func read(_ bytes: UnsafeBufferPointer<UInt8>, giveBack: (Int) -> Void) throws(DataError) {
    if let signature = FileSignature.of(bytes) { throw .otherFormat(file: format.path, signature) }
    if let fault = UTF8Text.check(bytes).fault { throw .sparse(file: format.path, Self.notUTF8(fault, in: bytes)) }
    let found = try survey(bytes), width = try width(found)
    var fields = [
      SourceField("features", .feature, .numbers, shape: [width]), SourceField("target", .target, .numbers),
    ]
    if !sink.context.readsTargets { fields.removeLast() }
    if found.hasQueries { fields.append(SourceField("qid", .group, .labels())) }
    try sink.begin(fields, from: format.path, naming: .place)
    var block = RowBlock(fields), scanner = scanner(bytes), row = LibSVMScanner.Row()
    var values = [Double](repeating: 0, count: width), returned = 0, pace = Pace(sink.context.progress)
    while try next(&scanner, &row) {
      for (feature, value) in zip(row.features, row.values) { values[feature] = value }
      block.numbers += values
      for feature in row.features { values[feature] = 0 }
      if sink.context.readsTargets, let label = row.label { block.numbers.append(label) }
      if found.hasQueries { block.labels[0].append(row.query ?? "") }
      block.endRow(line: row.line)
      if block.isFull { try sink.append(&block) }
      if scanner.position - returned >= 1 << 22 {
        returned = scanner.position
        giveBack(returned)
      }
      pace.add(width)
    }
    try sink.append(&block)
    if found.isRounded { sink.markRounded(0) }
  }

  private func scanner(_ bytes: UnsafeBufferPointer<UInt8>) -> LibSVMScanner {
    LibSVMScanner(bytes, isZeroBased: isZeroBased, ignoresLabels: !sink.context.readsTargets)
  }

  private func next(_ scanner: inout LibSVMScanner, _ row: inout LibSVMScanner.Row) throws(DataError) -> Bool {
    do {
      return try scanner.next(into: &row)
    } catch {
      throw .sparse(file: format.path, error)
    }
  }

  /// Whether the first feature has the index 0, as this source says or the training source did.
  private var isZeroBased: Bool { format.zeroBased ?? sink.context.training?.countsFromZero ?? false }

  /// Features of a row that the config or the training source states.
  private var statedWidth: Int? { format.width ?? sink.context.training?.featureCount }

  /// Reads all rows and keeps none.
  private func survey(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> Survey {
    func fault(_ fault: LibSVMFault) -> DataError { .sparse(file: format.path, fault) }
    var scanner = scanner(bytes), row = LibSVMScanner.Row(), found = Survey()
    var pace = Pace(sink.context.progress)
    let context = sink.context, limit = statedWidth, refusesMissing = context.missing.policy == .error
    while try next(&scanner, &row) {
      if context.readsTargets, row.label == nil { throw fault(.noLabel(line: row.line)) }
      if found.rows == 0 { found.hasQueries = row.query != nil }
      if found.hasQueries != (row.query != nil) {
        throw fault(.queryMissing(line: row.line, isFirst: !found.hasQueries))
      }
      found.rows += 1
      found.isRounded = found.isRounded || row.isRounded
      if refusesMissing, let place = row.values.firstIndex(where: \.isNaN) {
        let index = row.features[place] + (isZeroBased ? 0 : 1)
        throw fault(.value(line: row.line, index: index, text: "nan", .missing(canDropRows: context.canDropRows)))
      }
      if let last = row.features.last {
        if let limit, last >= limit {
          let index = last + (isZeroBased ? 0 : 1)
          throw fault(.beyondWidth(line: row.line, index: index, width: limit, isStated: format.width != nil))
        }
        found.width = max(found.width, last + 1)
      }
      pace.add(row.features.count + 1)
    }
    guard found.rows > 0 else { throw .noRows(file: format.path) }
    return found
  }

  /// Features of a row, where there is memory for all rows.
  private func width(_ found: Survey) throws(DataError) -> Int {
    let width = statedWidth ?? found.width
    guard width > 0 else { throw .sparse(file: format.path, .noFeatures) }
    // Float32 where it holds the numbers: the least that they can take.
    let (cells, overflows) = found.rows.multipliedReportingOverflow(by: width)
    let byteCount = overflows || cells > .max / 4 ? Int.max : 4 * cells
    guard byteCount <= Memory.byteCount else {
      throw .sparse(
        file: format.path, .dense(rows: found.rows, width: width, byteCount: byteCount, available: Memory.byteCount))
    }
    return width
  }

  private static func notUTF8(_ fault: UTF8Text.Fault, in bytes: UnsafeBufferPointer<UInt8>) -> LibSVMFault {
    var line = 1, start = 0
    for index in 0..<fault.offset
    where bytes[index] == 0x0a || bytes[index] == 0x0d && bytes[index + 1] != 0x0a {
      line += 1
      start = index + 1
    }
    return .notUTF8(line: line, fault, byte: fault.offset - start + 1)
  }
}
