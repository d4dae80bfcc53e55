extension UnsafeBufferPointer<UInt8> {
  /// The text without blanks and tabs around it, which are around cells of CSV too.
  var withoutBlanks: UnsafeBufferPointer<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    guard let first = first, let last = last, isBlank(first) || isBlank(last) else { return self }
    guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else {
      return UnsafeBufferPointer(rebasing: self[0..<0])
    }
    return UnsafeBufferPointer(rebasing: self[start...end])
  }
}
