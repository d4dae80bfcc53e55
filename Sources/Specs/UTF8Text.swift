/// Tells UTF-8 from other bytes; nothing is repaired, because repaired texts that differ become the same.
package enum UTF8Text {
  /// The first bytes that are not UTF-8 (RFC 3629).
  package struct Fault: Error, Sendable, Equatable {
    /// Where in the text, from 0.
    package var offset: Int
    package var byte: UInt8
    /// Why it is not, like `it begins an overlong form`.
    package var reason: String

    /// What is wrong, with the byte's place in words, like `byte 2 of the field`.
    package func words(_ place: String) -> String {
      "byte 0x\(String(byte, radix: 16)) (\(place)) is not UTF-8: it \(reason)"
    }
  }

  /// What a check found.
  package struct Finding: Sendable, Equatable {
    package var fault: Fault?
    /// Whether all bytes are below 0x80.
    package var isASCII: Bool
  }

  /// Reads bytes from the first to the first fault; eight at a time where they are ASCII.
  package static func check(_ bytes: UnsafeBufferPointer<UInt8>) -> Finding {
    let raw = UnsafeRawBufferPointer(bytes), end = bytes.count
    var position = 0, isASCII = true
    while position < end {
      while position + 8 <= end,
        raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        position += 8
      }
      // Behind these again eight at a time.
      let near = min(end, position + 8)
      while position < near, bytes[position] < 0x80 { position += 1 }
      guard position < near else { continue }
      isASCII = false
      switch sequence(bytes, at: position) {
      case .success(let length): position += length
      case .failure(let fault): return Finding(fault: fault, isASCII: false)
      }
    }
    return Finding(fault: nil, isASCII: isASCII)
  }

  package static func check(_ bytes: [UInt8]) -> Finding {
    bytes.withUnsafeBufferPointer { check($0) }
  }

  /// The length of the sequence that a byte from 0x80 on begins.
  private static func sequence(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Result<Int, Fault> {
    let first = bytes[start]
    func fault(_ reason: String) -> Result<Int, Fault> {
      .failure(Fault(offset: start, byte: first, reason: reason))
    }
    let length: Int
    switch first {
    case 0x80..<0xc0: return fault("continues no character")
    case 0xc0, 0xc1: return fault("begins an overlong form")
    case 0xc2..<0xe0: length = 2
    case 0xe0..<0xf0: length = 3
    case 0xf0..<0xf5: length = 4
    default: return fault("begins no character")
    }
    for offset in 1..<length {
      guard start + offset < bytes.count else { return fault("begins a character that is cut short") }
      guard bytes[start + offset] & 0xc0 == 0x80 else { return fault("begins a character that does not go on") }
    }
    // The second byte of the first and last sequences of a length has a narrower range.
    switch (first, bytes[start + 1]) {
    case (0xe0, ..<0xa0), (0xf0, ..<0x90): return fault("begins an overlong form")
    case (0xed, 0xa0...): return fault("begins half of a UTF-16 pair")
    case (0xf4, 0x90...): return fault("begins a character beyond U+10FFFF")
    default: return .success(length)
    }
  }
}
