/// A function of one number, and its slope: an ``Activation`` that needs no kernel in C.
///
/// Both are written with ``Elementwise`` and with `+ − × ÷` on single elements, so that an element's bits depend
/// neither on its place nor on the CPU. No function of the C library may be called. A kernel is worth its while where a
/// network spends time here: it reads and writes each element once.
package protocol ElementFunction: Sendable {
  /// `values[i] = f(x[i])`; the arrays do not overlap, and there are ``Activation/blockCount`` elements at most.
  func values(_ x: UnsafePointer<Float>, into values: UnsafeMutablePointer<Float>, count: Int)
  /// `slopes[i] = f'(x[i])`; the same holds.
  func slopes(_ x: UnsafePointer<Float>, into slopes: UnsafeMutablePointer<Float>, count: Int)
}

extension Activation {
  /// Elements that an ``ElementFunction`` works on at a time, 1 KiB: its own arrays fit onto the stack.
  package static let blockCount = 256

  /// Goes over the elements in blocks, with room for as many results.
  static func blocks(_ count: Int, _ body: (_ range: Range<Int>, _ room: UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: blockCount * MemoryLayout<Float>.stride, alignment: 64) { memory in
      guard let room = memory.baseAddress?.bindMemory(to: Float.self, capacity: blockCount) else { return }
      for start in stride(from: 0, to: count, by: blockCount) { body(start..<min(count, start + blockCount), room) }
    }
  }
}
