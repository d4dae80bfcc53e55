/// How a flat gradient is cut among those who add it up.
package enum GradientSlice {
  /// The floats that one of `ranks` owners adds up for all: contiguous, together all of them, sizes differing by at
  /// most 16.
  ///
  /// Borders are multiples of 16 floats, a cache line, so that no two owners share one.
  package static func range(of rank: Int, count: Int, ranks: Int) -> Range<Int> {
    let lines = (count + 15) / 16
    return min(rank * lines / ranks * 16, count)..<min((rank + 1) * lines / ranks * 16, count)
  }
}
