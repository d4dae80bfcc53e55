import Testing

@testable import Statistics

/// Student's t and the incomplete beta function beside values of 40 digits (`Golden/comparison.py`).
@Suite struct StudentTTests {
  @Test("tails from a half to a million degrees, down to 1e-290, to 1e-13")
  func tails() throws {
    for entry in try ComparisonGolden.read().tails {
      let found = StudentT(degrees: entry.degrees).tail(entry.t)
      #expect(relativeError(found, entry.tail) < 1e-13, "t \(entry.t), \(entry.degrees) degrees: \(found)")
      if let scipy = entry.scipy { #expect(relativeError(found, scipy) < 2e-10) }
    }
  }

  @Test("quantiles beside SciPy's, and back")
  func quantiles() throws {
    for entry in try ComparisonGolden.read().quantiles {
      let t = StudentT(degrees: entry.degrees), found = t.quantile(entry.p)
      #expect(relativeError(found, entry.quantile) < 1e-10, "p \(entry.p), \(entry.degrees) degrees: \(found)")
      #expect(relativeError(t.cdf(found), entry.p) < 1e-12)
    }
    for degrees in [1.0, 2, 9, 99, 1e6, 0.5] {
      let t = StudentT(degrees: degrees)
      for q in [1e-280, 1e-100, 1e-20, 1e-3, 0.2, 0.2500001, 0.4, 0.4999999] where degrees >= 1 || q > 1e-100 {
        #expect(relativeError(t.tail(t.upperQuantile(q)), q) < 2e-13, "q \(q), \(degrees) degrees")
      }
    }
  }

  @Test("the incomplete beta function of small, large and unequal arguments")
  func betas() throws {
    for entry in try ComparisonGolden.read().betas {
      let found = IncompleteBeta.regularized(entry.x, a: entry.a, b: entry.b)
      #expect(relativeError(found, entry.value) < 1e-12, "I_\(entry.x)(\(entry.a), \(entry.b)): \(found)")
      let other = IncompleteBeta.regularized(1 - entry.x, complement: entry.x, a: entry.b, b: entry.a)
      #expect(abs(found + other - 1) < 1e-13)
    }
    #expect(IncompleteBeta.regularized(0, a: 2, b: 3) == 0 && IncompleteBeta.regularized(1, a: 2, b: 3) == 1)
    for (x, a, b) in [(-0.1, 1.0, 1.0), (1.1, 1, 1), (0.5, 0, 1), (0.5, 1, -1), (.nan, 1, 1), (0.5, .infinity, 1)] {
      #expect(IncompleteBeta.regularized(x, a: a, b: b).isNaN)
    }
  }

  @Test("symmetric, falling, and within its limits for all arguments")
  func properties() {
    for degrees in [0.1, 1, 1.5, 2, 4, 9, 99, 12345, 1e6, 1e9, 1e300] {
      let t = StudentT(degrees: degrees)
      #expect(t.tail(0) == 0.5 && t.tail(.infinity) == 0 && t.tail(-.infinity) == 1)
      var last = 0.5
      for step in 1...400 {
        let place = Double(step) * 0.05, tail = t.tail(place)
        #expect(tail > 0 || place > 10, "\(degrees) degrees, t \(place)")
        #expect(tail <= last + 1e-15)
        #expect(t.cdf(-place) == tail && t.twoSided(place) == 2 * tail && t.twoSided(-place) == 2 * tail)
        #expect(abs(t.tail(-place) + tail - 1) < 1e-15)
        last = tail
      }
      for place in [1e-308, 1e-200, 1e50, 1e154, 1e200, 1.7e308] {
        let tail = t.tail(place)
        #expect(tail >= 0 && tail <= 0.5, "\(degrees) degrees, t \(place): \(tail)")
      }
      #expect(t.quantile(0.5) == 0 && t.quantile(0) == -.infinity && t.quantile(1) == .infinity)
    }
    for degrees in [0, -1, .nan, .infinity] as [Double] {
      #expect(StudentT(degrees: degrees).tail(1).isNaN && StudentT(degrees: degrees).quantile(0.3).isNaN)
    }
    let t = StudentT(degrees: 9)
    #expect(t.tail(.nan).isNaN && t.quantile(.nan).isNaN && t.quantile(1.1).isNaN && t.quantile(-0.1).isNaN)
  }

  @Test("with many degrees the normal distribution, with one Cauchy's")
  func limits() {
    #expect(abs(StudentT(degrees: 1e12).quantile(0.975) - 1.959963984540054) < 1e-9)
    #expect(relativeError(StudentT(degrees: 1).tail(1), 0.25) < 1e-15)
    #expect(relativeError(StudentT(degrees: 1).density(0), 1 / .pi) < 1e-15)
    // Two degrees have a closed form.
    for t in [0.1, 1, 3, 50] {
      let exact = 1 / ((2 + t * t).squareRoot() * (t + (2 + t * t).squareRoot()))
      #expect(relativeError(StudentT(degrees: 2).tail(t), exact) < 1e-14)
    }
  }
}
