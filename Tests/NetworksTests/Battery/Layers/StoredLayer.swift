import CKernels
import Kernels
import Specs

@testable import Networks

/// `y = w · x`, element by element, with w kept as a map says that the test brings; and maps that are wrong.
struct StoredLayer: Layer {
  enum Map: CaseIterable, Sendable {
    case canonical, permuted, interleaved
    case overlapping, beyond, wrongRuns, short

    /// What the battery must find.
    var finding: Finding.Kind? {
      switch self {
      case .canonical, .permuted, .interleaved: nil
      case .overlapping, .beyond, .wrongRuns, .short: .storage
      }
    }

    /// The map for a vector of some length.
    func storage(count: Int) -> ParameterStorage {
      switch self {
      case .canonical: .canonical(count: count)
      // From the end, one float apart, behind a float that is nobody's.
      case .permuted:
        ParameterStorage("backwards(\(count))", storedCount: 2 * count + 1) { index in
          .init(start: 2 * (count - 1 - index) + 1, step: -2, count: count - index)
        }
      // Even elements first.
      case .interleaved:
        ParameterStorage("interleaved(\(count))", storedCount: count) { index in
          index % 2 == 0 ? index / 2 : (count + 1) / 2 + index / 2
        }
      case .overlapping: ParameterStorage("overlapping", storedCount: count) { $0 == 3 ? 1 : $0 }
      case .beyond: ParameterStorage("beyond", storedCount: count) { $0 == 3 ? (count + 15) / 16 * 16 : $0 }
      case .wrongRuns:
        ParameterStorage("wrong runs", storedCount: 2 * count) { .init(start: 2 * $0, step: 1, count: count - $0) }
      case .short: ParameterStorage("short", storedCount: count - 16) { $0 }
      }
    }
  }

  struct Spec: SingleInputLayerSpec {
    static let kind = "stored"
    static let summary = ""
    static let examples: [String] = []
    var map: Map
    init(_ map: Map) { self.map = map }
    init(from fields: FieldReader) throws(ConfigError) { map = .canonical }
    func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer { StoredLayer(output: input, map: map) }
  }

  /// First weights that differ from each other.
  struct Start: InitializerSpec {
    static let kind = "spread"
    static let summary = ""
    static let examples: [String] = []
    init() {}
    init(from fields: FieldReader) throws(ConfigError) {}
    func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution { .uniform(low: -1, high: 1) }
  }

  let output: Port
  let map: Map

  private var storage: ParameterStorage { map.storage(count: output.count) }
  var parameters: [Parameter] {
    [
      Parameter(
        name: "weight", shape: output.shape, storage: storage, initializer: Start(), fanIn: output.count,
        fanOut: output.count)
    ]
  }
  var needs: LayerNeeds { LayerNeeds(gradientItems: 1) }

  func finishedGradients(items: Int) -> Int { items == 0 ? 0 : storage.storedCount }

  func forward(_ pass: LayerPass, rows: Range<Int>) { multiply(pass, pass.input, into: pass.output, rows: rows) }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let gradient = pass.inputGradient else { return }
    multiply(pass, pass.outputGradient, into: gradient, rows: rows)
  }

  private func multiply(_ pass: LayerPass, _ x: Matrix, into y: Matrix, rows: Range<Int>) {
    let w = pass.arena + pass.offsets[0], storage = storage
    for row in rows { for index in 0..<output.count { y[row][index] = w[storage.storedIndex(index)] * x[row][index] } }
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let dw = gradient + pass.gradientOffsets[0], storage = storage
    dw.update(repeating: 0, count: storage.storedCount)
    for index in 0..<output.count {
      dw[storage.storedIndex(index)] = LeafSum.of(leaves, leafCount) { chain, row in
        chain.addingProduct(pass.input[row][index], pass.outputGradient[row][index])
      }
    }
  }
}

/// A sum over leaves as the tree has it, written for test-only layers.
enum LeafSum {
  /// One chain for each leaf's rows, begun at 0; finished neighbours are added as the leaves say.
  static func of(
    _ leaves: UnsafePointer<GradientLeaf>, _ count: Int, _ term: (_ chain: Float, _ row: Int) -> Float
  ) -> Float {
    var stack: [Float] = []
    for leaf in 0..<count {
      var chain: Float = 0
      for row in Int(leaves[leaf].row_begin)..<Int(leaves[leaf].row_end) { chain = term(chain, row) }
      for _ in 0..<leaves[leaf].merges { chain = stack.removeLast() + chain }
      stack.append(chain)
    }
    return stack.first ?? 0
  }
}
