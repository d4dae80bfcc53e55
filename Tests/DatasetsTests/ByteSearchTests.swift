import TestSupport
import Testing

@testable import Datasets

@Suite struct ByteSearchTests {
  @Test("the first of the bytes, wherever it is, as looking at one after the other finds it")
  func first() {
    var generator = TestGenerator(state: 9), found = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...40, using: &generator)
      // Neighbours of what is looked for, and bytes that differ in one bit.
      let letters: [UInt8] = [0x2b, 0x2d, 0x09, 0x0b, 0x0c, 0x0e, 0xac, 0x8a, 0, 0xff, 0x61, 0x2c, 0x0a, 0x0d]
      let bytes = (0..<count).map { _ in
        letters[Int.random(in: 0..<(Bool.random(using: &generator) ? 11 : 14), using: &generator)]
      }
      let start = Int.random(in: 0...count, using: &generator), end = Int.random(in: start...count, using: &generator)
      let expected = bytes[start..<end].firstIndex { [0x2c, 0x0a, 0x0d].contains($0) } ?? end
      let place = bytes.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.map { ByteSearch(0x2c, 0x0a, 0x0d).place(in: $0, from: start, upTo: end) } ?? end
      }
      guard place == expected else { return #expect(place == expected, "\(bytes[start..<end])") }
      if place < end { found += 1 }
    }
    #expect(found > 5000)
  }
}
