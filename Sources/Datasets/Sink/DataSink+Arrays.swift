internal import Kernels
internal import Specs

extension DataSink {
  /// Takes all rows of a field of an array's elements as its file has them, without a copy.
  ///
  /// - Parameters:
  ///   - offset: of the first element in the bytes, which end with the last.
  ///   - rows: whose elements stand one row after the other, in the byte order of this machine.
  package func fill(_ field: Int, with bytes: FileBytes, from offset: Int, rows: Int) {
    let own = arrayField(field)
    precondition(
      bytes.count - offset == rows * own.shape.count * own.element.byteCount && !own.isRagged,
      "the elements are those of the rows")
    (contents[field].bytes, contents[field].offset, contents[field].rows) = (bytes, offset, rows)
  }

  /// Takes some rows of a field of an array's elements.
  package func append(_ bytes: UnsafeRawBufferPointer, to field: Int) throws(DataError) {
    let own = arrayField(field), rowBytes = own.shape.count * own.element.byteCount
    precondition(bytes.count % rowBytes == 0 && !own.isRagged, "the elements are those of whole rows")
    try store(bytes, field)
    contents[field].rows += bytes.count / rowBytes
  }

  /// Takes some rows of a ragged field.
  ///
  /// - Parameters:
  ///   - bytes: the elements of all their entries, one row after the other.
  ///   - lengths: the entries of each row.
  package func append(_ bytes: UnsafeRawBufferPointer, lengths: [Int], to field: Int) throws(DataError) {
    let own = arrayField(field)
    precondition(
      bytes.count == lengths.reduce(0, +) * own.shape.count * own.element.byteCount && own.isRagged,
      "the elements are those of the entries")
    try store(bytes, field)
    contents[field].lengths += lengths.map(Int32.init)
    contents[field].rows += lengths.count
  }

  private func arrayField(_ index: Int) -> (shape: Shape, element: RawElement, isRagged: Bool) {
    guard case .array(let element) = fields[index].content else { preconditionFailure("the field is no array") }
    return (fields[index].shape, element, fields[index].isRagged)
  }

  private func store(_ bytes: UnsafeRawBufferPointer, _ field: Int) throws(DataError) {
    try held(field).append(bytes, file: source.file)
  }

  /// The bytes of a field, none at first.
  private func held(_ field: Int) throws(DataError) -> FileBytes {
    if let bytes = contents[field].bytes { return bytes }
    let bytes = try FileBytes(capacity: 1, file: source.file)
    contents[field].bytes = bytes
    return bytes
  }

  /// The elements of an array that is not ragged.
  func array(_ field: Int) throws(DataError) -> RawArray {
    let own = arrayField(field), bytes = try held(field)
    return RawArray(element: own.element, width: own.shape.count, bytes: bytes, offset: contents[field].offset)
  }

  /// A ragged field as an array, in which shorter rows end with zeros.
  ///
  /// - Parameter room: entries of a row, where the training source decides it; else as many as the longest has.
  func padded(_ field: Int, room: Int?) throws(DataError) -> RawArray {
    let own = arrayField(field), lengths = contents[field].lengths, file = source.file
    let longest = Int(lengths.max() ?? 0), entries = max(1, room ?? longest)
    if longest > entries, let row = lengths.firstIndex(where: { $0 > entries }) {
      throw .longRow(
        file: file, place: source.place(row), column: fields[field].name, found: Int(lengths[row]), limit: entries)
    }
    let entryBytes = own.shape.count * own.element.byteCount
    let (rowBytes, isLong) = entryBytes.multipliedReportingOverflow(by: entries)
    let (byteCount, overflows) = rowBytes.multipliedReportingOverflow(by: lengths.count)
    guard !isLong, !overflows, byteCount < 1 << 60 else {
      throw .tooLarge(file: file, byteCount: .max, available: Memory.byteCount)
    }
    let padded = try FileBytes(capacity: max(1, byteCount), file: file)
    let from = contents[field].bytes?.start
    var place = 0
    for (row, length) in lengths.enumerated() {
      if let from {
        padded.room.baseAddress.map { base in
          (base + row * entries * entryBytes).copyMemory(from: from + place, byteCount: Int(length) * entryBytes)
        }
      }
      place += Int(length) * entryBytes
    }
    // Pages that nothing was written to are zeros.
    padded.add(byteCount)
    return RawArray(element: own.element, width: entries * own.shape.count, bytes: padded, offset: 0)
  }

  /// The entries of each row of a ragged field.
  func lengths(_ field: Int) throws(DataError) -> RawArray {
    let lengths = try FileBytes(copying: contents[field].lengths, file: source.file)
    return RawArray(element: .int32, width: 1, bytes: lengths, offset: 0)
  }

  /// The elements in double, NaN where a value is missing.
  ///
  /// - Throws: ``DataError/notFinite(file:row:)``
  func doubles(_ field: Int) throws(DataError) -> [Double] {
    let array = try array(field), count = contents[field].rows * array.width
    let base = array.bytes.start + array.offset, size = array.element.byteCount
    var pace = Pace(context.progress)
    let values = [Double](unsafeUninitializedCapacity: count) { output, initialized in
      for index in 0..<count {
        output.initializeElement(at: index, to: array.element.value(at: base + index * size))
        pace.add(1)
      }
      initialized = count
    }
    if let index = values.firstIndex(where: \.isInfinite) {
      throw .notFinite(file: fields[field].file ?? source.file, row: index / array.width)
    }
    return values
  }

  /// Refuses numbers that are infinite, as they are or in float32.
  func requireFinite(_ array: RawArray, rows: Int) throws(DataError) {
    guard array.element.isFloat else { return }
    let base = array.bytes.start + array.offset, rowBytes = array.rowBytes
    func hasInfinite(_ row: Int, _ rows: Int) -> Bool {
      let place = base + row * rowBytes, count = rows * array.width
      return array.element == .float64 ? place.hasInfiniteDouble(count) : place.hasInfiniteFloat(count)
    }
    var pace = Pace(context.progress), row = 0
    // Some thousand numbers at a time, which stay in the first-level cache where the row is looked for.
    let step = max(1, 4096 / array.width)
    while row < rows {
      let own = min(step, rows - row)
      if hasInfinite(row, own), let first = (row..<row + own).first(where: { hasInfinite($0, 1) }) {
        throw .notFinite(file: source.file, row: first)
      }
      array.bytes.pass(array.offset + row * rowBytes)
      pace.add(own * array.width)
      row += own
    }
  }
}

extension UnsafeRawPointer {
  /// Whether some of the next numbers are infinite. Without an early end, so that vector instructions do it.
  fileprivate func hasInfiniteFloat(_ count: Int) -> Bool {
    var found: UInt32 = 0
    for index in 0..<count {
      let bits = loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
      found |= bits & 0x7fff_ffff == 0x7f80_0000 ? 1 : 0
    }
    return found != 0
  }

  /// The same for numbers in double, which are looked at as float32.
  fileprivate func hasInfiniteDouble(_ count: Int) -> Bool {
    var found: UInt32 = 0
    for index in 0..<count {
      let bits = Float(loadUnaligned(fromByteOffset: 8 * index, as: Double.self)).bitPattern
      found |= bits & 0x7fff_ffff == 0x7f80_0000 ? 1 : 0
    }
    return found != 0
  }
}
