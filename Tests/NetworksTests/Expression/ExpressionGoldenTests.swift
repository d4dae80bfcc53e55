import Foundation
import Testing

@testable import Networks

/// Expressions against PyTorch's autograd in double precision, kinks included (`Golden/expression.py`).
@Suite struct ExpressionGoldenTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      var expression: String
      var rows: [[Double]]
    }

    var cases: [Case]
  }

  static func golden() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/expression.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  @Test("values and gradients are PyTorch's")
  func values() throws {
    let cases = try Self.golden().cases
    #expect(cases.count >= 35)
    for entry in cases {
      let loss = try expressionLoss(entry.expression)
      #expect(entry.rows.count >= 12, "\(entry.expression)")
      for row in entry.rows {
        let (losses, gradient) = ExpressionRows(p: [Float(row[0])], y: [Float(row[1])]).evaluate(loss)
        let place = "\(entry.expression) at p = \(row[0]), y = \(row[1])"
        #expect(abs(losses[0] - row[2]) <= 4 * 0x1p-24 * max(1, abs(row[2])), "\(place): \(losses[0]), \(row[2])")
        #expect(abs(Double(gradient[0]) - row[3]) <= 1e-6 * abs(row[3]) + 2e-7, "\(place): \(gradient[0]), \(row[3])")
      }
    }
  }
}
