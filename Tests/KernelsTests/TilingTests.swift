import CKernels
import Platform
import Testing

@testable import Kernels

/// Every candidate tiling gives the bits of five lines of scalar code, at every level and row stride.
@Suite struct TilingTests {
  /// More inner rows, samples and columns than any candidate's blocks, and ends that are no multiple of a tile.
  static let productSizes = [
    (inner: 531, outer: 10, rows: 395), (inner: 265, outer: 74, rows: 57), (inner: 3, outer: 130, rows: 8),
    // Of so many columns that inputs are copied: more of both than a block has, and fewer.
    (inner: 275, outer: 203, rows: 25), (inner: 7, outer: 256, rows: 397), (inner: 1, outer: 321, rows: 19),
  ]
  static let gradientSizes = [
    (inner: 251, outer: 70, rows: 300), (inner: 17, outer: 10, rows: 131), (inner: 64, outer: 1, rows: 77),
    (inner: 56, outer: 67, rows: 90),
  ]
  /// Cache lines from row to row, where they are more than the row has: 4 KiB alias in the first-level cache, one more
  /// do not.
  static let lines = [0, 64, 65]

  /// A level's candidates, and tilings at the borders of what the kernels take.
  static func tilings(_ isa: Int) -> [ck_tiling] {
    let tiles: [Int32] = isa == 2 ? [6] : isa == 1 ? [0, Int32(CK_TILE_TURNED)] : [0]
    let borders = tiles.flatMap { tile in
      [
        ck_tiling(
          inner_block: 16, row_block: 1, gradient_chunk: 1, gradient_tile: tile, gradient_packs: 1,
          product_copies: isa == 2 ? 0 : 1),
        ck_tiling(
          inner_block: Int(CK_INNER_BLOCK), row_block: 7, gradient_chunk: Int(CK_GRADIENT_ROWS), gradient_tile: tile,
          gradient_packs: 0, product_copies: 0),
      ]
    }
    return (0..<ck_tiling_count(Int32(isa))).map { ck_tiling_candidate(Int32(isa), $0).pointee } + borders
  }

