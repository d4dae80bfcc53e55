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
        bytes.withUnsafeBufferPointer { bytes in
          for feature in 0..<width {
            (base + feature).initialize(to: Float(bytes[offset + row * width + feature]))
          }
        }
        body(base)
      }
    }
  }

  /// Copies rows of bytes one after the other.
  func copyBytes(_ rows: [Int], width: Int, to output: UnsafeMutablePointer<UInt8>) {
    guard case .uint8(let bytes, let offset) = features else { preconditionFailure("the features are not bytes") }
    bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for (index, row) in rows.enumerated() {
        (output + index * width).update(from: base + offset + row * width, count: width)
      }
    }
  }
}
