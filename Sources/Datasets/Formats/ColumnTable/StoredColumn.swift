internal import Foundation
internal import Kernels
internal import Specs

/// A column of a columnar table with its files.
final class StoredColumn {
  let name: String
  let kind: TableManifest.Kind
  let rows: Int
  /// The values; of texts their bytes.
  let values: FileBytes
  private let missing: FileBytes?
  private let offsets: FileBytes?
  private let labels: [[UInt8]]

  /// Opens the files and checks them against the rows.
  ///
  /// - Parameters:
  ///   - directory: of the table, as the config states it.
  ///   - context: whose `mapping` says whether the files stay where they are.
  init(_ column: TableManifest.Column, rows: Int, directory: String, in context: DataContext) throws(DataError) {
    func bytes(_ file: String, of size: Int?) throws(DataError) -> FileBytes {
      let path = directory + "/" + file
      let found = try InputFile.contents(of: path, in: context, mayMap: true, isRaw: true, mayBeEmpty: size == nil)
      if let size, found.count != size {
        throw .damagedTable(
          file: path,
          problem: "\(rows) rows need \(size) bytes, and \(found.count) are there"
            + (found.count < size ? "; it was cut short" : ""))
      }
      return found
    }
    (name, kind, self.rows) = (column.name, column.kind, rows)
    labels = column.labels.map { Array($0.utf8) }
    let (size, overflows) = rows.multipliedReportingOverflow(by: column.kind.element?.byteCount ?? 0)
    guard !overflows else { throw .damagedTable(file: directory, problem: "it states \(rows) rows") }
    values = try bytes(column.file, of: column.kind.element.map { _ in size })
    missing = try column.missing.map { file throws(DataError) in try bytes(file, of: rows) }
    offsets = try column.offsets.map { file throws(DataError) in try bytes(file, of: (rows + 1) * 8) }
    try check(directory + "/" + column.file, context.progress)
  }

  /// Refuses codes, flags and offsets that are none.
  private func check(_ file: String, _ progress: @escaping () -> Void) throws(DataError) {
    func damage(_ row: Int, _ found: String) -> DataError {
      .damagedTable(file: file, problem: "row \(row) (counted from 0) of column '\(name.excerpt(40))' \(found)")
    }
    var pace = Pace(progress)
    if let missing {
      for row in 0..<rows {
        guard missing.start.load(fromByteOffset: row, as: UInt8.self) <= 1 else {
          throw damage(row, "is marked by another byte than 0 or 1 as missing or not")
        }
        pace.add(1)
      }
    }
    switch kind {
    case .bool:
      for row in 0..<rows {
        pace.add(1)
        guard !isMissing(row) else { continue }
        guard values.start.load(fromByteOffset: row, as: UInt8.self) <= 1 else {
          throw damage(row, "is neither 0 nor 1")
        }
      }
    case .category:
      for row in 0..<rows {
        let code = values.start.loadUnaligned(fromByteOffset: row * 4, as: Int32.self)
        guard code >= -1, code < labels.count else {
          throw damage(row, "has the code \(code), and there are \(labels.count) labels")
        }
        pace.add(1)
      }
    case .text:
      try values.withUnsafeBytes { raw throws(DataError) in
        let text = raw.assumingMemoryBound(to: UInt8.self)
        if let fault = UTF8Text.check(text).fault {
          throw .damagedTable(file: file, problem: "byte \(fault.offset) of the texts is not UTF-8")
        }
        var last = 0
        for row in 0...rows {
          let offset = offset(row)
          guard offset >= last, offset <= text.count, row > 0 || offset == 0, row < rows || offset == text.count,
            offset == text.count || text[offset] & 0xc0 != 0x80
          else { throw damage(max(0, row - 1), "has an offset that is none") }
          last = offset
          pace.add(1)
        }
      }
    default: break
    }
  }

