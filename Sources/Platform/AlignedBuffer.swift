import Foundation

/// An array of trivial elements at a fixed address, zero-filled, aligned to 64 bytes; from 4 MiB on to pages, with huge
/// pages asked for.
///
/// Twin arrays (parameters, gradients, optimizer state) and activations live in these. The buffer owns its memory; threads
/// that share it write disjoint parts.
package final class AlignedBuffer<Element: BitwiseCopyable> {
  /// The first element.
  ///
  /// Valid while the buffer lives, also when `count` is 0.
  package let pointer: UnsafeMutablePointer<Element>
  /// Number of elements.
  package let count: Int

  /// Allocates `count` elements, all bits zero.
  /// - Parameter count: 0 or more.
  package init(count: Int) {
    precondition(count >= 0, "a buffer cannot have a negative number of elements")
    let byteCount = max(64, count * MemoryLayout<Element>.stride)
    let isLarge = byteCount >= hugePageThreshold
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: isLarge ? 4096 : 64)
    if isLarge {
      // Advice only: where it is refused, ordinary pages serve.
      _ = madvise(memory, byteCount, adviceHugePages)
    }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    pointer = memory.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// The elements.
  package var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// The element at `index`, which must be in `0..<count`.
  package subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index outside the buffer")
      return pointer[index]
    }
    set {
      precondition(index >= 0 && index < count, "index outside the buffer")
      pointer[index] = newValue
    }
  }

  /// Sets every bit to zero.
  package func clear() {
    UnsafeMutableRawPointer(pointer).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<Element>.stride)
  }
}

private let hugePageThreshold = 4 << 20
/// MADV_HUGEPAGE of Linux, which the C library's Swift module does not always carry.
private let adviceHugePages: Int32 = 14
