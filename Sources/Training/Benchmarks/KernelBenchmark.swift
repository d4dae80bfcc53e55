internal import Kernels
internal import Networks
internal import Platform
package import Specs
internal import Statistics

/// The dense products, beside oneDNN's where it is installed, on the shapes of a network: what the choice of kernels
/// rests on.
package enum KernelBenchmark {
  /// One product of one shape.
  package struct Row: ResultEncodable {
    /// `forward`, `backward_to_input` or `weight_gradient`.
    package var product: String
    /// Samples, and the layer's inputs and outputs.
    package var rows: Int
    package var inner: Int
    package var outer: Int
    /// 10⁹ operations a second to one decimal, of ours and of oneDNN; nil: it is not there.
    package var gigaflops: Double
    package var libraryGigaflops: Double?
    /// Ours over oneDNN's, to two decimals.
    package var ratio: Double?

    package var json: ConfigValue {
      .record([
        "product": product, "rows": rows, "inner": inner, "outer": outer, "gflops": gigaflops,
        "onednn_gflops": libraryGigaflops, "ratio": ratio,
      ])
    }
  }

  /// Times the three products of every dense layer's shape, one thread, `rows` samples in `shards` leaves.
  ///
  /// Ours and oneDNN's alternate; each figure is the median of `repeats`. oneDNN writes one product over all rows, so
  /// its weight gradient does not keep the order of the tree, which would cost it one product and one addition for each
  /// shard.
  ///
  static func run(shapes: [(inner: Int, outer: Int)], rows: Int, shards: Int, repeats: Int) throws -> [Row] {
    try Denormals.flushing { try time(shapes: shapes, rows: rows, shards: shards, repeats: repeats) }
  }

  private static func time(
    shapes: [(inner: Int, outer: Int)], rows: Int, shards: Int, repeats: Int
  ) throws -> [Row] {
    var results: [Row] = []
    let library = OneDNN()
    for shape in shapes {
      for product in Product.allCases {
        let bench = Bench(rows: rows, inner: shape.inner, outer: shape.outer, shards: shards)
        var ours: [Double] = [], theirs: [Double] = []
        for _ in 0..<repeats + 2 {
          ours.append(seconds { bench.ours(product) })
          if let library { theirs.append(try seconds { try bench.multiply(product, by: library) }) }
        }
        let work = 2e-9 * Double(rows) * Double(shape.inner) * Double(shape.outer)
        func gflops(_ times: [Double]) -> Double {
          (work / median(Array(times.dropFirst(2))) * 10).rounded() / 10
        }
        let speed = gflops(ours), other = library == nil ? nil : gflops(theirs)
        results.append(
          Row(
            product: product.rawValue, rows: rows, inner: shape.inner, outer: shape.outer, gigaflops: speed,
            libraryGigaflops: other, ratio: other.map { (speed / $0 * 100).rounded() / 100 }))
      }
    }
    return results
  }

  /// The same for the matrices of a run's network and its batch.
  package static func run(_ trainer: Trainer, repeats: Int) throws -> [Row] {
    let shapes = trainer.network.slots.map(\.parameter.shape.extents).filter { $0.count == 2 }.map {
      (inner: $0[1], outer: $0[0])
    }
    return try run(shapes: shapes, rows: trainer.batchSize, shards: trainer.shards, repeats: repeats)
  }

  private enum Product: String, CaseIterable {
    case forward
    case backwardToInput = "backward_to_input"
    case weightGradient = "weight_gradient"
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = Clock.now()
    try body()
    return Clock.now() - start
  }

  /// Matrices of one shape, and both ways to multiply them.
  private struct Bench {
    let rows: Int, inner: Int, outer: Int
    let x: Matrix, d: Matrix, y: Matrix, dx: Matrix, w: Matrix, dw: Matrix
    let packed: AlignedBuffer<Float>, transposed: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>
    let scratch: AlignedBuffer<Float>, leaves: AlignedBuffer<GradientLeaf>
    let leafCount: Int
    private let memory: [AlignedBuffer<Float>]

    init(rows: Int, inner: Int, outer: Int, shards: Int) {
      self.rows = rows
      self.inner = inner
      self.outer = outer
      var memory: [AlignedBuffer<Float>] = []
      func matrix(_ height: Int, _ width: Int) -> Matrix {
        let stride = Matrix.stride(for: width)
        let buffer = AlignedBuffer<Float>(count: height * stride)
        for index in 0..<height * stride { buffer.pointer[index] = Float(index % 17) * 0.125 - 1 }
        memory.append(buffer)
        return Matrix(buffer.pointer, stride: stride)
      }
      x = matrix(rows, inner)
      d = matrix(rows, outer)
      y = matrix(rows, outer)
      dx = matrix(rows, inner)
      w = matrix(inner, outer)
      dw = matrix(inner, outer)
      func filled(_ count: Int) -> AlignedBuffer<Float> {
        let buffer = AlignedBuffer<Float>(count: count)
        for index in 0..<count { buffer.pointer[index] = Float(index % 13) * 0.125 - 0.75 }
        return buffer
      }
      packed = filled(DenseProduct.packedCount(inner: inner, outer: outer))
      transposed = filled(DenseProduct.packedCount(inner: outer, outer: inner))
      gradient = filled(DenseProduct.packedCount(inner: inner, outer: outer))
      scratch = filled(
        max(
          WeightGradient.scratchCount(leaves: shards), DenseProduct.scratchCount(inner: inner, outer: outer),
          DenseProduct.scratchCount(inner: outer, outer: inner)))
      let plan = ShardPlan(shardCount: shards)
      leafCount = plan.shardsInUse(batch: rows)
      leaves = AlignedBuffer(count: max(1, leafCount))
      for leaf in 0..<leafCount {
        leaves.pointer[leaf] = GradientLeaf(
          rows: plan.positions(of: leaf, batch: rows),
          merges: MicroSteps.merges(after: leaf, in: 0..<shards, present: leafCount))
      }
      self.memory = memory
    }

    func ours(_ product: Product) {
      switch product {
      case .forward:
        DenseProduct.multiply(
          x, weights: packed.pointer, bias: nil, into: y, rows: 0..<rows, inner: inner, outer: outer,
          scratch: scratch.pointer)
      case .backwardToInput:
        DenseProduct.multiply(
          d, weights: transposed.pointer, bias: nil, into: dx, rows: 0..<rows, inner: outer, outer: inner,
          scratch: scratch.pointer)
      case .weightGradient:
        for item in 0..<WeightGradient.itemCount(inner: inner, outer: outer) {
          WeightGradient.accumulate(
            item: item, x: x, d: d, dw: gradient.pointer, db: nil, inner: inner, outer: outer, leaves: leaves.pointer,
            leafCount: leafCount, scratch: scratch.pointer)
        }
      }
    }

    func multiply(_ product: Product, by library: OneDNN) throws {
      switch product {
      case .forward: try library.multiply(x, w, into: y, rows: rows, columns: outer, inner: inner)
      case .backwardToInput:
        try library.multiply(d, w, b: .transposed, into: dx, rows: rows, columns: inner, inner: outer)
      case .weightGradient:
        try library.multiply(x, d, a: .transposed, into: dw, rows: inner, columns: outer, inner: rows)
      }
    }
  }
}
