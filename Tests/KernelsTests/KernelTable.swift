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

/// What an activation of the list of kernels is, in double, and the parameter that it is tried with.
private let activationDefinitions: [String: (parameter: Float, exact: @Sendable (Double) -> Double)] = [
  "relu": (0, { max($0, 0) }),
  "leaky_relu": (0.25, { $0 > 0 ? $0 : 0.25 * $0 }),
  "elu": (0.5, { $0 > 0 ? $0 : 0.5 * expm1($0) }),
  "sigmoid": (0, { 1 / (1 + exp(-$0)) }),
  "tanh": (0, { tanh($0) }),
  "softplus": (0, { max($0, 0) + log1p(exp(-abs($0))) }),
  "silu": (0, { $0 / (1 + exp(-$0)) }),
  "gelu": (0, { $0 * 0.5 * erfc(-$0 * 0.5.squareRoot()) }),
]

/// Every activation of the list, with its definition; one without is a line missing above.
let activationCases: [(name: String, number: Int32, parameter: Float, exact: @Sendable (Double) -> Double)] =
  ActivationKernel.names.enumerated().map { number, name in
    guard let known = activationDefinitions[name] else { fatalError("no test knows what \(name) is") }
    return (name, Int32(number), known.parameter, known.exact)
  }

let functionKernels: [MapKernel] = [
  MapKernel(name: "exp", apply: { $0.pointee.exp($1, $2, $3) }, exact: { exp($0) }),
  MapKernel(name: "log", apply: { $0.pointee.log($1, $2, $3) }, exact: { log($0) }),
  MapKernel(name: "log1p", apply: { $0.pointee.log1p($1, $2, $3) }, exact: { log1p($0) }),
  MapKernel(name: "expm1", apply: { $0.pointee.expm1($1, $2, $3) }, exact: { expm1($0) }),
  MapKernel(name: "erf", apply: { $0.pointee.erf($1, $2, $3) }, exact: { erf($0) }),
]

let mapKernels =
  functionKernels
  + activationCases.map { name, number, parameter, exact in
    MapKernel(name: name, apply: { ck_activation($0, number)($1, $2, $3, parameter) }, exact: exact)
  }

let backwardKernels = activationCases.map { name, number, parameter, _ in
  BackwardKernel(name: name, apply: { ck_activation_backward($0, number)($1, $2, $3, $4, parameter) })
}

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
