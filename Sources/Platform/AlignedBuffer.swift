/// An array of trivial elements at a fixed address, zero-filled, in ``AlignedMemory``.
///
/// Twin arrays (parameters, gradients, optimizer state) and activations live in these. The buffer owns its memory;
/// threads that share it write disjoint parts.
package final class AlignedBuffer<Element: BitwiseCopyable> {
  /// The first element.
  ///
  /// Valid while the buffer lives, also when `count` is 0.
  package let pointer: UnsafeMutablePointer<Element>
  /// Number of elements.
  package let count: Int
  private let memory: AlignedMemory

  /// Allocates `count` elements, all bits zero.
  /// - Parameter count: 0 or more.
  package init(count: Int) {
    precondition(count >= 0, "a buffer cannot have a negative number of elements")
    memory = AlignedMemory(byteCount: count * MemoryLayout<Element>.stride)
    pointer = memory.base.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

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
