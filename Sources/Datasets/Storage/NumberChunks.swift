internal import Kernels
internal import Platform

/// The numbers of a table's columns, row by row, in chunks: a column is float32 in each chunk of which float32 holds all its numbers,
/// else double.
package final class NumberChunks: @unchecked Sendable {
  /// Where the columns of a chunk are; neighbouring chunks mostly share one.
  private struct Plan {
    /// For each column whether it is float32.
    let isFloat: [Bool]
    /// The place of each column among those of its type.
    let slots: [Int]
    let floats: Int

    init(_ isFloat: [Bool]) {
      self.isFloat = isFloat
      var floats = 0, doubles = 0
      slots = isFloat.map { isFloat in
        defer { if isFloat { floats += 1 } else { doubles += 1 } }
        return isFloat ? floats : doubles
      }
      self.floats = floats
    }
  }

  private struct Chunk {
    let plan: Plan
    /// Where its numbers begin: those of float32 for all its rows, then the others.
    let offset: Int
    let rows: Int

    /// Where its numbers in double begin.
    var doubles: Int { offset + (rows * plan.floats * 4 + 7) / 8 * 8 }
  }

  /// The columns.
  let width: Int
  /// The rows.
  private(set) var count = 0
  /// For each column, whether float32 holds all of its numbers.
  private(set) var isFloat: [Bool]

  private let bytes: FileBytes
  private let file: String
  private let rowsOfChunk: Int
  private var chunks: [Chunk] = []
  /// The rows of the chunk to come.
  private var pending: [Double] = []

  // Of 256 KiB, but not so few rows that plans weigh something.
  private static let cells = 1 << 15, leastRows = 16

  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)``
  init(width: Int, file: String) throws(DataError) {
    precondition(width > 0, "a table of numbers has columns")
    self.width = width
    self.file = file
    rowsOfChunk = max(Self.leastRows, Self.cells / width)
    isFloat = [Bool](repeating: true, count: width)
    bytes = try FileBytes(capacity: 1, file: file)
  }

  /// Adds a row.
  func append(_ row: UnsafeBufferPointer<Double>) throws(DataError) {
    pending.append(contentsOf: row)
    count += 1
    if pending.count == rowsOfChunk * width { try flush() }
  }

  /// Makes the rows readable; no more are added.
  func finish() throws(DataError) {
    if !pending.isEmpty { try flush() }
    pending = []
  }

  private func flush() throws(DataError) {
    let rows = pending.count / width
    var own = [Bool](repeating: true, count: width)
    for row in 0..<rows {
      for column in 0..<width where own[column] && !RawElement.isFloat(pending[row * width + column]) {
        own[column] = false
      }
    }
    let last = chunks.last?.plan
    let chunk = Chunk(plan: last.flatMap { $0.isFloat == own ? $0 : nil } ?? Plan(own), offset: bytes.count, rows: rows)
    let plan = chunk.plan, doubles = width - plan.floats
    let byteCount = chunk.doubles + rows * doubles * 8 - chunk.offset
    try bytes.makeRoom(byteCount, file: file)
    let room = bytes.room
    for column in 0..<width {
      let slot = plan.slots[column]
      if plan.isFloat[column] {
        for row in 0..<rows {
          // One NaN, not each processor's: the bytes tell data from others.
          let value = pending[row * width + column]
          room.storeBytes(
            of: value.isNaN ? .nan : Float(value), toByteOffset: (row * plan.floats + slot) * 4, as: Float.self)
        }
      } else {
        isFloat[column] = false
        let first = chunk.doubles - chunk.offset
        for row in 0..<rows {
          let value = pending[row * width + column]
          room.storeBytes(
            of: value.isNaN ? .nan : value, toByteOffset: first + (row * doubles + slot) * 8, as: Double.self)
        }
      }
    }
    bytes.add(byteCount)
    chunks.append(chunk)
    pending.removeAll(keepingCapacity: true)
  }

  /// Reads a row in double.
  ///
  /// - Parameter output: room for as many numbers as there are columns.
  func read(_ row: Int, into output: UnsafeMutablePointer<Double>) {
    precondition(row >= 0 && row < count && pending.isEmpty, "a row that is not there")
    let chunk = chunks[row / rowsOfChunk], own = row % rowsOfChunk, plan = chunk.plan
    let floats = bytes.start + chunk.offset + own * plan.floats * 4
    let doubles = bytes.start + chunk.doubles + own * (width - plan.floats) * 8
    for column in 0..<width {
      let slot = plan.slots[column]
      output[column] =
        plan.isFloat[column]
        ? Double(floats.load(fromByteOffset: slot * 4, as: Float.self))
        : doubles.load(fromByteOffset: slot * 8, as: Double.self)
    }
  }

  /// Some rows, ascending.
  func keeping(_ rows: [Int]) throws(DataError) -> NumberChunks {
    let kept = try NumberChunks(width: width, file: file)
    let row = AlignedBuffer<Double>(count: width)
    for place in rows {
      read(place, into: row.pointer)
      try kept.append(UnsafeBufferPointer(start: row.pointer, count: width))
    }
    try kept.finish()
    return kept
  }

  /// Gives memory of rows before one back to the system; they read as zeros from then on.
  func giveBack(before row: Int) {
    bytes.giveBack(before: row >= count ? bytes.count : chunks[row / rowsOfChunk].offset)
  }
}
