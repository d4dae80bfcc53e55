import CKernels

/// Products of activations with packed weights; see `ck_dense.h` for the packed form and the order of additions.
///
/// Every element is one ascending chain of fused multiply-adds, so neither cuts of rows nor threads nor instruction
/// sets change a bit.
package enum DenseProduct {
  /// What happens to a finished element.
  package enum Epilogue {
    case none
    /// max(0, v); NaN stays NaN.
    case relu
    /// v where this matrix (same stride as the output) is positive, else 0.
    case gate(Matrix)
  }

  /// Floats of a packed matrix of `inner` rows and `outer` columns.
  package static func packedCount(inner: Int, outer: Int) -> Int { ck_packed_count(inner, outer) }

  /// Where element (i, o) of a packed matrix is.
  package static func packedIndex(_ i: Int, _ o: Int, inner: Int, outer: Int) -> Int {
    ck_packed_index(i, o, inner, outer)
  }

  /// `y[r][o] = epilogue(bias[o] + Σᵢ x[r][i] · w(i, o))` for the given rows.
  ///
  /// - Parameters:
  ///   - weights: packed, `inner` × `outer`.
  ///   - bias: `outer` floats, zero-padded to a multiple of 16, or nil.
  ///   - panel: which of ``panelCount(outer:)`` panels of columns is computed; nil: all of them.
  ///   - scratch: ``scratchCount(inner:outer:)`` floats, 64-byte aligned; nil: slower where there are many columns.
  package static func multiply(
    _ x: Matrix, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: Matrix, rows: Range<Int>,
    inner: Int,
    outer: Int, epilogue: Epilogue = .none, panel: Int? = nil, scratch: UnsafeMutablePointer<Float>? = nil
  ) {
    var product = product(x, into: y, rows: rows, inner: inner, outer: outer, epilogue: epilogue)
    if let panel { (product.panel_begin, product.panel_end) = (panel, panel + 1) }
    product.weights = weights
    product.bias = bias
    product.scratch = scratch
    ck_product(&product)
  }

  /// Floats of scratch memory of
  /// ``multiply(_:weights:bias:into:rows:inner:outer:epilogue:panel:scratch:)``; 0: it uses none.
  package static func scratchCount(inner: Int, outer: Int) -> Int { ck_product_scratch(inner, outer) }

  /// Panels of columns that a product of so many columns is made of.
  package static func panelCount(outer: Int) -> Int { (outer + Int(CK_PANEL) - 1) / Int(CK_PANEL) }

  /// The columns of a panel.
  package static func columns(ofPanel panel: Int, outer: Int) -> Range<Int> {
    panel * Int(CK_PANEL)..<min(outer, (panel + 1) * Int(CK_PANEL))
  }

  /// `y[r][o] = epilogue(Σᵢ x[r][i] · w(o, i))` for the given rows: the product with the transpose, which is made panel
  /// by panel on the way. Worth it for rows in the hundreds; the bits are those of
  /// ``multiply(_:weights:bias:into:rows:inner:outer:epilogue:panel:scratch:)`` with what
  /// ``packTransposed(_:inner:outer:into:blocks:)`` makes.
  ///
  /// - Parameters:
  ///   - weights: packed, `outer` × `inner`.
  ///   - scratch: ``transposedScratch(inner:outer:)`` floats, 64-byte aligned.
  package static func multiplyTransposed(
    _ x: Matrix, weights: UnsafePointer<Float>, into y: Matrix, rows: Range<Int>, inner: Int, outer: Int,
    epilogue: Epilogue = .none, scratch: UnsafeMutablePointer<Float>
  ) {
    var product = product(x, into: y, rows: rows, inner: inner, outer: outer, epilogue: epilogue)
    ck_product_transposed(&product, weights, scratch)
  }

  /// Floats of scratch memory of ``multiplyTransposed(_:weights:into:rows:inner:outer:epilogue:scratch:)``.
  package static func transposedScratch(inner: Int, outer: Int) -> Int { ck_transposed_scratch(inner, outer) }

  private static func product(
    _ x: Matrix, into y: Matrix, rows: Range<Int>, inner: Int, outer: Int, epilogue: Epilogue
  ) -> ck_product {
    var product = ck_product()
    product.x = UnsafePointer(x[rows.lowerBound])
    product.x_stride = x.stride
    product.y = y[rows.lowerBound]
    product.y_stride = y.stride
    product.rows = rows.count
    product.inner = inner
    product.outer = outer
    product.panel_begin = 0
    product.panel_end = panelCount(outer: outer)
    switch epilogue {
    case .none: product.epilogue = CK_EPILOGUE_NONE
    case .relu: product.epilogue = CK_EPILOGUE_RELU
    case .gate(let gate):
      product.epilogue = CK_EPILOGUE_GATE
      product.gate = UnsafePointer(gate[rows.lowerBound])
    }
    return product
  }

  /// Blocks of a packed matrix, the unit of work of ``packTransposed(_:inner:outer:into:blocks:)``.
  package static func blockCount(inner: Int, outer: Int) -> Int {
    let panel = Int(CK_PANEL)
    return ((inner + panel - 1) / panel) * ((outer + panel - 1) / panel)
  }

  /// Writes blocks of the packed form of the transpose.
  package static func packTransposed(
    _ packed: UnsafePointer<Float>, inner: Int, outer: Int, into transposed: UnsafeMutablePointer<Float>,
    blocks: Range<Int>
  ) {
    ck_pack_transposed(packed, inner, outer, transposed, blocks.lowerBound, blocks.upperBound)
  }
}
