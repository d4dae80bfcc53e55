/// A data set as its file holds it, checked against the file's size.
struct HDF5Dataset {
  /// Its path in the file.
  var name: String
  /// Rows first.
  var shape: [Int]
  var element: HDF5Element
  var packing: HDF5Packing?
  /// The bytes of an element that was never written.
  var fill: [UInt8]
  var storage: Storage
  /// Attributes of NetCDF's conventions that are not followed.
  var ignored: [String] = []

  enum Storage {
    /// All bytes from an address on.
    case contiguous(address: Int)
    /// Bytes that came with the description.
    case compact([UInt8])
    case chunked(HDF5Chunks)
  }

  var rows: Int { shape[0] }
  /// Elements of a row.
  var width: Int { shape.dropFirst().reduce(1, *) }
  var count: Int { rows * width }
  var byteCount: Int { count * element.byteCount }

  /// The product of positive numbers; nil where it is beyond 2⁶⁰.
  static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflows) = product.multipliedReportingOverflow(by: factor)
      guard !overflows, next <= 1 << 60 else { return nil }
      product = next
    }
    return product
  }

  /// Whether some bytes lie within a file.
  static func lies(_ address: Int, _ byteCount: Int, within size: Int) -> Bool {
    address >= 0 && byteCount >= 0 && byteCount <= size && address <= size - byteCount
  }
}

/// The chunks of a data set: boxes of one shape, each stored by itself, those at the far edges reaching over them.
struct HDF5Chunks {
  /// A chunk that is stored.
  struct Chunk {
    /// Its number among all, the last axis fastest.
    var index: Int
    var address: Int
    var byteCount: Int
    /// A bit for each filter that was left out.
    var mask: UInt32
  }

  let shape: [Int]
  /// Chunks along each axis.
  let grid: [Int]
  let pipeline: HDF5Pipeline
  /// In the order of their numbers, no number twice.
  let stored: [Chunk]

  /// Bytes of each chunk that is not compressed.
  var byteCount: Int { pipeline.byteCount }
  /// Chunks of the data set, stored or not.
  var count: Int { grid.reduce(1, *) }

  /// Where a chunk begins on each axis.
  func place(of index: Int) -> [Int] {
    var rest = index, place = shape
    for axis in shape.indices.reversed() {
      place[axis] = rest % grid[axis] * shape[axis]
      rest /= grid[axis]
    }
    return place
  }

  /// The most bytes that a chunk has in the file.
  var longest: Int { stored.map(\.byteCount).max() ?? 0 }
}