  private func offset(_ row: Int) -> Int {
    offsets.map { Int($0.start.loadUnaligned(fromByteOffset: row * 8, as: Int64.self)) } ?? 0
  }

  // MARK: - Values

  /// Whether the column's own files say so.
  func isMissing(_ row: Int) -> Bool {
    if let missing, missing.start.load(fromByteOffset: row, as: UInt8.self) == 1 { return true }
    switch kind {
    case .category: return code(row) < 0
    case .float64, .float32: return double(row).isNaN
    default: return false
    }
  }

  private func code(_ row: Int) -> Int { Int(values.start.loadUnaligned(fromByteOffset: row * 4, as: Int32.self)) }

  /// The value of a column of numbers; of others what stands for it in the file.
  func double(_ row: Int) -> Double {
    guard let element = kind.element else { return .nan }
    return element.value(at: values.start + row * element.byteCount)
  }

  /// Whether double rounds the value.
  func isRounded(_ row: Int) -> Bool {
    guard kind == .int64 else { return false }
    let value = values.start.loadUnaligned(fromByteOffset: row * 8, as: Int64.self)
    return Int64(exactly: Double(value)) != value
  }

  /// The elements as they are, where each row has a number and none is missing.
  var whole: RawElement? {
    guard kind.isNumber, missing == nil else { return nil }
    return kind.element
  }

  /// Hands out the text of a cell as a table of text would have it, without blanks around it; nothing where it is
  /// missing.
  func withCell<Result>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    guard !isMissing(row) else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
    switch kind {
    case .category: return try labels[code(row)].withUnsafeBufferPointer { try body($0.withoutBlanks) }
    case .text:
      let start = offset(row)
      return try body(
        UnsafeBufferPointer(
          start: (values.start + start).assumingMemoryBound(to: UInt8.self), count: offset(row + 1) - start
        ).withoutBlanks)
    default:
      var text = text(row)
      return try text.withUTF8(body)
    }
  }

  private func text(_ row: Int) -> String {
    switch kind {
    case .bool: double(row) == 1 ? "true" : "false"
    case .int64: "\(values.start.loadUnaligned(fromByteOffset: row * 8, as: Int64.self))"
    case .float32: "\(values.start.loadUnaligned(fromByteOffset: row * 4, as: Float.self))"
    case .date: CivilTime(days: code(row)).text
    case .datetime:
      CivilTime(microseconds: Int(values.start.loadUnaligned(fromByteOffset: row * 8, as: Int64.self))).text
    default: double(row).isFinite ? ConfigValue.number(double(row)).compactText : "\(double(row))"
    }
  }
}

/// A day, or a time of one, in ISO 8601.
private struct CivilTime {
  let text: String

  init(days: Int) { text = Self.day(days) }

  init(microseconds: Int) {
    let day = 86_400_000_000
    // Division that rounds down, whatever the sign.
    var rest = microseconds % day, whole = microseconds / day
    if rest < 0 { (rest, whole) = (rest + day, whole - 1) }
    let seconds = rest / 1_000_000, fraction = rest % 1_000_000
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    var text = "\(Self.day(whole))T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    if fraction > 0 {
      let digits = "\(fraction)"
      text += "." + String(repeating: "0", count: 6 - digits.count) + digits
    }
    self.text = text
  }

  /// A day of the proleptic Gregorian calendar, counted from 1970-01-01 (eras of 400 years, as in H. Hinnant's
  /// "chrono-compatible low-level date algorithms").
  private static func day(_ days: Int) -> String {
    // Years begin in March, so that a leap day ends one.
    let shifted = days + 719_468, era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100), month = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * month + 2) / 5 + 1, civil = month < 10 ? month + 3 : month - 9
    let number = year + era * 400 + (civil <= 2 ? 1 : 0)
    func padded(_ number: Int, _ count: Int) -> String {
      let digits = "\(number.magnitude)"
      return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    return "\(padded(number, 4))-\(padded(civil, 2))-\(padded(day, 2))"
  }
}
