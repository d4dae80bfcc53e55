internal import CKernels
internal import Kernels
internal import Networks
internal import Specs

/// Every element begins with one value.
struct ToyStart: InitializerSpec {
  static let kind = "toy_start"
  static let summary = "one value"
  static let examples = ["{}"]

  var value: Double

  init(value: Double) { self.value = value }
  init(from fields: FieldReader) throws(ConfigError) { value = 0 }
  func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution { .constant(value) }
}

/// One chain over the rows of each leaf, added by the tree; allocates only where a tree is deeper than its stack.
func addLeaves(
  _ leaves: UnsafePointer<GradientLeaf>, _ count: Int, _ term: (_ chain: Float, _ row: Int) -> Float
) -> Float {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 24) { stack in
    var depth = 0
    for leaf in 0..<count {
      var chain: Float = 0
      for row in leaves[leaf].row_begin..<leaves[leaf].row_end { chain = term(chain, Int(row)) }
      stack[depth] = chain
      depth += 1
      for _ in 0..<leaves[leaf].merges {
        depth -= 1
        stack[depth - 1] += stack[depth]
      }
    }
    return depth > 0 ? stack[0] : 0
  }
}

/// First weights that differ from each other.
struct ToySpread: InitializerSpec {
  static let kind = "toy_spread"
  static let summary = "uniform between -1 and 1"
  static let examples = ["{}"]

  init() {}
  init(from fields: FieldReader) throws(ConfigError) {}
  func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution { .uniform(low: -1, high: 1) }
}
