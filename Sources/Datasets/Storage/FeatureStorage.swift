package import Kernels
internal import Platform
internal import Specs

/// The features of a source's rows, as they came.
package enum FeatureStorage: Sendable {
  case array(RawArray)
  case columns(RawColumns)
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
  func keep(_ rows: [Int]) { bytes.keep(rows, width: rowBytes, from: offset) }
}

/// Columns of a table.
package struct RawColumns: Sendable {
  /// The numbers of the columns without categories, row by row, in double.
  package var numbers: FileBytes
  /// For each of these columns, whether float32 holds all of its numbers.
  package var isFloat: [Bool]
  /// For each of these columns, whether it has whole numbers beyond 2⁵³ that double has rounded.
  package var isRounded: [Bool]
  /// For each column with categories the codes of the rows.
  package var codes: [[Int32]]
}

extension RawElement {
  /// Whether float32 holds a number so that arithmetic sees it: subnormal ones count as 0 there.
  static func isFloat(_ value: Double) -> Bool {
    let float = Float(value)
    return Double(float) == value && (float.isNormal || float == 0) || value.isNaN
  }
}

/// Reads the features of rows in double, one row at a time.
final class RowReader {
  private let features: FeatureStorage
  private let columns: [FeatureColumn]
  private let scratch: AlignedBuffer<Double>
  private let width: Int

  init(_ table: Table) {
    features = table.features
    columns = table.columns
    width = table.featureShape.count
    scratch = AlignedBuffer(count: max(1, width))
  }

  /// The features of a row, until the next is asked for.
  func callAsFunction(_ row: Int) -> UnsafePointer<Double> {
    let output = scratch.pointer
    switch features {
    case .array(let array):
      let base = array.bytes.start + array.offset + row * array.rowBytes
      switch array.element {
      case .uint8: convert(base, UInt8.self) { Double($0) }
      case .int8: convert(base, Int8.self) { Double($0) }
      case .int16: convert(base, Int16.self) { Double($0) }
      case .uint16: convert(base, UInt16.self) { Double($0) }
      case .int32: convert(base, Int32.self) { Double($0) }
      case .int64: convert(base, Int64.self) { Double($0) }
      case .float32: convert(base, Float.self) { Double($0) }
      case .float64: convert(base, Double.self) { $0 }
      }
    case .columns(let stored):
      let count = stored.isFloat.count
      let numbers = stored.numbers.start.assumingMemoryBound(to: Double.self) + row * count
      if stored.codes.isEmpty { return UnsafePointer(numbers) }
      output.update(repeating: 0, count: width)
      var place = 0, number = 0, category = 0
      for column in columns {
        if column.isCategorical {
          output[place + Int(stored.codes[category][row])] = 1
          category += 1
        } else {
          output[place] = numbers[number]
          number += 1
        }
        place += column.width
      }
    }
    return UnsafePointer(output)
  }

  @inline(__always)
  private func convert<Raw: BitwiseCopyable>(_ base: UnsafeRawPointer, _ raw: Raw.Type, _ double: (Raw) -> Double) {
    let output = scratch.pointer
    for index in 0..<width {
      output[index] = double(base.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.stride, as: Raw.self))
    }
  }
}
