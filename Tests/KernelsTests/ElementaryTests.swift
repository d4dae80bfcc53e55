import Foundation
import Kernels
import Testing

/// Our functions in double give the stored bits, which lie within a unit in the last place of the exact values.
///
/// `Tests/DoubleFunctions/golden.json` holds hard arguments (edges of ranges, subnormal and huge numbers, all pairs of
/// special ones for `pow`) and drawn ones, the double nearest to the exact value by MPFR, and ours.
/// `scripts/double-functions` compares a million of each.
@Suite struct ElementaryTests {
  /// Arguments, the exact value rounded, and ours.
  struct Row {
    var x: [Double], exact: Double, stored: Double
  }

  static let golden = Result {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "DoubleFunctions/golden.json")
    return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: file)).mapValues { rows in
      try rows.map { row in
        let values = try row.split(separator: " ").map { Double(bitPattern: try #require(UInt64($0, radix: 16))) }
        return Row(x: values.dropLast(2), exact: values[values.count - 2], stored: values[values.count - 1])
      }
    }
  }

  static let functions: [(name: String, apply: @Sendable ([Double]) -> Double)] = [
    ("exp", { DoubleFunctions.exp($0[0]) }), ("expm1", { DoubleFunctions.expm1($0[0]) }),
    ("log", { DoubleFunctions.log($0[0]) }),
    ("log1p", { DoubleFunctions.log1p($0[0]) }), ("pow", { DoubleFunctions.pow($0[0], $0[1]) }),
    ("sin", { DoubleFunctions.sin($0[0]) }),
    ("cos", { DoubleFunctions.cos($0[0]) }), ("tanh", { DoubleFunctions.tanh($0[0]) }),
    ("erf", { DoubleFunctions.erf($0[0]) }),
    ("lgamma", { DoubleFunctions.lgamma($0[0]) }),
  ]

  @Test("the stored bits, NaN and the sign of zero too", arguments: functions.map(\.name))
  func bits(_ name: String) throws { try Denormals.keeping { try checkBits(name) } }

  // Other tests leave flush-to-zero on in threads that all share.
  private func checkBits(_ name: String) throws {
    let function = try #require(Self.functions.first { $0.name == name })
    let rows = try #require(try Self.golden.get()[name])
    #expect(rows.count > 80)
    for row in rows {
      let found = function.apply(row.x)
      #expect(found.bitPattern == row.stored.bitPattern, "\(name)(\(row.x)) = \(found), stored is \(row.stored)")
    }
  }

  @Test("within a unit in the last place of the exact values, special values exactly", arguments: functions.map(\.name))
  func accuracy(_ name: String) throws { try Denormals.keeping { try checkAccuracy(name) } }

  private func checkAccuracy(_ name: String) throws {
    let function = try #require(Self.functions.first { $0.name == name })
    for row in try #require(try Self.golden.get()[name]) {
      let found = function.apply(row.x), exact = row.exact
      let isNear =
        if exact.isNaN {
          found.isNaN
        } else if exact.isInfinite || exact == 0 {
          found.bitPattern == exact.bitPattern
        } else {
          // Near the zeros of lgamma between -20 and -2 the error is bounded, not the units.
          abs(found - exact) <= max(exact.ulp, name == "lgamma" && row.x[0] < -2 ? 0x1p-88 : 0)
        }
      #expect(isNear, "\(name)(\(row.x)) = \(found), not \(exact)")
    }
  }
}
