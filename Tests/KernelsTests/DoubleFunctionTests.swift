import CKernels
import Foundation
import Testing

@testable import Kernels

/// Functions of vectors of doubles beside mpmath's values with 40 digits, rounded once.
@Suite struct DoubleFunctionTests {
  static let golden: [(name: String, values: [(Double, Double)])] = [
    (
      "exp64",
      [
        (-700, 9.85967654375977e-305), (-37.5, 5.175555005801869e-17), (-1, 0.36787944117144233),
        (-0.3, 0.7408182206817179), (1e-20, 1.0), (0.1, 1.1051709180756477), (0.34657, 1.4142084849595797),
        (1, 2.718281828459045), (88.7, 3.325986980250579e+38), (700.25, 1.3022997366991783e+304),
      ]
    ),
    (
      "expm1_64",
      [
        (-40, -1.0), (-0.5, -0.3934693402873666), (-0.2, -0.18126924692201815), (-1e-09, -9.999999995e-10),
        (3e-16, 3.0000000000000004e-16), (0.2499, 0.2838970205659858), (0.2501, 0.28415382564975133),
        (3, 19.085536923187668), (100, 2.6881171418161356e+43),
      ]
    ),
    (
      "log64",
      [
        (1e-300, -690.7755278982137), (0.1, -2.3025850929940455), (0.7071, -0.346583180371942),
        (0.9999999, -1.0000000494736474e-07), (1.0000001, 9.999999505838704e-08), (1.5, 0.4054651081081644),
        (2.718281828, 0.9999999998311266), (1000000.0, 13.815510557964274), (1e+300, 690.7755278982137),
      ]
    ),
    (
      "log1p64",
      [
        (-0.999999, -13.815510557935518), (-0.5, -0.6931471805599453), (-1e-09, -1.0000000005000001e-09),
        (1e-20, 1e-20), (0.001, 0.0009995003330835331), (0.4142, 0.3465640001880034), (1, 0.6931471805599453),
        (100000000.0, 18.420680753952364), (1e+200, 460.51701859880916),
      ]
    ),
    (
      "softplus64",
      [(-50, 1.9287498479639178e-22), (-1, 0.3132616875182228), (0.5, 0.9740769841801067), (40, 40.0), (700, 700.0)]
    ),
    (
      "sigmoid64",
      [
        (-700, 9.85967654375977e-305), (-37, 8.533047625744065e-17), (-0.1, 0.47502081252106), (0.1, 0.52497918747894),
        (20, 0.9999999979388464),
      ]
    ),
    (
      "tanh64",
      [
        (-25, -1.0), (-1, -0.7615941559557649), (-0.1, -0.09966799462495582), (1e-10, 1e-10), (0.3, 0.2913126124515909),
        (2, 0.9640275800758169), (19, 0.9999999999999999),
      ]
    ),
    (
      "erf64",
      [
        (-5.9, -0.9999999999999999), (-2, -0.9953222650189527), (-0.5, -0.5204998778130465),
        (1e-08, 1.1283791670955126e-08), (0.3, 0.3286267594591274), (1, 0.8427007929497149), (3, 0.9999779095030014),
        (5.5, 0.9999999999999927),
      ]
    ),
  ]

  private static func function(_ name: String, _ table: ck_table) -> ck_map64 {
    switch name {
    case "exp64": table.exp64
    case "expm1_64": table.expm1_64
    case "log64": table.log64
    case "log1p64": table.log1p64
    case "softplus64": table.softplus64
    case "sigmoid64": table.sigmoid64
    case "tanh64": table.tanh64
    default: table.erf64
    }
  }

  private static func apply(_ name: String, _ x: [Double], isa: Int32) -> [Double] {
    var y = [Double](repeating: .nan, count: x.count)
    function(name, ck_table(isa).pointee)(x, &y, x.count)
    return y
  }

  @Test("within four units in the last place, erf within one")
  func accuracy() {
    for (name, values) in Self.golden {
      let found = Self.apply(name, values.map(\.0), isa: 2)
      for (value, y) in zip(values, found) {
        #expect(
          abs(y - value.1) <= (name == "erf64" ? 1 : 4) * value.1.ulp, "\(name)(\(value.0)) = \(y), not \(value.1)")
      }
    }
  }

  @Test("special values")
  func special() {
    let bad = [Double.nan, .infinity, -.infinity, 0, -0.0, -1, -2, 1e308, -1e308]
    func bits(_ values: [Double]) -> [UInt64] { values.map { $0.isNaN ? 1 : $0.bitPattern } }
    func expect(_ name: String, _ values: [Double]) {
      #expect(bits(Self.apply(name, bad, isa: 2)) == bits(values), "\(name): \(Self.apply(name, bad, isa: 2))")
    }
    expect("exp64", [.nan, .infinity, 0, 1, 1, exp(-1), exp(-2), .infinity, 0])
    expect("log64", [.nan, .infinity, .nan, -.infinity, -.infinity, .nan, .nan, log(1e308), .nan])
    expect("log1p64", [.nan, .infinity, .nan, 0, -0.0, -.infinity, .nan, log(1e308), .nan])
    expect("erf64", [.nan, 1, -1, 0, -0.0, -ck_erf(1), -ck_erf(2), 1, -1])
  }

  @Test("every level and every place in an array give the same bits")
  func levels() {
    var generator = SystemRandomNumberGenerator()
    var x = (0..<4099).map { _ in Double.random(in: -1...1, using: &generator) * pow(10, Double.random(in: -12...2.8)) }
    x += [0, -0.0, 1, -1, 708, -708, 709.9, -745, 1e300, .infinity, -.infinity]
    for (name, _) in Self.golden {
      let bits = Self.apply(name, x, isa: 0).map { $0.isNaN ? 1 : $0.bitPattern }
      for isa: Int32 in 1...2 {
        #expect(Self.apply(name, x, isa: isa).map { $0.isNaN ? 1 : $0.bitPattern } == bits, "\(name)")
      }
      for index in stride(from: 0, to: x.count, by: 97) {
        let y = Self.apply(name, [x[index]], isa: 2)[0]
        #expect((y.isNaN ? 1 : y.bitPattern) == bits[index], "\(name)(\(x[index]))")
      }
    }
  }
}
