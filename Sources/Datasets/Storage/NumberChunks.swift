internal import Kernels
internal import Platform

/// The numbers of a table's columns, row by row, in chunks: a column is float32 in each chunk of which float32 holds
/// all its numbers, else double.
package final class NumberChunks: @unchecked Sendable {
  /// Where the columns of a chunk are; neighbouring chunks mostly share one, and hold one reference each.
  fileprivate final class Plan: Sendable {
    /// For each column whether it is float32.
    let isFloat: [Bool]
    let floats: Int
    /// The columns that are float32, then the others; empty where all are alike.
    let columns: [Int32]

    init(_ isFloat: [Bool]) {
      self.isFloat = isFloat
      floats = isFloat.count { $0 }
      let order = isFloat.indices.filter { isFloat[$0] } + isFloat.indices.filter { !isFloat[$0] }
      columns = floats == 0 || floats == isFloat.count ? [] : order.map(Int32.init)
    }

    /// Whether it is that of columns of which those with 0 are float32.
    func holds(_ lost: UnsafePointer<UInt64>) -> Bool {
      isFloat.indices.allSatisfy { isFloat[$0] == (lost[$0] == 0) }
    }
  }

  fileprivate struct Chunk {
    let plan: Plan
    /// Where its numbers begin: those of float32 for all its rows, then the others.
    let offset: Int
    let rows: Int

    /// Where its numbers in double begin.
    var doubles: Int { offset + (rows * plan.floats * 4 + 7) / 8 * 8 }

    /// Bytes of all its numbers.
    func byteCount(_ width: Int) -> Int { doubles + rows * (width - plan.floats) * 8 - offset }

    /// Writes some of its rows.
    ///
    /// - Parameters:
    ///   - first: the first of them.
    ///   - base: the first byte of all chunks.
    func store(
      _ numbers: UnsafePointer<Double>, _ count: Int, stride: Int, from first: Int, in base: UnsafeMutableRawPointer,
      width: Int
    ) {
      let floats = plan.floats, doubles = width - floats
      // Row by row: the numbers of a row are beside each other. One NaN, not each processor's: the bytes tell data from
      // others.
      let floatRows = (base + offset + first * floats * 4).assumingMemoryBound(to: Float.self)
      let doubleRows = (base + self.doubles + first * doubles * 8).assumingMemoryBound(to: Double.self)
      guard floats > 0, doubles > 0 else {
        for row in 0..<count {
          let values = numbers + row * stride, own = floatRows + row * floats, others = doubleRows + row * doubles
          for column in 0..<floats { own[column] = values[column].isNaN ? .nan : Float(values[column]) }
          for column in 0..<doubles { others[column] = values[column].isNaN ? .nan : values[column] }
        }
        return
      }
      plan.columns.withUnsafeBufferPointer { columns in
        for row in 0..<count {
          let values = numbers + row * stride, own = floatRows + row * floats, others = doubleRows + row * doubles
          for slot in 0..<floats {
            let value = values[Int(columns[slot])]
            own[slot] = value.isNaN ? .nan : Float(value)
          }
          for slot in 0..<doubles {
            let value = values[Int(columns[floats + slot])]
            others[slot] = value.isNaN ? .nan : value
          }
        }
      }
    }
  }

  /// The columns.
  let width: Int
  /// The rows.
  private(set) var count = 0
  /// For each column, whether float32 holds all of its numbers.
  private(set) var isFloat: [Bool]

  private let bytes: FileBytes
  private let file: String
  private let overflow: ColumnOverflow?
  private let offersCache: Bool
  private let rowsOfChunk: Int
  private var chunks: [Chunk] = []
  /// The rows of the chunk to come.
  private var pending: [Double] = []

  // Of 256 KiB, but not so few rows that plans weigh something.
  private static let cells = 1 << 15, leastRows = 16

  /// - Parameters:
  ///   - overflow: where the numbers go when they take too much memory.
  ///   - offersCache: whether a config can ask for that.
  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)``
  init(
    width: Int, file: String, overflow: ColumnOverflow? = nil, offersCache: Bool = false
  ) throws(DataError) {
    precondition(width > 0, "a table of numbers has columns")
    self.width = width
    self.file = file
    rowsOfChunk = max(Self.leastRows, Self.cells / width)
    isFloat = [Bool](repeating: true, count: width)
    (self.overflow, self.offersCache) = (overflow, offersCache)
    bytes = try FileBytes(capacity: 1, file: file, overflow: overflow)
  }

  /// Adds a row.
  func append(_ row: UnsafeBufferPointer<Double>) throws(DataError) {
    pending.append(contentsOf: row)
    count += 1
    if pending.count == rowsOfChunk * width { try flush() }
  }

  /// Rows of numbers one behind the other.
  struct Block {
    let numbers: UnsafePointer<Double>
    let rows: Int
  }

  /// Adds the rows of several blocks.
  ///
  /// - Parameters:
  ///   - stride: numbers from one row to the next, of which the first are those of the columns.
  ///   - forEach: calls a body for items and the workers that do them, at the same time where it can.
  func append(_ blocks: [Block], stride: Int, _ forEach: (Int, (Int, Int) -> Void) -> Void) throws(DataError) {
    // The rows from a place on, as far as they are in one block.
    var starts: [Int] = [], total = pending.count / width
    let before = total
    for block in blocks {
      starts.append(total)
      total += block.rows
    }
    let whole = total / rowsOfChunk, width = width
    func forEachRun(
      _ rows: Range<Int>, _ body: (_ first: Int, _ from: UnsafePointer<Double>, _ rows: Int, _ stride: Int) -> Void
    ) {
      var place = rows.lowerBound
      if place < before {
        let count = min(before, rows.upperBound) - place
        pending.withUnsafeBufferPointer { pending in
          pending.baseAddress.map { body(0, $0 + place * width, count, width) }
        }
        place += count
      }
      guard place < rows.upperBound else { return }
      var index = starts.lastIndex { $0 <= place } ?? 0
      while place < rows.upperBound {
        let block = blocks[index], own = place - starts[index], count = min(block.rows - own, rows.upperBound - place)
        if count > 0 { body(place - rows.lowerBound, block.numbers + own * stride, count, stride) }
        place += max(0, count)
        index += 1
      }
    }
    let size = rowsOfChunk
    func rows(_ item: Int) -> Range<Int> { item * size..<(item + 1) * size }
    // Most chunks are as the one before: numbers are written where they would be then, when they are looked at.
    var guess = chunks.last.map { last in
      (0..<whole).map { Chunk(plan: last.plan, offset: bytes.count + $0 * last.byteCount(width), rows: size) }
    }
    do throws(DataError) {
      if let last = guess?.last { try makeRoom(last.offset + last.byteCount(width) - bytes.count) }
    } catch { guess = nil }
    let guessed = guess ?? [], guessBase = bytes.room.baseAddress.map { $0 - bytes.count }
    // For each column of a chunk, bits that are 0 where float32 holds all numbers; and whether it is as it was guessed.
    var lost = [UInt64](repeating: 0, count: whole * width), isGuessed = [Bool](repeating: false, count: whole)
    lost.withUnsafeMutableBufferPointer { lost in
      isGuessed.withUnsafeMutableBufferPointer { isGuessed in
        forEach(whole) { item, _ in
          guard let own = lost.baseAddress.map({ $0 + item * width }) else { return }
          forEachRun(rows(item)) { _, from, count, stride in
            Self.look(from, count, stride: stride, width: width, lost: own)
          }
          guard let guessBase, item < guessed.count, guessed[item].plan.holds(own) else { return }
          isGuessed[item] = true
          forEachRun(rows(item)) { first, from, count, stride in
            guessed[item].store(from, count, stride: stride, from: first, in: guessBase, width: width)
          }
        }
      }
    }
    var own: [Chunk] = [], end = bytes.count
    for item in 0..<whole {
      if isGuessed[item], item == 0 || isGuessed[item - 1] && own[item - 1].offset == guessed[item - 1].offset {
        own.append(guessed[item])
      } else {
        let isFloat = lost[item * width..<(item + 1) * width].map { $0 == 0 }
        let last = own.last?.plan ?? chunks.last?.plan
        own.append(
          Chunk(plan: last.flatMap { $0.isFloat == isFloat ? $0 : nil } ?? Plan(isFloat), offset: end, rows: size))
        for column in 0..<width where !isFloat[column] { self.isFloat[column] = false }
      }
      end = own[item].offset + own[item].byteCount(width)
    }
    // Where more room has to be made, what was written beyond the last number may not come along.
    if guessed.isEmpty || end > guessed[whole - 1].offset + guessed[whole - 1].byteCount(width) {
      for item in 0..<whole { isGuessed[item] = false }
    }
    try makeRoom(end - bytes.count)
    if !isGuessed.allSatisfy({ $0 }), let room = bytes.room.baseAddress {
      let base = room - bytes.count
      own.withUnsafeBufferPointer { own in
        forEach(whole) { item, _ in
          guard !isGuessed[item] || own[item].offset != guessed[item].offset else { return }
          forEachRun(rows(item)) { first, from, count, stride in
            own[item].store(from, count, stride: stride, from: first, in: base, width: width)
          }
        }
      }
    }
    bytes.add(end - bytes.count)
    chunks += own
    var rest: [Double] = []
    forEachRun(whole * size..<total) { _, from, count, stride in
      for row in 0..<count { rest.append(contentsOf: UnsafeBufferPointer(start: from + row * stride, count: width)) }
    }
    (pending, count) = (rest, count + total - before)
  }

  /// Finds the columns of some rows of which float32 does not hold all numbers.
  ///
  /// - Parameter lost: for each column 0 until then.
  private static func look(
    _ numbers: UnsafePointer<Double>, _ count: Int, stride: Int, width: Int, lost: UnsafeMutablePointer<UInt64>
  ) {
    // Most columns are told by their first numbers, and looked at no more.
    withUnsafeTemporaryAllocation(of: Int.self, capacity: width) { open in
      var openCount = 0, row = 0, rows = 4
      for column in 0..<width where lost[column] == 0 {
        open[openCount] = column
        openCount += 1
      }
      while row < count, openCount > 0 {
        let end = min(count, row + rows)
        var still = 0
        for slot in 0..<openCount {
          let column = open[slot]
          var own: UInt64 = 0, value = numbers + row * stride + column
          for _ in row..<end {
            own |= RawElement.lostInFloat(value.pointee)
            value += stride
          }
          lost[column] = own
          if own == 0 {
            open[still] = column
            still += 1
          }
        }
        (openCount, row, rows) = (still, end, 64)
      }
    }
  }

  /// Makes the rows readable; no more are added.
  func finish() throws(DataError) {
    if !pending.isEmpty { try flush() }
    pending = []
  }

  /// Makes room for the bytes of chunks.
  private func makeRoom(_ byteCount: Int) throws(DataError) {
    do throws(DataError) { try bytes.makeRoom(byteCount, file: file) } catch {
      guard offersCache, case .tooLarge(let file, let byteCount, let available) = error else { throw error }
      throw .columnsTooLarge(file: file, byteCount: byteCount, available: available)
    }
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
    let byteCount = chunk.byteCount(width)
    try makeRoom(byteCount)
    for column in 0..<width where !own[column] { isFloat[column] = false }
    if let room = bytes.room.baseAddress {
      pending.withUnsafeBufferPointer { pending in
        pending.baseAddress.map {
          chunk.store($0, rows, stride: width, from: 0, in: room - bytes.count, width: width)
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
  func read(_ row: Int, into output: UnsafeMutablePointer<Double>) { rows.read(row, into: output) }

  /// The rows as they are now.
  var rows: Rows {
    precondition(pending.isEmpty, "rows are read once all are there")
    return Rows(
      bytes: bytes, start: UnsafeRawPointer(bytes.start), chunks: chunks, rowsOfChunk: rowsOfChunk, width: width,
      count: count)
  }

  /// Rows that are read: a value, so that nothing is looked up behind a reference for each of them.
  struct Rows {
    /// Keeps them in memory.
    fileprivate let bytes: FileBytes
    fileprivate let start: UnsafeRawPointer
    fileprivate let chunks: [Chunk]
    fileprivate let rowsOfChunk: Int
    fileprivate let width: Int
    fileprivate let count: Int

    /// Reads a row in double.
    ///
    /// - Parameter output: room for as many numbers as there are columns.
    func read(_ row: Int, into output: UnsafeMutablePointer<Double>) {
      precondition(row >= 0 && row < count, "a row that is not there")
      let index = row / rowsOfChunk
      chunks.withUnsafeBufferPointer { chunks in
        let own = row - index * rowsOfChunk, floats = chunks[index].plan.floats, doubles = width - floats
        let floatRow = (start + chunks[index].offset + own * floats * 4).assumingMemoryBound(to: Float.self)
        let doubleRow = (start + chunks[index].doubles + own * doubles * 8).assumingMemoryBound(to: Double.self)
        guard doubles > 0, floats > 0 else {
          for column in 0..<floats { output[column] = Double(floatRow[column]) }
          for column in 0..<doubles { output[column] = doubleRow[column] }
          return
        }
        chunks[index].plan.columns.withUnsafeBufferPointer { columns in
          for slot in 0..<floats { output[Int(columns[slot])] = Double(floatRow[slot]) }
          for slot in 0..<doubles { output[Int(columns[floats + slot])] = doubleRow[slot] }
        }
      }
    }
  }

  /// Some rows, ascending.
  func keeping(_ rows: [Int]) throws(DataError) -> NumberChunks {
    let kept = try NumberChunks(width: width, file: file, overflow: overflow, offersCache: offersCache)
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
