import Kernels
import TestSupport
import Testing

@testable import Datasets

/// Numbers of columns come back as they were handed over, in the least memory that holds them.
@Suite struct NumberChunksTests {
  private struct Case {
    let width: Int
    var values: [Double] = []
    var count: Int { values.count / width }

    /// Columns of numbers that float32 holds, of ones that it does not, and of both.
    init(_ generator: inout TestGenerator) {
      width = [1, 2, 3, 7, 40, 3000].randomElement(using: &generator) ?? 1
      let rows = Int.random(in: 1...max(20, 90_000 / width), using: &generator)
      let kinds = (0..<width).map { _ in Int.random(in: 0..<4, using: &generator) }
      values.reserveCapacity(rows * width)
      for row in 0..<rows {
        for kind in kinds {
          let whole = Double(Int.random(in: -9999...9999, using: &generator))
          switch kind {
          case 0: values.append(whole / 4)
          case 1: values.append(whole / 10)
          case 2: values.append(row < rows / 2 ? whole : whole + 1e12)
          default: values.append([whole, -0.0, 1e-40, .nan][Int.random(in: 0..<4, using: &generator)])
          }
        }
      }
    }

    func chunks() throws -> NumberChunks {
      let chunks = try NumberChunks(width: width, file: "t")
      for row in 0..<count {
        try values[row * width..<(row + 1) * width].withUnsafeBufferPointer { row throws(DataError) in
          try chunks.append(row)
        }
      }
      try chunks.finish()
      return chunks
    }

    /// The same rows in blocks, with other numbers behind each row's; some come one by one.
    func chunks(inBlocks generator: inout TestGenerator) throws -> NumberChunks {
      let chunks = try NumberChunks(width: width, file: "t"), queue = WorkQueue(), stride = width + 2
      var spaced: [Double] = []
      for row in 0..<count { spaced += values[row * width..<(row + 1) * width] + [7, .nan] }
      var next = 0
      try spaced.withUnsafeBufferPointer { spaced in
        guard let base = spaced.baseAddress else { return }
        while next < count {
          var blocks: [NumberChunks.Block] = []
          for _ in 0..<Int.random(in: 1...5, using: &generator) {
            let rows = min(count - next, Int.random(in: 0...max(1, count / 3), using: &generator))
            blocks.append(NumberChunks.Block(numbers: base + next * stride, rows: rows))
            next += rows
          }
          try chunks.append(blocks, stride: stride) { queue.parallelItems(count: $0, workers: 2, $1) }
          guard next < count, Bool.random(using: &generator) else { continue }
          try chunks.append(UnsafeBufferPointer(start: base + next * stride, count: width))
          next += 1
        }
      }
      try chunks.finish()
      return chunks
    }

    func row(_ row: Int) -> [UInt64] { values[row * width..<(row + 1) * width].map(\.bitPattern) }
  }

  private func read(_ chunks: NumberChunks, _ row: Int) -> [UInt64] {
    var values = [Double](repeating: 0, count: chunks.width)
    chunks.read(row, into: &values)
    return values.map(\.bitPattern)
  }

  /// NaN may become another NaN on its way through float32.
  private func same(_ a: [UInt64], _ b: [UInt64]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { $0 == $1 || Double(bitPattern: $0).isNaN && Double(bitPattern: $1).isNaN }
  }

  @Test("rows that come in blocks")
  func blocks() throws {
    var generator = TestGenerator(state: 12)
    for _ in 0..<25 {
      let own = Case(&generator), one = try own.chunks(), several = try own.chunks(inBlocks: &generator)
      #expect(several.count == own.count)
      #expect(several.isFloat == one.isFloat)
      #expect((0..<own.count).allSatisfy { read(several, $0) == read(one, $0) })
    }
  }

