import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

/// Value targets on a common scale, beside NumPy's in float64 (`Golden/targets.py`), and back.
@Suite struct TargetTransformTests {
  struct Golden: Codable {
    struct Column: Codable {
      var train: [Double]
      var later: [Double]
    }
    struct Case: Codable, CustomTestStringConvertible {
      var column: String
      var transform: String
      var expected: [Double]
      var testDescription: String { "\(column), \(transform)" }
    }
    var columns: [String: Column]
    var cases: [Case]
  }

  static let golden: Golden = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/targets.json")
    guard let data = try? Data(contentsOf: path), let golden = try? JSONDecoder().decode(Golden.self, from: data) else {
      fatalError("Golden/targets.json cannot be read")
    }
    return golden
  }()

  /// One feature that counts rows, and a target.
  private static func source(_ targets: [Double]) -> FieldSource {
    var source = FieldSource(
      [SourceField("x", .feature, .numbers), SourceField("y", .target, .numbers)], rows: targets.count)
    source.number = { field, row, _ in field == 0 ? Double(row) : targets[row] }
    return source
  }

  private static func section(
    _ train: [Double], later: [Double]?, _ transform: TargetTransform
  ) throws -> DataSection {
    var own = try DatasetsTests.section(#"{"train": {"format": "synthetic", "features": 1, "examples": 1}}"#)
    (own.train, own.normalizeTargets) = (source(train), transform)
    own.test = later.map { .source(source($0)) }
    return own
  }

  private static func prepare(_ section: DataSection) throws(DataError) -> DataPreparation {
    try section.prepare(in: DataContext(baseDirectory: ""), targets: .values, seed: 1)
  }

  private static func targets(_ data: PreparedData, _ part: DataPart) throws -> [Float] {
    let rows = try #require(data.rows(of: part))
    var values = [Float](repeating: .nan, count: 2 * rows.count)
    rows.gatherValues(rows: Array(0..<rows.count), count: rows.count, into: &values, stride: 2)
    #expect((0..<rows.count).allSatisfy { values[2 * $0 + 1] == 0 })
    return (0..<rows.count).map { values[2 * $0] }
  }

  private static func differences(_ entry: Golden.Case, _ expected: [Double]) throws -> Int {
    let column = try #require(golden.columns[entry.column])
    let transform = try #require(TargetTransform(rawValue: entry.transform))
    let data = try prepare(section(column.train, later: column.later, transform)).makePreparedData()
    let found = try targets(data, .train) + targets(data, .test), raw = column.train + column.later
    #expect(found.count == expected.count && raw.count == expected.count)
    let scale = data.description.targetNormalization
    var count = 0
    for (index, value) in expected.enumerated() {
      // Both are float64 before they are rounded once.
      if !(abs(Double(found[index]) - value) <= 4e-7 * abs(value) + 4e-7), found[index] != Float(value) { count += 1 }
      guard transform.function != .identity, expected == entry.expected else { continue }
      let y = raw[index], back = scale.restore(value, feature: 0)
      #expect(abs(back - y) <= 1e-11 * abs(y) + (transform == .log1p ? 1e-13 : 0), "\(y) \(back)")
    }
    return count
  }

  @Test("NumPy makes the same of it, in the training part and later, and it goes back", arguments: golden.cases)
  func cases(entry: Golden.Case) throws {
    #expect(try Self.differences(entry, entry.expected) == 0)
  }

  @Test("negative control: another transform is seen")
  func control() throws {
    for entry in Self.golden.cases {
      for other in Self.golden.cases where other.column == entry.column && other.transform != entry.transform {
        // ln(y) and ln(1 + y) are alike where all y are far from 0.
        if entry.column == "far", Set([entry.transform, other.transform]) == ["log", "log1p"] { continue }
        #expect(try Self.differences(entry, other.expected) > 0, "\(entry) \(other)")
      }
    }
  }

  @Test("statistics are those of the training part", arguments: TargetTransform.allCases)
  func trainingAlone(transform: TargetTransform) throws {
    let train = (1...20).map { Double($0 * $0) }
    let one = try Self.prepare(Self.section(train, later: [1, 2], transform)).description.targetNormalization
    let other = try Self.prepare(Self.section(train, later: [9e5, 1e-3], transform)).description.targetNormalization
    let none = try Self.prepare(Self.section(train, later: nil, transform)).description.targetNormalization
    #expect(one == other && one == none && one.functions == [transform.function])
    let shorter = try Self.prepare(Self.section(train.dropLast(), later: nil, transform)).description
    #expect((shorter.targetNormalization == one) == (transform == .none))
  }

  @Test("a target that has no logarithm is named, in whichever part it is; to predict it is not looked at")
  func outside() throws {
    func sentence(_ train: [Double], _ later: [Double], _ transform: TargetTransform) throws -> String? {
      let section = try Self.section(train, later: later, transform)
      let error = #expect(throws: DataError.self) { try Self.prepare(section) }
      #expect(error?.exitCode == .data)
      return error?.sentence
    }
    #expect(
      try sentence([1, 2, 0, -1], [1], .log)
        == "fields: row 2 (counted from 0): target 'y' is 0, and 'log' takes the logarithms of numbers above 0; correct it, or set "
        + "data.normalize_targets to 'log1p' (numbers above -1) or 'standard'")
    #expect(
      try sentence([1, 2, 0], [3, -1], .log1p)
        == "fields: row 1 (counted from 0): target 'y' is -1, and 'log1p' takes the logarithms of numbers above -1; correct it, or set "
        + "data.normalize_targets to 'standard'")
    #expect(try Self.prepare(Self.section([1, 2, 0], later: [-0.5], .log1p)).description.counts == [3, 0, 1])
    let trained = try Self.prepare(Self.section([1, 2, 3], later: nil, .log)).description
    func read(_ targets: TargetKind) throws(DataError) -> DataPreparation {
      try DataPreparation(
        Self.source([1, -2]), like: trained, targets: targets, in: DataContext(baseDirectory: ""))
    }
    let error = #expect(throws: DataError.self) { try read(.values) }
    #expect(
      error?.sentence
        == "fields: row 1 (counted from 0): target 'y' is -2, and 'log' takes the logarithms of numbers above 0; correct it: the model "
        + "was trained on the logarithms of its targets")
    #expect(try read(.none).description.counts == [0, 0, 2])
  }

  @Test("views measure anew and refuse what has no logarithm")
  func views() throws {
    let values: [Double] = [1, 2, 4, 8, 16, -3]
    let data = try Self.prepare(Self.section(values, later: nil, .none)).makePreparedData()
    let view = try data.view(of: .train, [[0, 1, 2], [3, 4], []], normalize: .none, normalizeTargets: .log)
    let own = try Self.prepare(Self.section([1, 2, 4], later: [8, 16], .log)).makePreparedData()
    #expect(view.description.targetNormalization == own.description.targetNormalization)
    #expect(try Self.targets(view, .train) == Self.targets(own, .train))
    #expect(try Self.targets(view, .validation) == Self.targets(own, .test))
    for rows in [[[0, 5], [1], []], [[0, 1], [2, 5], []]] {
      let error = #expect(throws: DataError.self) {
        try data.view(of: .train, rows, normalize: .none, normalizeTargets: .log1p)
      }
      #expect(error?.sentence.hasPrefix("the data: row 5 (counted from 0): target 'y' is -3, and 'log1p'") == true)
    }
  }

  @Test("a description comes back from its text; without a function it is as builds before have written it")
  func text() throws {
    for transform in TargetTransform.allCases {
      let description = try Self.prepare(Self.section([1, 2, 5], later: nil, transform)).description
      let text = description.configValue.compactText
      #expect(try DataDescription(json(text)) == description)
      #expect(text.contains(#""function""#) == (transform.function != .identity))
    }
    var description = try Self.prepare(Self.section([1, 2, 5], later: nil, .log)).description
    let targets = description.targetNormalization
    func problem() -> String? {
      do {
        _ = try DataDescription(json(description.configValue.compactText))
        return nil
      } catch { return (error as? ConfigError)?.problem ?? "\(error)" }
    }
    description.targetNormalization = Normalization(
      .float32, shift: targets.shift, scale: targets.scale, function: .log)
    #expect(problem()?.contains("formula of earlier builds") == true)
    description.targetNormalization = targets
    description.normalization = Normalization(.divided, shift: [0], scale: [1], function: .log1p)
    #expect(problem()?.contains("functions of features are treatments") == true)
    description.normalization = .identity
    #expect(problem() == nil)
    let forged = description.configValue.compactText.replacingOccurrences(of: #""log""#, with: #""cosine""#)
    #expect(throws: ConfigError.self) { try DataDescription(json(forged)) }
  }
}
