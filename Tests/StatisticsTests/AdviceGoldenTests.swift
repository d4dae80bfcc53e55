import Foundation
import Testing

@testable import Statistics

/// What advice measures, against SciPy, NumPy and statsmodels (`Golden/advice.py`).
@Suite struct AdviceGoldenTests {
  struct Golden: Decodable {
    struct Sample: Decodable {
      let values, quantiles: [Double]
      let mad, medcouple, mean, variance, skewness, kurtosis: Double
    }
    struct Tail: Decodable {
      let values: [Double]
      let count: Int
      let index, reach: Double
    }
    struct GammaValue: Decodable { let a, x, value: Double }
    struct ChiValue: Decodable { let x, degrees, value: Double }
    struct Value: Decodable { let x, value: Double }
    struct Functions: Decodable {
      let gammas: [GammaValue]
      let tails: [ChiValue]
      let digammas: [Value]
    }
    struct Test: Decodable { let multiplier, p, f: Double }
    struct Regressions: Decodable {
      let x: [[Double]]
      let y, weights, leastSquares, huber, counts, poisson, amounts, gamma, residuals, fitted, means: [Double]
      let breuschPagan: Test
      let pearson, alpha, alphaT, zeroScore, zeroP, gammaDensity, gammaShape, normalDensity, negativeBinomial: Double
    }
    let samples: [Sample]
    let hill: [Tail]
    let functions: Functions
    let regressions: Regressions
  }

  let golden: Golden

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/advice.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    golden = try decoder.decode(Golden.self, from: Data(contentsOf: path))
  }

  func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool {
    abs(a - b) <= tolerance * max(1e-3, abs(b))
  }

  var design: [[Double]] { [[Double](repeating: 1, count: golden.regressions.y.count)] + golden.regressions.x }

  @Test("quantiles, deviations, the medcouple and moments")
  func samples() throws {
    for sample in golden.samples {
      let sorted = sample.values.sorted()
      for (level, value) in zip([0, 0.05, 0.25, 0.5, 0.9, 1], sample.quantiles) {
        #expect(near(quantile(ofSorted: sorted, level), value))
      }
      #expect(near(medianAbsoluteDeviation(sample.values), sample.mad))
      #expect(near(medcouple(ofSorted: sorted), sample.medcouple, 1e-9), "\(sample.values)")
      let moments = try #require(Moments(sample.values))
      #expect(near(moments.mean, sample.mean) && near(moments.variance, sample.variance))
      #expect(near(moments.skewness, sample.skewness, 1e-8) && near(moments.kurtosis, sample.kurtosis, 1e-8))
    }
  }

  @Test("the tail index with its interval")
  func tails() throws {
    for tail in golden.hill {
      let found = try #require(TailIndex(tail.values))
      #expect(found.count == tail.count && near(found.index, tail.index) && near(found.high - found.index, tail.reach))
    }
  }

  @Test("incomplete gamma, χ² and the digamma function")
  func functions() {
    for entry in golden.functions.gammas {
      #expect(near(upperGamma(entry.a, entry.x), entry.value, 1e-9), "Q(\(entry.a), \(entry.x))")
      if entry.value > 1e-290 { #expect(abs(upperGamma(entry.a, entry.x) / entry.value - 1) < 1e-8) }
    }
    for entry in golden.functions.tails {
      #expect(near(chiSquaredTail(entry.x, degrees: entry.degrees), entry.value, 1e-9))
    }
    for entry in golden.functions.digammas { #expect(near(digamma(entry.x), entry.value, 1e-11)) }
    #expect(upperGamma(0, 1).isNaN && upperGamma(2, 0) == 1 && upperGamma(2, .infinity) == 0)
  }

  @Test("least squares, Huber's regression, means on their logarithm")
  func fits() throws {
    let data = golden.regressions
    let least = try #require(LeastSquares.coefficients(design, data.y, weights: data.weights))
    for (a, b) in zip(least, data.leastSquares) { #expect(near(a, b, 1e-7)) }
    // Another scale of the residuals, hence only about the same.
    let huber = try #require(RobustLeastSquares.coefficients(design, data.y, steps: 60))
    for (a, b) in zip(huber, data.huber) { #expect(abs(a - b) < 0.05) }
    let poisson = try #require(LogLinkFit.coefficients(design, data.counts, power: 1))
    for (a, b) in zip(poisson, data.poisson) { #expect(near(a, b, 1e-4)) }
    let gamma = try #require(LogLinkFit.coefficients(design, data.amounts, power: 2))
    for (a, b) in zip(gamma, data.gamma) { #expect(near(a, b, 1e-3)) }
  }

  @Test("dispersion, zeros and spread")
  func dispersion() throws {
    let data = golden.regressions
    let found = try #require(Dispersion(data.counts, means: data.means, parameters: 4))
    #expect(
      near(found.pearson, data.pearson) && near(found.alpha, data.alpha, 1e-8) && near(found.t, data.alphaT, 1e-8))
    let zeros = try #require(ZeroInflation(data.counts))
    #expect(near(zeros.score, data.zeroScore, 1e-8) && near(zeros.pValue, data.zeroP, 1e-8))
    let spread = try #require(BreuschPagan(residuals: data.residuals, predictions: data.fitted))
    #expect(near(spread.multiplier, data.breuschPagan.multiplier, 1e-6))
    #expect(near(spread.pValue, data.breuschPagan.p, 1e-5) && near(spread.f, data.breuschPagan.f, 1e-5))
  }

  @Test("densities of errors")
  func densities() throws {
    let data = golden.regressions
    #expect(near(ErrorDistributions.normal(data.y), data.normalDensity))
    let gamma = try #require(ErrorDistributions.gamma(ratios: data.amounts))
    #expect(near(gamma.meanLogDensity, data.gammaDensity, 1e-6) && near(gamma.shape, data.gammaShape, 1e-5))
    #expect(near(ErrorDistributions.counts(data.counts, means: data.means, alpha: 0.7), data.negativeBinomial, 1e-9))
  }
}
