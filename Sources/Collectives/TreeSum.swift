/// Adds up leaves in tree order, element by element.
enum TreeSum {
  /// Floats per block: the leaves of one block stay in the first-level cache while the whole tree runs over them, so that
  /// each leaf is read from memory once.
  private static let block = 1024

  /// Writes the sum of the leaves present into `result`.
  ///
  /// - Parameters:
  ///   - steps: the additions, in order; see ``ReductionPlan/steps``.
  ///   - present: leaves `0 ..< present` hold values, the others are not read; with 0 the result is +0.
  ///   - leaves: `[count]` floats each; overwritten by intermediate sums.
  ///   - count: floats in each leaf and in the result.
  ///   - result: `[count]` floats; may be the memory of a leaf.
  static func run(
    _ steps: [ReductionPlan.Step], present: Int, leaves: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    guard present > 0 else {
      result.update(repeating: 0, count: count)
      return
    }
    var start = 0
    while start < count {
      let length = min(block, count - start)
      for step in steps where step.right < present {
        add(UnsafePointer(leaves[step.right] + start), into: leaves[step.left] + start, count: length)
      }
      if leaves[0] != result { (result + start).update(from: leaves[0] + start, count: length) }
      start += length
    }
  }

  /// `left[i] += right[i]`: plain adds, which the compiler turns into vector instructions.
  private static func add(_ right: UnsafePointer<Float>, into left: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { left[index] += right[index] }
  }
}
