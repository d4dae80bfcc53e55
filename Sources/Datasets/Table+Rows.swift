internal import Specs

extension Table {
  /// Hands out the features of one row as float32.
  func withRow(_ row: Int, _ body: (UnsafePointer<Float>) -> Void) {
    let width = featureShape.count
    switch features {
    case .float32(let values):
      values.withUnsafeBufferPointer { values in
        if let base = values.baseAddress { body(base + row * width) }
      }
    case .uint8(let bytes, let offset):
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { buffer in
        guard let base = buffer.baseAddress else { return }
        bytes.withUnsafeBytes { bytes in
          for feature in 0..<width {
            (base + feature).initialize(to: Float(bytes[offset + row * width + feature]))
          }
        }
        body(base)
      }
    }
  }

  /// Copies rows of bytes, each to its place among the rows of an output.
  ///
  /// - Parameters:
  ///   - places: for each row of the table its place, or a negative number.
  ///   - givesBack: whether the pages that were read are not needed again.
  func copyBytes(
    to output: UnsafeMutablePointer<UInt8>, places: [Int], givesBack: Bool, progress: @escaping () -> Void
  ) {
    guard case .uint8(let bytes, let offset) = features else { preconditionFailure("the features are not bytes") }
    let width = featureShape.count, block = 1 << 22
    var pace = Pace(progress), returned = 0
    for (row, place) in places.enumerated() where place >= 0 {
      bytes.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) {
          (output + place * width).update(from: base + offset + row * width, count: width)
        }
      }
      pace.add(width)
      let end = offset + (row + 1) * width
      if givesBack, end - returned >= block {
        bytes.giveBack(before: end)
        returned = end
      }
    }
    if givesBack { bytes.giveBack(before: bytes.count) }
  }

  /// Whether another table reads the same bytes.
  func sharesBytes(with other: Table) -> Bool {
    guard case .uint8(let own, _) = features, case .uint8(let bytes, _) = other.features else { return false }
    return own === bytes
  }
}
