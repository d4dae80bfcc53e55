import CKernels
import Platform
import Testing

@testable import Kernels

/// The dense kernels against five lines of scalar code, bit for bit, at every level.
@Suite struct DenseTests {
  typealias Product = @Sendable (UnsafePointer<ck_product>) -> Void
  typealias Gradient = @Sendable (UnsafeMutablePointer<ck_weight_gradient>) -> Void

  static let levels: [(name: String, isa: Int, product: Product, gradient: Gradient)] =
    InstructionSet.allCases.filter { $0 <= .detected }.map { level in
      let isa = Int32(level.rawValue)
      return (
        level.name, level.rawValue, { ck_table(isa).pointee.product($0) }, { ck_table(isa).pointee.weight_gradient($0) }
      )
    }

  static let sizes = [
    (1, 1, 1), (3, 5, 2), (30, 64, 13), (64, 32, 8), (17, 10, 33), (100, 65, 7), (33, 130, 21), (12, 48, 31),
    (20, 200, 64),
  ]

  static func random(_ count: Int, _ item: UInt64) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    RandomStream(seed: 5, purpose: .noise, item: item).fill(normal: &values, count: count)
    return values
  }

  /// Rows with a stride, zeros between.
  static func matrix(rows: Int, columns: Int, _ item: UInt64) -> (AlignedBuffer<Float>, Int) {
    let stride = Matrix.stride(for: columns), values = random(rows * columns, item)
    let buffer = AlignedBuffer<Float>(count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns { buffer.pointer[row * stride + column] = values[row * columns + column] }
    }
    return (buffer, stride)
  }

  static func packed(inner: Int, outer: Int, _ values: [Float]) -> AlignedBuffer<Float> {
    let buffer = AlignedBuffer<Float>(count: DenseProduct.packedCount(inner: inner, outer: outer))
    for i in 0..<inner {
      for o in 0..<outer {
        buffer.pointer[DenseProduct.packedIndex(i, o, inner: inner, outer: outer)] = values[i * outer + o]
      }
    }
    return buffer
  }

  @Test("products equal one ascending chain of fused multiply-adds", arguments: sizes)
  func products(inner: Int, outer: Int, rows: Int) {
    let (x, xs) = Self.matrix(rows: rows, columns: inner, 1)
    let (gate, ys) = Self.matrix(rows: rows, columns: outer, 2)
    let weights = Self.random(inner * outer, 3), w = Self.packed(inner: inner, outer: outer, weights)
    let bias = AlignedBuffer<Float>(count: (outer + 15) / 16 * 16)
    for (index, value) in Self.random(outer, 4).enumerated() { bias.pointer[index] = value }
    for level in Self.levels {
      for epilogue in [CK_EPILOGUE_NONE, CK_EPILOGUE_RELU, CK_EPILOGUE_GATE] {
        let y = AlignedBuffer<Float>(count: rows * ys)
        var product = ck_product()
        product.x = UnsafePointer(x.pointer)
        product.x_stride = xs
        product.weights = UnsafePointer(w.pointer)
        product.bias = UnsafePointer(bias.pointer)
        product.gate = UnsafePointer(gate.pointer)
        product.y = y.pointer
        product.y_stride = ys
        product.rows = rows
        product.inner = inner
        product.outer = outer
        product.panel_begin = 0
        product.panel_end = (outer + 63) / 64
        product.epilogue = epilogue
        level.product(&product)
        var wrong = 0, padding = 0
        for row in 0..<rows {
          for column in 0..<(outer + 15) / 16 * 16 {
            let found = y.pointer[row * ys + column]
            guard column < outer else {
              if found != 0 { padding += 1 }
              continue
            }
            var chain = bias.pointer[column]
            for k in 0..<inner { chain = chain.addingProduct(x.pointer[row * xs + k], weights[k * outer + column]) }
            if epilogue == CK_EPILOGUE_RELU, !(chain > 0) { chain = 0 }
            if epilogue == CK_EPILOGUE_GATE, !(gate.pointer[row * ys + column] > 0) { chain = 0 }
            if found.bitPattern != chain.bitPattern { wrong += 1 }
          }
        }
        #expect(wrong == 0 && padding == 0, "\(level.name), epilogue \(epilogue)")
      }
    }
  }

  @Test(
    "weight gradients equal chains over each shard, added by the tree", arguments: sizes + [(30, 40, 500)],
    [1, 2, 3, 5, 8])
  func gradients(_ size: (inner: Int, outer: Int, rows: Int), shards: Int) {
    let (inner, outer, rows) = size
    let (x, xs) = Self.matrix(rows: rows, columns: inner, 6)
    let (d, ds) = Self.matrix(rows: rows, columns: outer, 7)
    let bounds = (0...shards).map { rows * $0 / shards }
    let present = (0..<shards).filter { bounds[$0] < bounds[$0 + 1] }
    func merges(_ index: Int, _ range: Range<Int>) -> Int {
      guard range.count > 1 else { return 0 }
      let middle = range.lowerBound + (range.count + 1) / 2
      return index < middle
        ? merges(index, range.lowerBound..<middle)
        : merges(index, middle..<range.upperBound) + (index == range.upperBound - 1 ? 1 : 0)
    }
    let leaves = present.enumerated().map { index, shard in
      GradientLeaf(rows: bounds[shard]..<bounds[shard + 1], merges: merges(index, 0..<present.count))
    }
    func tree(_ range: Range<Int>, _ leaf: (Range<Int>) -> Float) -> Float {
      guard range.count > 1 else {
        return leaf(bounds[present[range.lowerBound]]..<bounds[present[range.lowerBound] + 1])
      }
      let middle = range.lowerBound + (range.count + 1) / 2
      return tree(range.lowerBound..<middle, leaf) + tree(middle..<range.upperBound, leaf)
    }
    for level in Self.levels {
      let dw = AlignedBuffer<Float>(count: DenseProduct.packedCount(inner: inner, outer: outer))
      let db = AlignedBuffer<Float>(count: (outer + 15) / 16 * 16)
      let depth = ck_stack_depth(leaves.count)
      let scratch = AlignedBuffer<Float>(count: ck_weight_gradient_scratch(depth))
      leaves.withUnsafeBufferPointer { leaves in
        for panel in 0..<(outer + 63) / 64 {
          for cut in [0..<inner / 3, inner / 3..<inner] where !cut.isEmpty {
            var gradient = ck_weight_gradient()
            gradient.x = UnsafePointer(x.pointer)
            gradient.x_stride = xs
            gradient.d = UnsafePointer(d.pointer)
            gradient.d_stride = ds
            gradient.dw = dw.pointer
            gradient.db = db.pointer
            gradient.inner = inner
            gradient.outer = outer
            gradient.panel = panel
            gradient.i_begin = cut.lowerBound
            gradient.i_end = cut.upperBound
            gradient.leaves = leaves.baseAddress
            gradient.leaf_count = leaves.count
            gradient.scratch = scratch.pointer
            gradient.stack_depth = depth
            level.gradient(&gradient)
          }
        }
      }
      var wrong = 0
      for o in 0..<outer {
        let bias = tree(0..<present.count) { rows in rows.reduce(Float(0)) { $0 + d.pointer[$1 * ds + o] } }
        if bias.bitPattern != db.pointer[o].bitPattern { wrong += 1 }
        for i in 0..<inner {
          let value = tree(0..<present.count) { rows in
            rows.reduce(Float(0)) { $0.addingProduct(x.pointer[$1 * xs + i], d.pointer[$1 * ds + o]) }
          }
          let found = dw.pointer[DenseProduct.packedIndex(i, o, inner: inner, outer: outer)]
          if value.bitPattern != found.bitPattern { wrong += 1 }
        }
      }
      #expect(wrong == 0, "\(level.name)")
    }
  }

  @Test("positions are samples of their own, wherever they lie", arguments: [1, 5, 215], [2, 30, 70])
  func positions(inner: Int, positions: Int) {
    let outer = 70, rows = 9, count = rows * positions
    let values = Self.random(count * inner, 9), (d, ds) = Self.matrix(rows: count, columns: outer, 10)
    let leaves = [0..<2, 2..<3, 3..<9].enumerated().map { GradientLeaf(rows: $1, merges: $0 == 0 ? 0 : 1) }
    let alone = [0..<2, 2..<3, 3..<9].enumerated().map { index, rows in
      GradientLeaf(rows: rows.lowerBound * positions..<rows.upperBound * positions, merges: index == 0 ? 0 : 1)
    }
    /// The gradient of x with its positions so many floats apart and its rows so many.
    func gradient(
      _ stride: Int, _ rowStride: Int, positions: Int, _ leaves: [GradientLeaf],
      tiling: UnsafePointer<ck_tiling>? = nil
    ) -> [UInt32] {
      let x = AlignedBuffer<Float>(count: count / positions * rowStride + 16)
      for index in 0..<count {
        let place = index / positions * rowStride + index % positions * stride
        for i in 0..<inner { x.pointer[place + i] = values[index * inner + i] }
      }
      let dw = AlignedBuffer<Float>(count: DenseProduct.packedCount(inner: inner, outer: outer) + 80)
      let copy = AlignedBuffer<Float>(count: WeightGradient.Positions.copyCount)
      let scratch = AlignedBuffer<Float>(count: WeightGradient.scratchCount(leaves: 3))
      leaves.withUnsafeBufferPointer { leaves in
        guard let first = leaves.baseAddress else { return }
        for item in 0..<WeightGradient.itemCount(inner: inner, outer: outer) {
          WeightGradient.accumulate(
            item: item, x: Matrix(x.pointer, stride: rowStride), d: Matrix(d.pointer, stride: ds * positions),
            dw: dw.pointer, db: dw.pointer + dw.count - 80, inner: inner, outer: outer, leaves: first,
            leafCount: leaves.count,
            positions: positions == 1
              ? nil : .init(count: positions, xStride: stride, dStride: ds, copy: copy.pointer),
            scratch: scratch.pointer, tiling: tiling)
        }
      }
      return dw.elements.map(\.bitPattern)
    }
    let whole = (inner + 15) / 16 * 16, loose = (positions * inner + 15) / 16 * 16 + 16
    for level in InstructionSet.allCases where level <= .detected {
      InstructionSet.lowering(to: level) {
        let expected = gradient(whole, whole, positions: 1, alone)
        #expect(gradient(inner, loose, positions: positions, leaves) == expected, "\(level.name), rows apart")
        #expect(gradient(whole, positions * whole, positions: positions, leaves) == expected, "\(level.name)")
        #expect(gradient(inner, loose, positions: positions, [leaves[0]]) != expected, "negative control")
        for (index, tiling) in TilingTests.tilings(level.rawValue).enumerated() where level == .avx2 {
          withUnsafePointer(to: tiling) { tiling in
            for (stride, row) in [(inner, loose), (whole, positions * whole)] {
              let found = gradient(stride, row, positions: positions, leaves, tiling: tiling)
              #expect(found == expected, "\(level.name), tiling \(index), positions \(stride) apart")
            }
          }
        }
      }
    }
  }

  @Test("a product that is not a number stays one, also through ReLU")
  func keepsNaN() {
    let (inner, outer) = (20, 70)
    let (x, xs) = Self.matrix(rows: 7, columns: inner, 1)
    let w = Self.packed(inner: inner, outer: outer, Self.random(inner * outer, 2))
    x.pointer[3 * xs + 4] = .nan
    for level in Self.levels {
      let ys = Matrix.stride(for: outer), y = AlignedBuffer<Float>(count: 7 * ys)
      var product = ck_product()
      (product.x, product.x_stride, product.weights) = (UnsafePointer(x.pointer), xs, UnsafePointer(w.pointer))
      (product.y, product.y_stride, product.rows) = (y.pointer, ys, 7)
      (product.inner, product.outer, product.panel_end, product.epilogue) = (inner, outer, 2, CK_EPILOGUE_RELU)
      level.product(&product)
      for row in 0..<7 {
        let values = (0..<outer).map { y.pointer[row * ys + $0] }
        #expect(row == 3 ? values.allSatisfy(\.isNaN) : values.allSatisfy { $0 >= 0 }, "\(level.name), row \(row)")
      }
    }
  }

  @Test("negative control: the order of shards matters to the bits")
  func orderMatters() {
    let values = Self.random(1000, 9)
    let forward = values.reduce(Float(0), +)
    let halves = values[..<500].reduce(Float(0), +) + values[500...].reduce(Float(0), +)
    #expect(forward.bitPattern != halves.bitPattern)
  }

  @Test("the packed transpose holds every element", arguments: sizes)
  func transpose(inner: Int, outer: Int, rows: Int) {
    let values = Self.random(inner * outer, 8), w = Self.packed(inner: inner, outer: outer, values)
    let t = AlignedBuffer<Float>(count: DenseProduct.packedCount(inner: outer, outer: inner))
    for index in 0..<t.count { t.pointer[index] = .nan }
    DenseProduct.packTransposed(
      w.pointer, inner: inner, outer: outer, into: t.pointer,
      blocks: 0..<DenseProduct.blockCount(inner: inner, outer: outer))
    var wrong = 0
    for i in 0..<inner {
      for o in 0..<outer
      where t.pointer[DenseProduct.packedIndex(o, i, inner: outer, outer: inner)] != values[i * outer + o] {
        wrong += 1
      }
    }
    #expect(wrong == 0)
    #expect(!t.elements.contains { $0.isNaN }, "padding is written, too")

    // Transposed as a whole, or panel by panel on the way: the same bits.
    let xs = Matrix.stride(for: outer), ys = Matrix.stride(for: inner)
    let x = AlignedBuffer<Float>(count: max(16, rows * xs)), gates = AlignedBuffer<Float>(count: max(16, rows * ys))
    for row in 0..<rows {
      for (index, value) in Self.random(outer, UInt64(20 + row)).enumerated() { x.pointer[row * xs + index] = value }
      for (index, value) in Self.random(inner, UInt64(90 + row)).enumerated() {
        gates.pointer[row * ys + index] = value
      }
    }
    let whole = AlignedBuffer<Float>(count: max(16, rows * ys)),
      onTheWay = AlignedBuffer<Float>(count: max(16, rows * ys))
    let scratch = AlignedBuffer<Float>(count: DenseProduct.transposedScratch(inner: outer, outer: inner))
    let gate = DenseProduct.Epilogue.gate(Matrix(gates.pointer, stride: ys))
    for epilogue in [.none, gate] {
      DenseProduct.multiply(
        Matrix(x.pointer, stride: xs), weights: t.pointer, bias: nil, into: Matrix(whole.pointer, stride: ys),
        rows: 0..<rows, inner: outer, outer: inner, epilogue: epilogue)
      DenseProduct.multiplyTransposed(
        Matrix(x.pointer, stride: xs), weights: w.pointer, into: Matrix(onTheWay.pointer, stride: ys), rows: 0..<rows,
        inner: outer, outer: inner, epilogue: epilogue, scratch: scratch.pointer)
      #expect(whole.elements.elementsEqual(onTheWay.elements) { $0.bitPattern == $1.bitPattern })
    }
  }
}
