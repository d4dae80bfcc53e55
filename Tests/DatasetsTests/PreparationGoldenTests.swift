import Foundation
import Specs
import Testing

@testable import Datasets

/// Every transform with every policy for missing values, beside scikit-learn's pipelines (`Golden/preparation.py`).
@Suite struct PreparationGoldenTests {
  struct Golden: Codable {
    struct Column: Codable {
      var train: [Double?]
      var later: [Double?]
    }
    struct Case: Codable, CustomTestStringConvertible {
      var policy: String
      var transform: Method
      var expected: [String: [Double]]
      var testDescription: String { "\(policy), \(transform.text)" }
    }
    /// A transform as configs state it.
    struct Method: Codable {
      var text: String

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let name = try? value.decode(String.self) {
          text = "\"\(name)\""
        } else {
          text = #"{"scale": \#(try value.decode([String: Double].self)["scale"] ?? 0)}"#
        }
      }

      func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(text)
      }
    }
    var shown: Int
    var columns: [String: Column]
    var cases: [Case]
  }

  static let golden: Golden = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/preparation.json")
    guard let data = try? Data(contentsOf: path), let golden = try? JSONDecoder().decode(Golden.self, from: data) else {
      fatalError("Golden/preparation.json cannot be read")
    }
    return golden
  }()

  /// Columns of a golden case as a source.
  private static func source(_ names: [String], _ rows: KeyPath<Golden.Column, [Double?]>, count: Int) -> FieldSource {
    let columns = names.map { golden.columns[$0]?[keyPath: rows] ?? [] }
    var source = FieldSource(
      names.map { SourceField($0, .feature, .numbers) } + [SourceField("y", .target, .numbers)], rows: count)
    source.step = 97
    source.number = { field, row, _ in
      guard field < columns.count else { return Double(row) }
      // Shorter columns begin again.
      return columns[field][row % columns[field].count] ?? .nan
    }
    return source
  }

  private static func prepare(_ entry: Golden.Case) throws -> (names: [String], data: PreparedData) {
    let names = entry.expected.keys.sorted()
    var own = try section(#"{"train": {"format": "synthetic", "features": 1, "examples": 1}}"#)
    own.missing = try #require(MissingPolicy(rawValue: entry.policy))
    own.normalize = try NormalizationMethod(json(entry.transform.text), path: "normalize")
    own.train = source(names, \.train, count: golden.columns["normal"]?.train.count ?? 0)
    own.test = .source(source(names, \.later, count: 6))
    return (
      names, try own.prepare(in: DataContext(baseDirectory: ""), targets: .values, seed: 1).makePreparedData()
    )
  }

  private static func rows(_ data: PreparedData, _ part: DataPart) throws -> [[Float]] {
    let rows = try #require(data.rows(of: part)), width = rows.featureCount
    var features = [Float](repeating: .nan, count: rows.count * (width + 1))
    rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &features, stride: width + 1)
    return (0..<rows.count).map { Array(features[$0 * (width + 1)..<($0 + 1) * (width + 1)]) }
  }

  /// How many numbers are not what scikit-learn makes of them.
  private static func differences(_ entry: Golden.Case, _ expected: [String: [Double]]) throws -> Int {
    let (names, data) = try prepare(entry), train = try rows(data, .train), later = try rows(data, .test)
    let isRaw = entry.transform.text == "\"none\"" || entry.transform.text.hasPrefix("{")
    var count = 0
    for (column, name) in names.enumerated() {
      let own = train.prefix(golden.shown).map { $0[column] } + later.map { $0[column] }
      let other = try #require(expected[name])
      for (index, value) in other.enumerated() {
        // Both are float64 before they are rounded once.
        let tolerance = 4e-7 * abs(value) + (isRaw ? 0 : 4e-7)
        if !(abs(Double(own[index]) - value) <= tolerance), own[index] != Float(value) { count += 1 }
      }
    }
    // What is behind a row is 0.
    return count + (train + later).count { $0.last != 0 }
  }

  @Test("scikit-learn makes the same of it, in the training part and later", arguments: golden.cases)
  func cases(entry: Golden.Case) throws {
    #expect(try Self.differences(entry, entry.expected) == 0)
  }

  @Test("negative control: another policy or another transform is seen")
  func control() throws {
    for (index, entry) in Self.golden.cases.enumerated() {
      let others = Self.golden.cases.indices.filter {
        let other = Self.golden.cases[$0]
        return $0 != index && entry.expected.keys.allSatisfy(other.expected.keys.contains)
      }
      guard let other = others.first(where: { $0 > index }) ?? others.first else { continue }
      #expect(try Self.differences(entry, Self.golden.cases[other].expected) > 0, "\(index) \(other)")
    }
  }
}
