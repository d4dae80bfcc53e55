internal import Kernels
internal import Platform

/// Rows of a source bit by bit, features and target alike, to tell whether two of them are the same.
///
/// Features are compared as they came: numbers of a table in double, categories by their place among those of the
/// training source, elements of an array in their own type where all sources have the same, else in double.
final class RowImage {
  private let source: DataPreparation.Source
  private let targets: Int
  private let areBytes: Bool
  private let words: AlignedBuffer<UInt64>
  private let rows: NumberChunks.Rows?
  private let numbers: AlignedBuffer<Double>?
  private let count: Int

  /// - Parameters:
  ///   - targets: target values of a row.
  ///   - areBytes: whether arrays are compared byte by byte.
  init(_ source: DataPreparation.Source, targets: Int, areBytes: Bool) {
    self.source = source
    self.targets = targets
    self.areBytes = areBytes
    let features = source.table.features
    var count = source.classes.isEmpty ? targets : 1
    for place in features.places {
      switch place {
      case .array(let index):
        let array = features.arrays[index]
        count += areBytes ? (array.rowBytes + 7) / 8 : array.width
      case .numbers(let columns): count += columns.count
      case .code: count += 1
      }
    }
    self.count = count
    words = AlignedBuffer(count: max(1, count))
    rows = features.numbers?.rows
    numbers = features.numbers.map { AlignedBuffer(count: $0.width) }
  }

  /// Whether arrays of all sources have the same elements.
  static func areAlike(_ sources: [DataPreparation.Source]) -> Bool {
    let kinds = sources.map { source in source.table.features.arrays.map { [$0.element.rawValue, "\($0.width)"] } }
    return kinds.dropFirst().allSatisfy { $0 == kinds[0] }
  }

  /// A row's words, until the next is asked for.
  private func load(_ row: Int) -> UnsafeMutablePointer<UInt64> {
    let features = source.table.features
    if let numbers { rows?.read(row, into: numbers.pointer) }
    var word = words.pointer
    for place in features.places {
      switch place {
      case .array(let index):
        let array = features.arrays[index], start = array.offset + row * array.rowBytes
        array.bytes.pass(start)
        let from = array.bytes.start + start
        if areBytes {
          let end = (array.rowBytes + 7) / 8
          if end > 0 { word[end - 1] = 0 }
          UnsafeMutableRawPointer(word).copyMemory(from: from, byteCount: array.rowBytes)
          word += end
        } else {
          for index in 0..<array.width {
            word[index] = array.element.value(at: from + index * array.element.byteCount).bitPattern
          }
          word += array.width
        }
      case .numbers(let columns):
        guard let numbers else { continue }
        for column in columns {
          word.pointee = numbers.pointer[column].bitPattern
          word += 1
        }
      case .code(let index, _):
        word.pointee = UInt64(bitPattern: Int64(features.codes[index][row]))
        word += 1
      }
    }
    if !source.classes.isEmpty {
      word.pointee = UInt64(bitPattern: Int64(source.classes[row]))
    } else {
      for target in 0..<targets { word[target] = source.values[row * targets + target].bitPattern }
    }
    return words.pointer
  }

  /// A hash of a row, mixed with a secret of the process, so that no file can make rows meet.
  func hash(_ row: Int, secret: UInt64) -> UInt64 {
    let words = load(row)
    // Four chains side by side, so that their multiplications overlap.
    var a = secret, b = ~secret, c = secret &+ 0x9e37_79b9_7f4a_7c15, d = secret &* 0xd6e8_feb8_6659_fd93
    var place = 0
    while place + 4 <= count {
      a = Self.mix(a, words[place])
      b = Self.mix(b, words[place + 1])
      c = Self.mix(c, words[place + 2])
      d = Self.mix(d, words[place + 3])
      place += 4
    }
    while place < count {
      a = Self.mix(a, words[place])
      place += 1
    }
    return Self.mix(Self.mix(a, b), Self.mix(c, d))
  }

  @inline(__always)
  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }

  /// Whether a row is the same as one of another source; images that are compared are two.
  func isSame(_ row: Int, as other: RowImage, _ otherRow: Int) -> Bool {
    guard count == other.count else { return false }
    let own = load(row), others = other.load(otherRow)
    for place in 0..<count where own[place] != others[place] { return false }
    return true
  }
}