  /// Rows with a stride, zeros between.
  static func matrix(rows: Int, columns: Int, lines: Int, _ item: UInt64) -> Matrix {
    let stride = max(lines, (columns + 15) / 16) * 16, values = DenseTests.random(rows * columns, item)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: rows * stride)
    memory.initialize(repeating: 0, count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns { memory[row * stride + column] = values[row * columns + column] }
    }
    return Matrix(memory, stride: stride)
  }

  @Test("products of every candidate", arguments: productSizes, lines)
  func products(_ size: (inner: Int, outer: Int, rows: Int), lines: Int) {
    let (inner, outer, rows) = size
    let x = Self.matrix(rows: rows, columns: inner, lines: lines, 1)
    let gate = Self.matrix(rows: rows, columns: outer, lines: lines, 2)
    let y = Self.matrix(rows: rows, columns: outer, lines: lines, 3)
    defer { for matrix in [x, gate, y] { matrix.pointer.deallocate() } }
    let weights = DenseTests.random(inner * outer, 4), w = DenseTests.packed(inner: inner, outer: outer, weights)
    let transposed = AlignedBuffer<Float>(count: DenseProduct.packedCount(inner: outer, outer: inner))
    DenseProduct.packTransposed(
      w.pointer, inner: inner, outer: outer, into: transposed.pointer,
      blocks: 0..<DenseProduct.blockCount(inner: inner, outer: outer))
    let bias = AlignedBuffer<Float>(count: (outer + 15) / 16 * 16)
    for (index, value) in DenseTests.random(outer, 5).enumerated() { bias.pointer[index] = value }
    let scratch = AlignedBuffer<Float>(count: DenseProduct.transposedScratch(inner: inner, outer: outer) + 16)
    let expected = (0..<rows * outer).map { index in
      let row = index / outer, column = index % outer
      return (0..<inner).reduce(bias.pointer[column]) {
        $0.addingProduct(x[row][$1], weights[$1 * outer + column])
      }
    }
    for level in DenseTests.levels {
      for (index, tiling) in Self.tilings(level.isa).enumerated() {
        let epilogues = [CK_EPILOGUE_NONE, CK_EPILOGUE_RELU, CK_EPILOGUE_GATE]
        // Without fused multiply-adds a product takes long: one epilogue each.
        let calls = (level.isa == 0 ? [epilogues[index % 3]] : epilogues).flatMap {
          tiling.product_copies != 0 ? [($0, false), ($0, true)] : [($0, false)]
        }
        for (epilogue, isTransposed) in calls {
          scratch.pointer[scratch.count - 16] = 77
          for row in 0..<rows { y[row].update(repeating: .nan, count: outer) }
          withUnsafePointer(to: tiling) { tiling in
            var product = ck_product()
            (product.x, product.x_stride) = (UnsafePointer(x.pointer), x.stride)
            (product.y, product.y_stride, product.gate) = (y.pointer, y.stride, UnsafePointer(gate.pointer))
            (product.weights, product.bias) = (UnsafePointer(w.pointer), UnsafePointer(bias.pointer))
            (product.rows, product.inner, product.outer) = (rows, inner, outer)
            (product.panel_end, product.epilogue, product.tiling) = ((outer + 63) / 64, epilogue, tiling)
            product.scratch = scratch.pointer
            // What copies its inputs takes weights either way, panels that do not come transposed.
            if isTransposed, ck_product_copies(&product, tiling) != 0 {
              (product.weights, product.is_transposed) = (UnsafePointer(transposed.pointer), 1)
            }
            level.product(&product)
          }
          var wrong = 0
          for row in 0..<rows {
            for column in 0..<outer {
              var value = expected[row * outer + column]
              if epilogue == CK_EPILOGUE_RELU, !(value > 0) { value = 0 }
              if epilogue == CK_EPILOGUE_GATE, !(gate[row][column] > 0) { value = 0 }
              if value.bitPattern != y[row][column].bitPattern { wrong += 1 }
            }
          }
          #expect(wrong == 0, "\(level.name), tiling \(index), epilogue \(epilogue), transposed \(isTransposed)")
          #expect(scratch.pointer[scratch.count - 16] == 77, "\(level.name), tiling \(index)")
        }
      }
    }
  }

  @Test("weight gradients of every candidate", arguments: gradientSizes, lines)
  func gradients(_ size: (inner: Int, outer: Int, rows: Int), lines: Int) {
    let (inner, outer, rows) = size
    let x = Self.matrix(rows: rows, columns: inner, lines: lines, 6)
    let d = Self.matrix(rows: rows, columns: outer, lines: lines, 7)
    defer { for matrix in [x, d] { matrix.pointer.deallocate() } }
    // Four leaves, added as (0 + 1) + (2 + 3); the second one is longer than any chunk.
    let bounds = [0, 9, rows - 21, rows - 20, rows]
    let leaves = [0, 1, 0, 2].enumerated().map { GradientLeaf(rows: bounds[$0]..<bounds[$0 + 1], merges: $1) }
    func sum(_ i: Int?, _ o: Int) -> Float {
      let parts = (0..<4).map { leaf in
        (bounds[leaf]..<bounds[leaf + 1]).reduce(Float(0)) { chain, row in
          chain.addingProduct(i.map { x[row][$0] } ?? 1, d[row][o])
        }
      }
      return (parts[0] + parts[1]) + (parts[2] + parts[3])
    }
    let expected = (0..<inner * outer).map { sum($0 / outer, $0 % outer) }
    let expectedBias = (0..<outer).map { sum(nil, $0) }
    let depth = ck_stack_depth(4), scratch = AlignedBuffer<Float>(count: ck_weight_gradient_scratch(depth) + 16)
    for level in DenseTests.levels {
      for (index, tiling) in Self.tilings(level.isa).enumerated() {
        let dw = AlignedBuffer<Float>(count: DenseProduct.packedCount(inner: inner, outer: outer))
        let db = AlignedBuffer<Float>(count: (outer + 15) / 16 * 16)
        dw.pointer.update(repeating: .nan, count: dw.count)
        scratch.pointer[scratch.count - 16] = 77
        leaves.withUnsafeBufferPointer { leaves in
          withUnsafePointer(to: tiling) { tiling in
            for panel in 0..<(outer + 63) / 64 {
              for first in Swift.stride(from: 0, to: inner, by: Int(CK_GRADIENT_ITEM) - 1) {
                var gradient = ck_weight_gradient()
                (gradient.x, gradient.x_stride) = (UnsafePointer(x.pointer), x.stride)
                (gradient.d, gradient.d_stride) = (UnsafePointer(d.pointer), d.stride)
                (gradient.dw, gradient.db, gradient.panel) = (dw.pointer, db.pointer, panel)
                (gradient.inner, gradient.outer) = (inner, outer)
                (gradient.i_begin, gradient.i_end) = (first, min(inner, first + Int(CK_GRADIENT_ITEM) - 1))
                (gradient.leaves, gradient.leaf_count) = (leaves.baseAddress, 4)
                (gradient.scratch, gradient.stack_depth, gradient.tiling) = (scratch.pointer, depth, tiling)
                level.gradient(&gradient)
              }
            }
          }
        }
        var wrong = 0
        for o in 0..<outer {
          if db.pointer[o].bitPattern != expectedBias[o].bitPattern { wrong += 1 }
          for i in 0..<inner {
            let found = dw.pointer[DenseProduct.packedIndex(i, o, inner: inner, outer: outer)]
            if found.bitPattern != expected[i * outer + o].bitPattern { wrong += 1 }
          }
        }
        for o in outer..<(outer + 15) / 16 * 16 {
          for i in 0..<inner {
            if dw.pointer[DenseProduct.packedIndex(i, o, inner: inner, outer: outer)].bitPattern != 0 { wrong += 1 }
          }
        }
        #expect(wrong == 0, "\(level.name), tiling \(index)")
        #expect(scratch.pointer[scratch.count - 16] == 77, "\(level.name), tiling \(index) stays in its scratch memory")
      }
    }
  }

  @Test("negative control: a chain cut into two sums has other bits")
  func cutChainsDiffer() {
    let values = DenseTests.random(512, 9)
    let chain = values.reduce(Float(0)) { $0.addingProduct($1, $1) }
    let blocks = [values[..<256], values[256...]].map { $0.reduce(Float(0)) { $0.addingProduct($1, $1) } }
    #expect(chain.bitPattern != (blocks[0] + blocks[1]).bitPattern)
  }

  @Test("every level has candidates within the kernels' limits")
  func limits() {
    for level in InstructionSet.allCases {
      let candidates = KernelTiling.candidates(level)
      #expect(candidates.count >= 2)
      for tiling in candidates {
        #expect(tiling.inner_block >= 16 && tiling.row_block >= 1)
        #expect(level == .avx512 || tiling.inner_block <= Int(CK_INNER_BLOCK))
        #expect((1...Int(CK_GRADIENT_ROWS)).contains(tiling.gradient_chunk))
        let tiles = level == .avx512 ? [4, 6, CK_TILE_BY_LEAVES] : level == .avx2 ? [0, CK_TILE_BY_INPUTS] : [0]
        #expect(tiles.map { Int32($0) }.contains(tiling.gradient_tile))
        guard tiling.product_copies != 0 else { continue }
        #expect(level != .avx512 && tiling.inner_block % 16 == 0 && tiling.inner_block <= Int(CK_COPIED_INPUTS))
        #expect(tiling.row_block <= Int(CK_COPIED_ROWS))
      }
    }
  }
}
