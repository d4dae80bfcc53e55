import Platform
import Testing

/// Where memory lies, and what is in it at first.
@Suite struct AlignedMemoryTests {
  @Test(
    "on borders of 64 bytes, and zero; from 4 MiB on, on those of pages",
    arguments: [0, 1, 63, 65, 4 << 20, 5_000_001])
  func borders(byteCount: Int) {
    let memory = AlignedMemory(byteCount: byteCount)
    #expect(Int(bitPattern: memory.base) % (byteCount >= 4 << 20 ? 4096 : 64) == 0)
    #expect(UnsafeRawBufferPointer(start: memory.base, count: byteCount).allSatisfy { $0 == 0 })
    // No byte was asked for, and yet there is one.
    memory.base.storeBytes(of: 1, as: UInt8.self)
  }

  @Test("byte counts are rounded up to whole lines")
  func rounding() {
    #expect([0, 1, 64, 65].map(AlignedMemory.rounded) == [0, 64, 64, 128])
  }
}
