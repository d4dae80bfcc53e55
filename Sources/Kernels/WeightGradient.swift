package import CKernels

/// One leaf of a subtree of the reduction tree: a shard's rows, and how many finished left neighbours are added once it
/// is done.
package typealias GradientLeaf = ck_leaf

/// Gradients of packed weights, summed over shards in the order of the tree while they are in registers.
package enum WeightGradient {
  /// Rows of the packed matrix in one item of work; the last item of a panel has up to a quarter more.
  private static let rowsPerItem = Int(CK_GRADIENT_CUT)

  /// Floats of scratch memory that each worker needs for gradients over a subtree of at most so many leaves.
  package static func scratchCount(leaves: Int) -> Int {
    ck_weight_gradient_scratch(ck_stack_depth(leaves)) + ck_leaf_scratch(leaves)
  }

  /// Rows that are several positions each, which follow each other in the chains as samples do.
  package struct Positions {
    /// Floats of ``copy``.
    package static let copyCount = Int(CK_POSITIONS_COPIED * CK_GRADIENT_ITEM)

    package var count: Int
    /// Floats from position to position of x, any number, and of d, of which a row's stride is `count` times as much.
    package var xStride: Int
    package var dStride: Int
    /// ``copyCount`` floats of this worker.
    package var copy: UnsafeMutablePointer<Float>

    package init(count: Int, xStride: Int, dStride: Int, copy: UnsafeMutablePointer<Float>) {
      (self.count, self.xStride, self.dStride, self.copy) = (count, xStride, dStride, copy)
    }
  }

  /// Items of work that a matrix is cut into; their bits do not depend on the cut.
  package static func itemCount(inner: Int, outer: Int) -> Int {
    ((outer + Int(CK_PANEL) - 1) / Int(CK_PANEL)) * ck_gradient_cuts(inner)
  }

  /// Floats of the packed matrix, from its start, that the first `items` items write.
  package static func finishedCount(items: Int, inner: Int, outer: Int) -> Int {
    let cuts = ck_gradient_cuts(inner)
    let panel = items / cuts, cut = items % cuts
    guard panel * Int(CK_PANEL) < outer else { return ck_packed_count(inner, outer) }
    return inner * Int(CK_PANEL) * panel + cut * rowsPerItem * ck_panel_width(panel * Int(CK_PANEL), outer)
  }

  /// `dw(i, o) = tree over leaves of Σ over the leaf's rows of x[r][i] · d[r][o]` for one item, and `db`, the same with
  /// x = 1.
  ///
  /// - Parameters:
  ///   - positions: where the rows have several.
  ///   - tiling: how the work is cut, instead of as chosen for this CPU; no bit depends on it.
  package static func accumulate(
    item: Int, x: Matrix, d: Matrix, dw: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>?, inner: Int,
    outer: Int,
    leaves: UnsafePointer<GradientLeaf>, leafCount: Int, positions: Positions? = nil,
    scratch: UnsafeMutablePointer<Float>, tiling: UnsafePointer<ck_tiling>? = nil
  ) {
    let cuts = ck_gradient_cuts(inner)
    let panel = item / cuts, cut = item % cuts
    var gradient = ck_weight_gradient()
    gradient.x = UnsafePointer(x.pointer)
    gradient.x_stride = x.stride
    gradient.d = UnsafePointer(d.pointer)
    gradient.d_stride = d.stride
    if let positions {
      precondition(d.stride == positions.count * positions.dStride, "positions of gradients are equally far apart")
      gradient.positions = positions.count
      gradient.x_position_stride = positions.xStride
      gradient.d_position_stride = positions.dStride
      gradient.copy = positions.copy
    }
    gradient.dw = dw
    gradient.db = db
    gradient.inner = inner
    gradient.outer = outer
    gradient.panel = panel
    gradient.i_begin = cut * rowsPerItem
    gradient.i_end = cut + 1 < cuts ? (cut + 1) * rowsPerItem : inner
    gradient.leaves = leaves
    gradient.leaf_count = leafCount
    gradient.scratch = scratch
    gradient.stack_depth = ck_stack_depth(leafCount)
    gradient.tiling = tiling
    ck_weight_gradient(&gradient)
  }
}

extension GradientLeaf {
  /// A shard's rows, and the merges after them.
  package init(rows: Range<Int>, merges: Int) {
    self.init(row_begin: rows.lowerBound, row_end: rows.upperBound, merges: Int32(merges))
  }
}
