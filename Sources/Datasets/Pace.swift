/// Shows progress once for so much work, so that it costs nothing beside the work.
struct Pace {
  /// Numbers read, moved or made between two signs: less than 10 ms.
  static let stride = 1 << 18
  private var left = Self.stride
  private let progress: () -> Void

  init(_ progress: @escaping () -> Void) {
    self.progress = progress
  }

  /// Counts some numbers as done.
  mutating func add(_ count: Int) {
    left -= count
    guard left <= 0 else { return }
    left = Self.stride
    progress()
  }
}
