import Foundation
import Testing

@testable import Datasets

@Suite struct ContentHashTests {
  @Test("the pieces that bytes come in do not matter")
  func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    for count in [0, 1, 31, 32, 33, 64, 100, 1000] {
      let whole = Array(bytes.prefix(count)), wanted = ContentHash.of(whole)
      for size in [1, 3, 31, 32, 33, 500] {
        var hash = ContentHash()
        for start in stride(from: 0, to: count, by: size) {
          whole[start..<min(count, start + size)].withUnsafeBytes { hash.add($0) }
        }
        #expect(hash.value == wanted, "\(count) bytes in pieces of \(size)")
      }
    }
  }

  @Test("each byte and the length count")
  func differences() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var seen: Set<UInt64> = [ContentHash.of(bytes)]
    for place in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[place] ^= 1 << bit
        #expect(seen.insert(ContentHash.of(other)).inserted)
      }
    }
    for count in 0..<100 { #expect(seen.insert(ContentHash.of([UInt8](repeating: 0, count: count))).inserted) }
  }
}
