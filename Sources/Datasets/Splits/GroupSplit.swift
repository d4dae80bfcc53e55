internal import Kernels

/// Whole groups of rows given to parts.
///
/// A part takes groups in the order of a seeded permutation, each that does not exceed what it still lacks; at the end
/// the smallest of the others, where the part comes nearer to its rows with it. So it misses its rows by at most half
/// the smallest group that it has left.
struct GroupSplit: Equatable {
  /// The part of each group.
  private(set) var parts: [DataPart]

  /// - Parameters:
  ///   - sizes: the rows of each group, at least one.
  ///   - rows: those that validation and test are to have, 0 for a part that there is not to be.
  init(sizes: [Int], validation: Int, test: Int, seed: UInt64) {
    let permutation = Permutation(count: sizes.count, seed: seed, purpose: .split, epoch: 0)
    let order = [Int](unsafeUninitializedCapacity: sizes.count) { buffer, count in
      if let start = buffer.baseAddress { permutation.fill(sizes.indices, into: start) }
      count = sizes.count
    }
    var parts = [DataPart](repeating: .train, count: sizes.count)
    let wanted = [(DataPart.validation, validation), (.test, test)].filter { $0.1 > 0 }
    var left = sizes.count
    for (index, (part, rows)) in wanted.enumerated() {
      // One for the training part, and one for each part to come.
      let reserved = wanted.count - index
      var missing = rows
      func take(_ group: Int) {
        parts[group] = part
        missing -= sizes[group]
        left -= 1
      }
      for group in order where parts[group] == .train && sizes[group] <= missing && left > reserved { take(group) }
      guard missing > 0, left > reserved else { continue }
      let others = order.lazy.filter { parts[$0] == .train }
      if let smallest = others.min(by: { sizes[$0] < sizes[$1] }), sizes[smallest] < 2 * missing { take(smallest) }
    }
    self.parts = parts
  }
}
