import CKernels
import Foundation
import Kernels
import Testing

typealias Table = UnsafePointer<ck_table>

/// A kernel y = f(x) and its double-precision definition.
struct MapKernel: CustomTestStringConvertible, Sendable {
  let name: String
  let apply: @Sendable (Table, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  let exact: @Sendable (Double) -> Double
  var testDescription: String { name }

  func run(_ table: Table, _ x: [Float]) -> [Float] {
    var y = [Float](repeating: 0, count: x.count)
    apply(table, x, &y, x.count)
    return y
  }
}

/// A kernel dx = dy f'(saved).
struct BackwardKernel: CustomTestStringConvertible, Sendable {
  let name: String
  let apply: @Sendable (Table, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  var testDescription: String { name }

  func run(_ table: Table, _ saved: [Float], _ dy: [Float]) -> [Float] {
    var dx = [Float](repeating: 0, count: saved.count)
    apply(table, saved, dy, &dx, saved.count)
    return dx
  }
}

let mapKernels: [MapKernel] = [
  MapKernel(name: "exp", apply: { $0.pointee.exp($1, $2, $3) }, exact: { exp($0) }),
  MapKernel(name: "log", apply: { $0.pointee.log($1, $2, $3) }, exact: { log($0) }),
  MapKernel(name: "log1p", apply: { $0.pointee.log1p($1, $2, $3) }, exact: { log1p($0) }),
  MapKernel(name: "expm1", apply: { $0.pointee.expm1($1, $2, $3) }, exact: { expm1($0) }),
  MapKernel(name: "tanh", apply: { $0.pointee.tanh($1, $2, $3) }, exact: { tanh($0) }),
  MapKernel(name: "sigmoid", apply: { $0.pointee.sigmoid($1, $2, $3) }, exact: { 1 / (1 + exp(-$0)) }),
  MapKernel(name: "erf", apply: { $0.pointee.erf($1, $2, $3) }, exact: { erf($0) }),
  MapKernel(
    name: "softplus", apply: { $0.pointee.softplus($1, $2, $3) }, exact: { max($0, 0) + log1p(exp(-abs($0))) }),
  MapKernel(name: "silu", apply: { $0.pointee.silu($1, $2, $3) }, exact: { $0 / (1 + exp(-$0)) }),
  MapKernel(name: "gelu", apply: { $0.pointee.gelu($1, $2, $3) }, exact: { $0 * 0.5 * erfc(-$0 * 0.5.squareRoot()) }),
  MapKernel(name: "relu", apply: { $0.pointee.relu($1, $2, $3) }, exact: { max($0, 0) }),
  MapKernel(
    name: "leaky_relu", apply: { $0.pointee.leaky_relu($1, $2, $3, 0.25) }, exact: { $0 > 0 ? $0 : 0.25 * $0 }),
  MapKernel(name: "elu", apply: { $0.pointee.elu($1, $2, $3, 0.5) }, exact: { $0 > 0 ? $0 : 0.5 * expm1($0) }),
]

let backwardKernels: [BackwardKernel] = [
  BackwardKernel(name: "relu", apply: { $0.pointee.relu_backward($1, $2, $3, $4) }),
  BackwardKernel(name: "leaky_relu", apply: { $0.pointee.leaky_relu_backward($1, $2, $3, $4, 0.25) }),
  BackwardKernel(name: "elu", apply: { $0.pointee.elu_backward($1, $2, $3, $4, 0.5) }),
  BackwardKernel(name: "sigmoid", apply: { $0.pointee.sigmoid_backward($1, $2, $3, $4) }),
  BackwardKernel(name: "tanh", apply: { $0.pointee.tanh_backward($1, $2, $3, $4) }),
  BackwardKernel(name: "softplus", apply: { $0.pointee.softplus_backward($1, $2, $3, $4) }),
  BackwardKernel(name: "silu", apply: { $0.pointee.silu_backward($1, $2, $3, $4) }),
  BackwardKernel(name: "gelu", apply: { $0.pointee.gelu_backward($1, $2, $3, $4) }),
]

/// Softmax through one level's table.
func softmax(_ table: Table, _ x: [Float], rows: Int, columns: Int, stride: Int) -> (probs: [Float], lse: [Double]) {
  var probs = [Float](repeating: 0, count: x.count)
  var lse = [Double](repeating: 0, count: rows)
  table.pointee.softmax_rows(x, stride, &probs, stride, rows, columns, &lse)
  return (probs, lse)
}

/// The first place where two arrays differ in bits; any two NaNs count as equal.
func firstDifference(_ a: [Float], _ b: [Float]) -> Int? {
  guard a.count == b.count else { return min(a.count, b.count) }
  return a.indices.first { !(a[$0].bitPattern == b[$0].bitPattern || a[$0].isNaN && b[$0].isNaN) }
}

/// Uniform in -1..<1.
func randomFloats(count: Int, seed: UInt64) -> [Float] {
  var x = [Float](repeating: 0, count: count)
  RandomStream(seed: seed, purpose: .synthesis).fill(uniform: &x, count: count, low: -1, high: 1)
  return x
}

/// Zeros, infinities, NaN, denormals and limits first, then random bit patterns and values of moderate size by turns.
func specialAndRandomFloats(count: Int, seed: UInt64) -> [Float] {
  let special: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72283,
    88.72284, -87.33654, -87.33655, 15, -15, 0.6, -0.6, 0.92, 0.5, -0.5, 1e-20, -1e-20, 128, -128, 1e10, 1e30,
  ]
  var words = [UInt32](repeating: 0, count: count)
  RandomStream(seed: seed, purpose: .synthesis).fill(words: &words, count: count)
  var x = words.enumerated().map { index, word in
    index % 2 == 0 ? Float(bitPattern: word) : Float(Int32(bitPattern: word)) * 0x1p-27
  }
  for index in special.indices where index < count { x[index] = special[index] }
  return x
}
