internal import Platform

/// Adds up leaves in tree order, element by element, without touching the leaves.
final class TreeSum {
  /// Where an operand or a result of an addition lies.
  private enum Place {
    case leaf(Int)
    case scratch(Int)
    case result
  }

  private struct Addition {
    var left: Place
    var right: Place
    var into: Place
  }

  /// Floats per block: the intermediate sums of a block stay in the first-level cache while the whole tree runs over
  /// it, so that each leaf is read from memory once and the result written once.
  private static let block = 1024

  /// The additions for each number of leaves present.
  private let programs: [[Addition]]
  private let scratch: AlignedMemory

  /// - Parameters:
  ///   - steps: the additions, in order; see ``ReductionPlan/steps``.
  ///   - leafCount: leaves of the tree.
  init(_ steps: [ReductionPlan.Step], leafCount: Int) {
    programs = (0...leafCount).map { Self.program(steps.filter { [present = $0] step in step.right < present }) }
    let isDeep = programs.contains { $0.count > 1 }
    scratch = AlignedMemory(byteCount: isDeep ? leafCount * Self.block * MemoryLayout<Float>.size : 0)
  }

  /// A leaf that has been added to lives in scratch memory from then on; the last sum is the result.
  private static func program(_ steps: [ReductionPlan.Step]) -> [Addition] {
    var moved: Set<Int> = []
    func place(_ leaf: Int) -> Place { moved.contains(leaf) ? .scratch(leaf) : .leaf(leaf) }
    return steps.enumerated().map { index, step in
      let left = place(step.left), right = place(step.right)
      moved.insert(step.left)
      return Addition(left: left, right: right, into: index == steps.count - 1 ? .result : .scratch(step.left))
    }
  }

  /// Writes the sum of the leaves present into `result`.
  ///
  /// - Parameters:
  ///   - present: leaves `0 ..< present` hold values, the others are not read; with 0 the result is +0.
  ///   - leaves: `[offset + count]` floats each.
  ///   - offset: floats of the leaves that are passed over.
  ///   - result: `[count]` floats; may be the memory of a leaf, from the offset on.
  func run(
    present: Int, leaves: UnsafePointer<UnsafeMutablePointer<Float>>, offset: Int = 0, count: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    guard present > 0 else {
      result.update(repeating: 0, count: count)
      return
    }
    let program = programs[present]
    guard !program.isEmpty else {
      if leaves[0] + offset != result { result.update(from: leaves[0] + offset, count: count) }
      return
    }
    let scratch = scratch.base.assumingMemoryBound(to: Float.self)
    var start = 0
    while start < count {
      let length = min(Self.block, count - start)
      func pointer(_ place: Place) -> UnsafeMutablePointer<Float> {
        switch place {
        case .leaf(let leaf): leaves[leaf] + offset + start
        case .scratch(let leaf): scratch + leaf * Self.block
        case .result: result + start
        }
      }
      for addition in program {
        Self.add(
          UnsafePointer(pointer(addition.left)), UnsafePointer(pointer(addition.right)), into: pointer(addition.into),
          count: length)
      }
      start += length
    }
  }

  /// `sum[i] = left[i] + right[i]`: plain adds, which the compiler turns into vector instructions.
  private static func add(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { sum[index] = left[index] + right[index] }
  }
}
