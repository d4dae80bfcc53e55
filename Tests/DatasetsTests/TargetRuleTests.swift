import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

/// Targets with transforms of their own: each on its scale, and back in its units.
@Suite struct TargetRuleTests {
  private static let table = "x,count,price,height,id\n1,0,1,10,7\n2,3,10,12,8\n3,8,100,14,9\n4,1,1000,16,10\n"
  private static let targets = #""targets": ["count", "price", "height", "id"]"#
  private static let rules =
    #"{"count": {"transform": "log1p"}, "p*": {"role": "target", "transform": "log"}, "id": {"transform": "none"}}"#

  private static func section(_ rules: String, all: String = "standard", keys: String = targets) throws -> DataSection {
    try DatasetsTests.section(
      #"{"train": {"format": "csv", "path": "t.csv", \#(keys)}, "columns": \#(rules), "normalize_targets": "\#(all)"}"#)
  }

  private static func prepare(
    _ section: DataSection, _ text: String = table, targets: TargetDemand = .values
  ) throws -> DataPreparation {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", text)
    return try section.prepare(in: directory.context, targets: targets, seed: 1)
  }

  private static func sentence(_ section: DataSection, _ text: String = table, targets: TargetDemand = .values)
    -> String
  {
    do {
      _ = try prepare(section, text, targets: targets)
      return ""
    } catch { return (error as? DataError)?.sentence ?? "\(error)" }
  }

  /// Mean 0 and deviation 1, of all rows.
  private static func standard(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return values.map { ($0 - mean) / square.squareRoot() }
  }

  private static func values(_ data: PreparedData) throws -> [[Float]] {
    let rows = try #require(data.rows(of: .train)), width = data.description.targetWidth
    var values = [Float](repeating: .nan, count: width * rows.count)
    rows.gatherValues(rows: Array(0..<rows.count), count: rows.count, into: &values, stride: width)
    return (0..<width).map { target in (0..<rows.count).map { values[$0 * width + target] } }
  }

  @Test("each target has its transform, by its name, by a pattern that says the role, or that of all; and goes back")
  func unlike() throws {
    let data = try Self.prepare(Self.section(Self.rules)).makePreparedData(),
      scale = data.description.targetNormalization
    let raw: [[Double]] = [[0, 3, 8, 1], [1, 10, 100, 1000], [10, 12, 14, 16], [7, 8, 9, 10]]
    let expected = [
      Self.standard(raw[0].map(log1p)), Self.standard(raw[1].map { log($0) }), Self.standard(raw[2]), raw[3],
    ]
    let found = try Self.values(data)
    #expect(scale.functions == [.log1p, .log, .identity, .identity])
    for (target, values) in expected.enumerated() {
      for (row, value) in values.enumerated() {
        #expect(abs(Double(found[target][row]) - value) <= 1e-6, "\(target) \(row)")
        let back = scale.restore(value, feature: target)
        #expect(abs(back - raw[target][row]) <= 1e-11 * (1 + raw[target][row]), "\(target) \(row)")
      }
    }
    #expect(scale[3].shift == 0 && scale[3].scale == 1)
  }

  @Test("the same transform for each is the transform of all, to the bit", arguments: TargetTransform.allCases)
  func alike(transform: TargetTransform) throws {
    let keys = #""targets": ["price", "height"], "features": ["x"]"#, name = transform.rawValue
    let all = try Self.prepare(Self.section("{}", all: name, keys: keys)).description
    let each = try Self.prepare(
      Self.section(
        #"{"price": {"transform": "\#(name)"}, "height": {"transform": "\#(name)"}}"#, all: "none", keys: keys)
    ).description
    #expect(each.targetNormalization == all.targetNormalization)
    #expect(all.targetColumns.isEmpty && each.targetColumns.map(\.transform) == [transform, transform])
  }

  @Test("a view measures them anew, a description comes back from its text")
  func views() throws {
    let data = try Self.prepare(Self.section(Self.rules)).makePreparedData()
    let view = try data.view(of: .train, [[0, 2, 3], [1], []], normalize: .none, normalizeTargets: .standard)
    let text = Self.table.split(separator: "\n").enumerated().filter { $0.offset != 2 }.map { $0.element + "\n" }
      .joined()
    let own = try Self.prepare(Self.section(Self.rules), text).description
    #expect(view.description.targetNormalization == own.targetNormalization)
    let description = data.description, json = description.configValue.compactText
    #expect(try DataDescription(DatasetsTests.json(json)) == description)
    #expect(json.contains(#""functions": ["log1p", "log", "identity", "identity"]"#), "\(json)")
    for (good, bad) in [
      (#"["log1p", "log", "identity", "identity"]"#, #"["log1p", "log"]"#),
      (#""log1p", "log","#, #""log1p", "cosine","#),
      (#""transform": "log1p""#, #""transform": "minmax""#),
    ] {
      let forged = json.replacingOccurrences(of: good, with: bad)
      #expect(forged != json)
      #expect(throws: ConfigError.self) { try DataDescription(DatasetsTests.json(forged)) }
    }
  }

  @Test("what a target's function does not take is named with the key that asks for it")
  func outside() throws {
    let bad = Self.table.replacingOccurrences(of: "3,8,100", with: "3,-1,100")
    #expect(
      try Self.sentence(Self.section(Self.rules), bad)
        == "t.csv: line 4: target 'count' is -1, and 'log1p' takes the logarithms of numbers above -1; correct it, or set "
        + "data.columns.count.transform to 'standard'")
    // Others may have any number.
    #expect(
      try Self.sentence(Self.section(Self.rules), Self.table.replacingOccurrences(of: "16,10", with: "-16,-10")) == "")
    let negative = Self.table.replacingOccurrences(of: "12,8", with: "-12,8")
    #expect(
      try Self.sentence(Self.section(Self.rules, all: "log"), negative).contains(
        "or set data.normalize_targets to 'log1p'"))
  }

  @Test("classes have no transform but none, and a pattern of features says nothing of targets")
  func classes() throws {
    let keys = #""targets": "id""#
    #expect(
      try Self.sentence(Self.section(#"{"id": {"transform": "log"}}"#, all: "none", keys: keys), targets: .classes)
        == "data.columns.id.transform: 'log' is for values, but the loss wants classes; remove the key")
    #expect(
      try Self.sentence(Self.section(#"{"id": {"transform": "none"}}"#, all: "none", keys: keys), targets: .classes)
        == "")
    let features = try Self.prepare(Self.section(#"{"*": {"transform": "quantile"}}"#, all: "none", keys: keys))
      .description
    #expect(features.targetColumns.isEmpty && features.targetNormalization == .identity)
  }

  @Test("the config alone says which transforms are asked for")
  func stated() throws {
    let section = try Self.section(Self.rules)
    #expect(
      section.statedTargetTransforms.map(\.key)
        == ["data.columns.count.transform", "data.columns.id.transform", "data.columns.p*.transform"])
    #expect(
      ["count", "price", "height", "id"].map(section.targetTransform(of:)) == [.log1p, .log, .standard, .none])
    #expect(try Self.section(#"{"x": {"transform": "log"}}"#).statedTargetTransforms.isEmpty)
  }
}
