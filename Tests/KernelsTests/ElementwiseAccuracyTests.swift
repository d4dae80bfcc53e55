import CKernels
import Foundation
import Kernels
import Testing

/// Errors against double-precision libm over dense samples of all floats.
@Suite struct ElementwiseAccuracyTests {
  /// Greatest error of `kernel` in units in the last place, and where; only exact values that are normal floats count.
  static func greatestError(_ kernel: MapKernel) -> (ulps: Double, x: Float) {
    var greatest = (ulps: 0.0, x: Float(0))
    let step: UInt32 = 3001
    var bits: UInt32 = 0
    while true {
      let (end, overflow) = bits.addingReportingOverflow(step * 4096)
      let x = stride(from: bits, to: overflow ? .max : end, by: Int(step)).map { Float(bitPattern: $0) }
      let y = kernel.run(ck_active(), x)
      for (x, y) in zip(x, y) {
        let exact = kernel.exact(Double(x))
        let nearest = Float(exact)
        guard nearest.isNormal, x.isNormal else { continue }
        let error = abs(Double(y) - exact) / scalbn(1, Int(nearest.exponent) - Float.significandBitCount)
        if !(error <= greatest.ulps) { greatest = (error, x) }
      }
      if overflow { return greatest }
      bits = end
    }
  }

  @Test(arguments: mapKernels.filter { ["exp", "log", "log1p", "expm1", "tanh", "sigmoid", "erf"].contains($0.name) })
  func atMostTwoUlps(_ kernel: MapKernel) {
    let (ulps, x) = Self.greatestError(kernel)
    print("  \(kernel.name): at most \(ulps) ulp, at \(x)")
    #expect(ulps <= 2, "\(kernel.name) at \(x)")
  }

  @Test func measureSeesAWrongFunction() {
    let wrong = MapKernel(name: "wrong", apply: { $0.pointee.exp($1, $2, $3) }, exact: { exp($0) * (1 + 0x1p-20) })
    #expect(Self.greatestError(wrong).ulps > 2)
  }

  /// A factor below 2^-126 counts as 0, so products with it may miss up to 2^-119.
  @Test(
    arguments: mapKernels.filter { ActivationKernel.names.contains($0.name) && !["tanh", "sigmoid"].contains($0.name) })
  func activationsAreAccurate(_ kernel: MapKernel) {
    let x = (0..<60_000).map { Float($0 - 30_000) * 0.003 }
    var greatest = 0.0
    for (x, y) in zip(x, kernel.run(ck_active(), x)) {
      let exact = kernel.exact(Double(x))
      let error = max(0, abs(Double(y) - exact) - 0x1p-119)
      if error > 0 { greatest = max(greatest, error / scalbn(1, Int(exact.exponent) - Float.significandBitCount)) }
    }
    print("  \(kernel.name): at most \(greatest) ulp")
    #expect(greatest <= 6, "\(kernel)")
  }

  @Test(arguments: ["identity"] + ActivationKernel.names)
  func derivativesAreRight(_ name: String) throws {
    let known = activationCases.first { $0.name == name }
    let activation = known.map { Activation.named($0.name, parameter: Double($0.parameter)) } ?? .identity
    let exact = known?.exact ?? { $0 }
    let x = (0..<2000).map { Float($0 - 1000) * 0.01 + 0.003 }
    let dy = [Float](repeating: 3, count: x.count)
    var y = x
    var dx = dy
    activation.forward(x, into: &y, count: x.count)
    activation.backward(saved: activation.saved == .output ? y : x, dy, into: &dx, count: x.count)
    for (x, dx) in zip(x, dx) {
      let h = 1e-5
      let slope = (exact(Double(x) + h) - exact(Double(x) - h)) / (2 * h)
      #expect(abs(Double(dx) - 3 * slope) < 2e-6, "\(name) at \(x)")
    }
  }

  @Test func limits() {
    let inf = Float.infinity
    func value(_ name: String, _ x: Float) -> Float? { mapKernels.first { $0.name == name }?.run(ck_active(), [x])[0] }
    let expected: [(String, Float, Float)] = [
      ("exp", inf, inf), ("exp", -inf, 0), ("exp", 89, inf), ("exp", -88, 0), ("exp", 0, 1), ("exp", -0.0, 1),
      ("log", 0, -inf), ("log", -0.0, -inf), ("log", inf, inf), ("log", 1, 0), ("log1p", -1, -inf), ("log1p", inf, inf),
      ("log1p", -0.0, -0.0), ("expm1", -inf, -1), ("expm1", inf, inf), ("expm1", 89, inf), ("expm1", -0.0, -0.0),
      ("tanh", inf, 1), ("tanh", -inf, -1), ("tanh", -0.0, -0.0), ("sigmoid", inf, 1), ("sigmoid", -inf, 0),
      ("sigmoid", 0, 0.5), ("erf", inf, 1), ("erf", -inf, -1), ("erf", -0.0, -0.0), ("softplus", inf, inf),
      ("softplus", -inf, 0), ("silu", inf, inf), ("silu", -inf, -0.0), ("gelu", inf, inf), ("gelu", -inf, -0.0),
      ("relu", -inf, 0), ("relu", inf, inf), ("elu", -inf, -0.5), ("leaky_relu", -inf, -inf),
    ]
    for (name, x, y) in expected {
      #expect(value(name, x).map { $0 == y && $0.sign == y.sign } == true, "\(name)(\(x)) = \(value(name, x) ?? 0)")
    }
    for (name, x) in [("log", Float(-1)), ("log1p", -2)] { #expect(value(name, x)?.isNaN == true) }
    for kernel in mapKernels { #expect(kernel.run(ck_active(), [.nan])[0].isNaN, "\(kernel.name)") }
  }
}
