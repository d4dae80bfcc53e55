import Kernels
import Testing

/// The inverse of the normal distribution function, beside values of SciPy 1.17.1 (`scipy.stats.norm.ppf`).
@Suite struct NormalQuantileTests {
  static let golden: [(p: Double, exact: Double)] = [
    (1e-300, -37.0470962993612),
    (1e-100, -21.273453560965322),
    (1e-20, -9.262340089798409),
    (1e-12, -7.034483825301131),
    (1e-07, -5.1993375821928165),
    (0.0001, -3.7190164854556804),
    (0.001, -3.090232306167813),
    (0.01, -2.3263478740408408),
    (0.05, -1.6448536269514729),
    (0.074, -1.4466320671589785),
    (0.075, -1.4395314709384563),
    (0.1, -1.2815515655446004),
    (0.25, -0.6744897501960817),
    (0.4, -0.2533471031357997),
    (0.49, -0.02506890825871106),
    (0.51, 0.02506890825871106),
    (0.6, 0.2533471031357997),
    (0.75, 0.6744897501960817),
    (0.9, 1.2815515655446004),
    (0.925, 1.4395314709384563),
    (0.926, 1.446632067158979),
    (0.99, 2.3263478740408408),
    (0.999, 3.090232306167813),
    (0.9999, 3.719016485455709),
  ]

  @Test("within 2e-15 of the exact values, and odd around a half")
  func values() {
    for (p, exact) in Self.golden {
      let found = DoubleFunctions.normalQuantile(p)
      #expect(abs(found - exact) <= 2e-15 * abs(exact), "\(p): \(found), exact is \(exact)")
    }
    for step in 1..<512 {
      // 1 − p is exact.
      let p = Double(step) / 1024
      #expect(DoubleFunctions.normalQuantile(1 - p) == -DoubleFunctions.normalQuantile(p))
    }
    #expect(DoubleFunctions.normalQuantile(0.5) == 0)
  }

  @Test("the ends are infinite, and nothing is outside")
  func ends() {
    #expect(DoubleFunctions.normalQuantile(0) == -.infinity && DoubleFunctions.normalQuantile(1) == .infinity)
    for p in [-0.1, 1.1, .infinity, -.infinity, .nan] { #expect(DoubleFunctions.normalQuantile(p).isNaN, "\(p)") }
  }

  @Test("negative control: a neighbour in the fourteenth place is seen")
  func control() {
    for (p, exact) in Self.golden {
      #expect(abs(DoubleFunctions.normalQuantile(p) * (1 + 1e-13) - exact) > 2e-15 * abs(exact))
    }
  }
}
