package import Kernels
internal import Platform
internal import Specs

/// The features of a source's rows, as they came.
package struct FeatureStorage: Sendable {
  /// Where some neighbouring features are.
  package enum Place: Sendable, Equatable {
    /// All of an array's.
    case array(Int)
    /// Columns among those of numbers.
    case numbers(Range<Int>)
    /// One column of codes, which the features are 0 and 1 of.
    case code(Int, categories: Int)
  }

  /// In the order of the features.
  package var places: [Place]
  package var arrays: [RawArray] = []
  package var numbers: NumberChunks?
  /// For each column of numbers, whether it has whole numbers beyond 2⁵³ that double has rounded.
  package var isRounded: [Bool] = []
  /// For each column of codes those of the rows; −1 where a category is missing.
  package var codes: [[Int32]] = []

  /// Features of a place.
  func width(of place: Place) -> Int {
    switch place {
    case .array(let index): arrays[index].width
    case .numbers(let columns): columns.count
    case .code(_, let categories): categories
    }
  }

  /// The features of each place.
  var ranges: [Range<Int>] {
    var first = 0
    return places.map { place in
      defer { first += width(of: place) }
      return first..<first + width(of: place)
    }
  }

  /// Keeps some rows, ascending, and forgets the others.
  mutating func keep(_ rows: [Int]) throws(DataError) {
    for array in arrays { try array.keep(rows) }
    numbers = try numbers?.keeping(rows)
    for index in codes.indices { codes[index] = rows.map { [codes] in codes[index][$0] } }
  }
}

/// Elements of one type, row by row; the header of their file may stand before them, so that it is not copied.
package struct RawArray: Sendable {
  package var element: RawElement
  /// Elements of a row.
  package var width: Int
  package var bytes: FileBytes
  /// Where the elements begin.
  package var offset: Int

  var rowBytes: Int { width * element.byteCount }

  /// Keeps some rows, ascending, and forgets the others.
  func keep(_ rows: [Int]) throws(DataError) { try bytes.keep(rows, width: rowBytes, from: offset) }

  /// A pass over the elements has come to one.
  @inline(__always)
  func pass(_ index: Int) { if index & 0xfff == 0 { bytes.pass(offset + index * element.byteCount) } }
}

extension RawElement {
  /// Whether float32 holds a number so that arithmetic sees it: subnormal ones count as 0 there.
  static func isFloat(_ value: Double) -> Bool { lostInFloat(value) == 0 }

  /// 0 where ``isFloat(_:)``, something else where not: without a branch, so that vector instructions do it.
  @inline(__always)
  static func lostInFloat(_ value: Double) -> UInt64 {
    let bits = value.bitPattern, magnitude = bits & 0x7fff_ffff_ffff_ffff
    let changed = Double(Float(value)).bitPattern ^ bits
    // Below 2^-126 numbers of float32 are subnormal.
    let subnormal: UInt64 = magnitude != 0 && magnitude < 0x3810_0000_0000_0000 ? 1 : 0
    let infinite: UInt64 = magnitude == 0x7ff0_0000_0000_0000 ? 1 : 0
    return magnitude > 0x7ff0_0000_0000_0000 ? 0 : changed | subnormal | infinite
  }
}

/// Reads the features of rows in double, one row at a time.
final class RowReader {
  private let features: FeatureStorage
  private let ranges: [Range<Int>]
  private let scratch: AlignedBuffer<Double>
  private let rows: NumberChunks.Rows?
  /// The numbers of a row, where they are not the row itself.
  private let numbers: AlignedBuffer<Double>?
  /// Whether a row is its numbers.
  private let isPlain: Bool

  init(_ features: FeatureStorage) {
    self.features = features
    ranges = features.ranges
    scratch = AlignedBuffer(count: max(1, ranges.last?.upperBound ?? 0))
    rows = features.numbers?.rows
    isPlain = features.places == features.numbers.map { [.numbers(0..<$0.width)] }
    numbers = isPlain ? nil : features.numbers.map { AlignedBuffer(count: $0.width) }
  }

  /// The features of a row, until the next is asked for.
  func callAsFunction(_ row: Int) -> UnsafePointer<Double> {
    rows?.read(row, into: numbers?.pointer ?? scratch.pointer)
    guard !isPlain else { return UnsafePointer(scratch.pointer) }
    for (place, range) in zip(features.places, ranges) {
      let output = scratch.pointer + range.lowerBound
      switch place {
      case .array(let index): convert(features.arrays[index], row, to: output)
      case .numbers(let columns):
        if let numbers { output.update(from: numbers.pointer + columns.lowerBound, count: columns.count) }
      case .code(let index, let categories):
        output.update(repeating: 0, count: categories)
        let code = Int(features.codes[index][row])
        if code >= 0 { output[code] = 1 }
      }
    }
    return UnsafePointer(scratch.pointer)
  }

  private func convert(_ array: RawArray, _ row: Int, to output: UnsafeMutablePointer<Double>) {
    let base = array.bytes.start + array.offset + row * array.rowBytes, width = array.width
    array.bytes.pass(array.offset + row * array.rowBytes)
    switch array.element {
    case .uint8: convert(base, width, to: output, UInt8.self) { Double($0) }
    case .int8: convert(base, width, to: output, Int8.self) { Double($0) }
    case .int16: convert(base, width, to: output, Int16.self) { Double($0) }
    case .uint16: convert(base, width, to: output, UInt16.self) { Double($0) }
    case .int32: convert(base, width, to: output, Int32.self) { Double($0) }
    case .int64: convert(base, width, to: output, Int64.self) { Double($0) }
    case .float32: convert(base, width, to: output, Float.self) { Double($0) }
    case .float64: convert(base, width, to: output, Double.self) { $0 }
    }
  }

  @inline(__always)
  private func convert<Raw: BitwiseCopyable>(
    _ base: UnsafeRawPointer, _ width: Int, to output: UnsafeMutablePointer<Double>, _ raw: Raw.Type,
    _ double: (Raw) -> Double
  ) {
    for index in 0..<width {
      output[index] = double(base.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.stride, as: Raw.self))
    }
  }
}