  /// Chunks are first written where they would be if each were as the one before: what is not comes out right, too, in
  /// memory and where this moves to a file.
  @Test("chunks that are as the one before, and others", arguments: [nil, 0, 1 << 20])
  func guesses(limit: Int?) throws {
    let directory = try TemporaryDirectory(), width = 5, size = (1 << 15) / width, stride = width + 1
    // In each chunk the columns that float32 does not hold; some take as much as others, some more, some less.
    let kinds: [[Int]] = [[0], [0], [1], [1], [], [0, 1, 4], [0, 1, 4], [2], [2], [], []]
    var values: [Double] = []
    for row in 0..<kinds.count * size + 7 {
      let own = kinds[min(row / size, kinds.count - 1)], isLast = row % size == size - 1
      for column in 0..<stride { values.append(isLast && own.contains(column) ? 0.1 : Double(row % 1000 + column)) }
    }
    let count = values.count / stride, queue = WorkQueue()
    for rowsAtOnce in [size / 2 + 1, 3 * size, count] {
      let chunks = try NumberChunks(
        width: width, file: "t", overflow: limit.map { ColumnOverflow(directory: directory.path, limit: $0) })
      try values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        for first in Swift.stride(from: 0, to: count, by: rowsAtOnce) {
          let rows = min(rowsAtOnce, count - first), half = rows / 2
          let blocks = [(first, half), (first + half, 0), (first + half, rows - half)].map {
            NumberChunks.Block(numbers: base + $0 * stride, rows: $1)
          }
          try chunks.append(blocks, stride: stride) { queue.parallelItems(count: $0, workers: 2, $1) }
        }
      }
      try chunks.finish()
      #expect(chunks.count == count && chunks.isFloat == [false, false, false, true, false])
      #expect(
        (0..<count).allSatisfy { row in
          read(chunks, row) == values[row * stride..<row * stride + width].map(\.bitPattern)
        })
    }
  }

  @Test("random tables: every number, kept rows, types of columns")
  func random() throws {
    var generator = TestGenerator(state: 11)
    for _ in 0..<25 {
      let own = Case(&generator), chunks = try own.chunks()
      #expect(chunks.count == own.count)
      #expect((0..<own.count).allSatisfy { same(read(chunks, $0), own.row($0)) })
      for column in 0..<own.width {
        let isFloat = stride(from: column, to: own.values.count, by: own.width).allSatisfy {
          RawElement.isFloat(own.values[$0])
        }
        #expect(chunks.isFloat[column] == isFloat)
      }
      let kept = (0..<own.count).filter { _ in Bool.random(using: &generator) }
      guard !kept.isEmpty else { continue }
      let fewer = try chunks.keeping(kept)
      #expect(fewer.count == kept.count)
      #expect(kept.indices.allSatisfy { same(read(fewer, $0), own.row(kept[$0])) })
      // What was given back reads as zeros, all else stays.
      let half = own.count / 2
      chunks.giveBack(before: half)
      #expect((half..<own.count).allSatisfy { same(read(chunks, $0), own.row($0)) })
    }
  }

  @Test("what float32 holds is what comes back from it, but for subnormal numbers and infinities")
  func float32() {
    var generator = TestGenerator(state: 4)
    let least = Double(Float.leastNormalMagnitude)
    var values = [0, -0.0, .nan, -.nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    values += [least, least.nextDown, least / 2, Double(Float.greatestFiniteMagnitude), 1e39, 1, 1.5, 0.1, 1 + 0x1p-24]
    values += (0..<20_000).map { _ in Double(bitPattern: .random(in: 0...UInt64.max, using: &generator)) }
    values += (0..<20_000).map { _ in
      Double(Float(bitPattern: .random(in: 0...UInt32.max, using: &generator)))
    }
    for value in values {
      let float = Float(value)
      let expected = Double(float) == value && (float.isNormal || float == 0) || value.isNaN
      guard RawElement.isFloat(value) == expected else {
        return #expect(RawElement.isFloat(value) == expected, "\(value)")
      }
    }
  }
}
