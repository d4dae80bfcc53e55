internal import Kernels
internal import Specs

/// The open files of a source and what they hold of the data sets that are asked for.
struct HDF5Source {
  private let format: HDF5Format
  private let context: DataContext
  private let files: [HDF5File]
  private let features, targets: [HDF5Column]
  private let weight: HDF5Column?

  /// Opens the files and has them described.
  init(_ format: HDF5Format, _ context: DataContext) throws(DataError) {
    (self.format, self.context) = (format, context)
    let names = try format.files.several(in: context) ?? format.files.stated
    // Data to predict may have bad targets.
    let targetNames = context.readsTargets ? format.targets : []
    let weightNames = context.readsTargets ? [format.sampleWeight].compactMap { $0 } : []
    var files: [HDF5File] = []
    for name in names {
      files.append(try HDF5File(name, in: context))
      context.progress()
    }
    self.files = files
    let asked = format.features + targetNames + weightNames
    let answer = context.hdf5.describe(files.map(\.path), asked, context.progress)
    var found: [[HDF5Dataset]] = []
    for (file, text) in zip(files, answer.texts) {
      found.append(try HDF5Description(text, of: asked, file: file.name, byteCount: file.byteCount).datasets)
    }
    if found.count < files.count {
      throw .hdf5(file: files[found.count].name, answer.problem ?? .misdescribed)
    }
    // What was described is what is read.
    for file in files { try file.requireUnchanged(context.use) }
    var columns: [HDF5Column] = []
    for (index, name) in asked.enumerated() {
      columns.append(try HDF5Column(name, files.indices.map { (files[$0], found[$0][index]) }))
    }
    features = Array(columns.prefix(format.features.count))
    targets = Array(columns.dropFirst(features.count).prefix(targetNames.count))
    weight = weightNames.isEmpty ? nil : columns.last
  }

  /// Hands over the rows.
  func fill(_ sink: DataSink) throws(DataError) {
    let fields = try fields(), columns = features + targets + [weight].compactMap { $0 }
    for column in columns.dropFirst() {
      // In each file: rows that only add up would be those of others.
      for (part, other) in zip(columns[0].parts, column.parts) where part.dataset.rows != other.dataset.rows {
        throw .rowCountsDiffer(
          features: words(columns[0], in: part.file.name), featureRows: part.dataset.rows,
          other: words(column, in: part.file.name), otherRows: other.dataset.rows)
      }
    }
    try sink.begin(fields, from: format.files.name, naming: format.isArray ? .place : .header)
    sink.notes += columns.flatMap(\.notes)
    let reader = HDF5Reader(context)
    for (index, column) in columns.enumerated() {
      if column.isText {
        try append(column, try reader.read(column), fields[index], to: sink)
      } else if let (bytes, offset) = index == 0 && features.count == 1 ? mapped(column) : nil {
        sink.fill(index, with: bytes, from: offset, rows: column.rows)
      } else {
        let bytes = try reader.read(column)
        if column.parts.contains(where: { $0.conversion.mayRound }), hasRounded(bytes) {
          sink.notes.append(
            "dataset '\(column.name.excerpt(80))': whole numbers beyond 9007199254740992 (2^53) are rounded to float64, as numbers with "
              + "marks for missing values are")
        }
        sink.fill(index, with: bytes, from: 0, rows: column.rows)
      }
    }
    for file in files { try file.requireUnchanged(context.use) }
  }

  private func words(_ column: HDF5Column, in file: String? = nil) -> String {
    "\(file ?? format.files.name): dataset '\(column.name.excerpt(80))'"
  }

