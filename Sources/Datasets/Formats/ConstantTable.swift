/// A table in memory that is made once and then only read, from any thread: no array's reference is counted where it is
/// looked into.
struct ConstantTable<Element: BitwiseCopyable>: @unchecked Sendable {
  // Never written again, and never freed.
  private let base: UnsafePointer<Element>

  /// - Parameter make: allocates and fills it.
  init(_ make: () -> UnsafePointer<Element>) { base = make() }

  @inline(__always)
  subscript(index: Int) -> Element { base[index] }
}