  private func fields() throws(DataError) -> [SourceField] {
    let file = files[0].name, featureNames = Self.shortNames(features.map(\.name))
    var fields: [SourceField] = []
    for (column, name) in zip(features, featureNames) {
      guard !column.isText else { throw .hdf5(file: file, .textFeature(column.name)) }
      fields.append(field(column, format.isArray ? "features" : name, .feature))
    }
    let targetNames = targets.count == 1 ? ["target"] : Self.shortNames(targets.map(\.name))
    for (column, name) in zip(targets, targetNames) {
      guard column.shape.count <= 2 else {
        throw .tooManyDimensions(file: words(column), role: "targets", shape: column.shape, limit: 2)
      }
      guard !column.isText || targets.count == 1 && column.width == 1 else {
        throw .hdf5(file: file, .severalTextTargets(column.name))
      }
      fields.append(field(column, name, .target))
    }
    if let weight {
      guard !weight.isText else { throw .hdf5(file: file, .textWeight(weight.name)) }
      guard weight.shape.count == 1 else {
        throw .tooManyDimensions(file: words(weight), role: "sample weights", shape: weight.shape, limit: 1)
      }
      fields.append(field(weight, "sample_weight", .weight))
    }
    return fields
  }

  private func field(_ column: HDF5Column, _ name: String, _ role: SourceField.Role) -> SourceField {
    SourceField(
      name, role, column.isText ? .labels() : .array(column.conversion.result),
      shape: Shape(column.shape.count == 1 ? [1] : Array(column.shape.dropFirst())),
      file: role == .feature ? nil : words(column))
  }

  /// The last parts of paths where they differ, so that `/train/x` and `/test/x` have one name; else the paths.
  private static func shortNames(_ names: [String]) -> [String] {
    let last = names.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return Set(last).count == last.count ? last : names.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
  }

  /// The bytes of a file where they are, and where in them a column begins; nil: it is to be read.
  private func mapped(_ column: HDF5Column) -> (FileBytes, offset: Int)? {
    guard column.parts.count == 1, case .contiguous(let address) = column.parts[0].dataset.storage,
      column.conversion.isCopy, address % column.conversion.resultBytes == 0
    else { return nil }
    let file = column.parts[0].file, end = address + column.parts[0].dataset.byteCount
    guard context.mapping.takes(byteCount: end - address),
      let own = MappedDataFile(file.name, path: file.path, descriptor: file.descriptor, use: context.use)
    else { return nil }
    return (FileBytes(own, upTo: end), address)
  }

  /// Whether doubles may be whole numbers that were rounded.
  private func hasRounded(_ bytes: FileBytes) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var pace = Pace(context.progress)
      for place in stride(from: 0, to: bytes.count, by: 8) {
        if bytes.loadUnaligned(fromByteOffset: place, as: Double.self).magnitude >= 0x1p53 { return true }
        pace.add(1)
      }
      return false
    }
  }

  /// Takes texts of a fixed length, without blanks around them, as those of tables.
  private func append(
    _ column: HDF5Column, _ bytes: FileBytes, _ field: SourceField, to sink: DataSink
  ) throws(DataError) {
    let length = column.conversion.stored.byteCount, marks = context.missing.marks ?? .usual
    // Each file says by itself what fills its texts up.
    var block = RowBlock([field])
    for part in column.parts {
      var problems = CellProblems()
      (problems.rows, problems.canDropRows) = (part.dataset.rows, context.canDropRows)
      let endsWithSpaces = part.dataset.element.kind == .text(endsWithSpaces: true)
      for row in 0..<part.dataset.rows {
        let first = (part.firstRow + row) * length
        let own = bytes.withUnsafeBytes { all in
          let text = all[first..<first + length]
          var end = text.firstIndex(of: 0) ?? text.endIndex
          if endsWithSpaces { while end > first, text[end - 1] == 0x20 { end -= 1 } }
          return Array(text[first..<end])
        }
        guard UTF8Text.check(own).fault == nil else {
          throw .hdf5(file: part.file.name, .notUTF8(column.name, row: row))
        }
        let text = own.withUnsafeBufferPointer { own in
          marks.contains(own.withoutBlanks) ? "" : String(decoding: own.withoutBlanks, as: UTF8.self)
        }
        if text.isEmpty, context.missing.policy != .dropRow {
          problems.add(
            .missing, column: field.name, role: .target, place: "row \(row) (counted from 0)",
            text: String(decoding: own, as: UTF8.self))
        }
        // An empty one is missing, and its row is left out.
        block.labels[0].append(text)
        block.endRow()
        if block.isFull {
          try sink.append(&block)
          context.progress()
        }
      }
      guard problems.isEmpty else { throw .cells(file: words(column, in: part.file.name), problems) }
    }
    try sink.append(&block)
  }
}
