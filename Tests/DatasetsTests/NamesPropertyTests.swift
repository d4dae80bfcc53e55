import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Random tables, written twice: as the training source writes them, and with columns, targets, keys and rows in
/// another order.
@Suite struct NamesPropertyTests {
  /// Columns by name; cells as text.
  private struct RandomTable {
    var columns: [(name: String, cells: [String])] = []
    var rows = 0

    /// The table as CSV with columns and rows in some order.
    func text(columns order: [Int], rows: [Int]) -> String {
      ([order.map { Self.quoted(columns[$0].name) }] + rows.map { row in order.map { columns[$0].cells[row] } })
        .map { $0.joined(separator: ",") + "\n" }.joined()
    }

    static func quoted(_ name: String) -> String { "\"\(name)\"" }
  }

  private static let names = [
    "a", "b", "Größe", "petal length", "x1", "x2", "X1", "0", "1", "2", "10", "1.0", "colour", "été", "k=v", "长度",
  ]

  private func prepared(_ text: String, _ keys: String, like description: DataDescription) throws -> DataPreparation {
    let directory = try TemporaryDirectory()
    try directory.write("s.csv", text)
    return try DataPreparation(
      try format(#"{"format": "csv", "path": "s.csv", \#(keys)}"#), like: description,
      targets: description.targetKind, in: directory.context)
  }

  /// Features, targets and weights of each row.
  private func rows(_ preparation: DataPreparation) throws -> [[Float]] {
    let description = preparation.description
    let rows = try #require(preparation.makePreparedData().rows(of: .test))
    let width = description.featureCount, targets = description.targetWidth
    return (0..<rows.count).map { row in
      var features = [Float](repeating: 0, count: width), values = [Float](repeating: 0, count: targets)
      var classes: [Int32] = [0], weights: [Float] = [0]
      rows.gatherFeatures(rows: [row], count: 1, into: &features, stride: width)
      if description.targetKind == .classes {
        rows.gatherClasses(rows: [row], count: 1, into: &classes)
        values = [Float(classes[0])]
      } else {
        rows.gatherValues(rows: [row], count: 1, into: &values, stride: targets)
      }
      rows.gatherWeights(rows: [row], count: 1, into: &weights)
      return features + values + weights
    }
  }

  @Test("any order of columns, keys and rows gives the same data", arguments: 0..<60)
  func anyOrder(seed: Int) throws {
    var random = TestGenerator(state: UInt64(seed) &* 977 + 5)
    var table = RandomTable()
    table.rows = 1 + Int(random.next() % 12)
    var free = Self.names.shuffled(using: &random)
    func column(_ cell: (Int) -> String) -> String {
      let name = free.removeLast()
      table.columns.append((name, (0..<table.rows).map(cell)))
      return name
    }
    let labels = [["007", "012", "0A7"], ["1", "2", "3"], ["01", "02", "10"], ["no", "yes", "Yes"]].randomElement(
      using: &random)!
    let numbers = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      column { _ in "\(Int.random(in: -99...99, using: &random)).5" }
    }
    let categories = (0..<Int.random(in: 0...2, using: &random)).map { index in
      column { _ in (index == 0 ? labels : ["u", "v", "w"]).randomElement(using: &random)! }
    }
    let isClass = Bool.random(using: &random)
    let targets = (0..<(isClass ? 1 : Int.random(in: 1...3, using: &random))).map { _ in
      column { _ in isClass ? labels.randomElement(using: &random)! : "\(Int.random(in: -9...9, using: &random))" }
    }
    let weight = Bool.random(using: &random) ? column { _ in "\(Int.random(in: 1...9, using: &random))" } : nil
    let extra = column { _ in "note" }

    func list(_ names: [String]) -> String { "[" + names.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
    func keys(_ targets: [String], features: [String]?, categorical: [String]) -> String {
      #""header": true, "targets": \#(list(targets))"# + (features.map { #", "features": \#(list($0))"# } ?? "")
        + (weight.map { #", "sample_weight": "\#($0)""# } ?? "") + #", "categorical": \#(list(categorical))"#
    }
    let order = Array(0..<table.rows), asWritten = Array(table.columns.indices)
    let first = keys(targets, features: numbers + categories, categorical: categories)
    let directory = try TemporaryDirectory()
    try directory.write("s.csv", table.text(columns: asWritten, rows: order))
    let description = try section(#"{"train": {"format": "csv", "path": "s.csv", \#(first)}, "normalize": "standard"}"#)
      .prepare(in: directory.context, targets: isClass ? .classes : .values, seed: 1).description
    let read = try DataDescription(try json(description.configValue.compactText))
    let expected = try rows(prepared(table.text(columns: asWritten, rows: order), first, like: description))

    for _ in 0..<4 {
      let rowOrder = order.shuffled(using: &random)
      var columnOrder = asWritten.shuffled(using: &random)
      if Bool.random(using: &random) { columnOrder.removeAll { table.columns[$0].name == extra } }
      let other = keys(
        targets.shuffled(using: &random),
        features: Bool.random(using: &random) ? (numbers + categories).shuffled(using: &random) : nil,
        categorical: Bool.random(using: &random) ? categories.shuffled(using: &random) : [])
      let text = table.text(columns: columnOrder, rows: rowOrder)
      let found = try rows(prepared(text, other, like: read))
      #expect(found == rowOrder.map { expected[$0] }, "\(text) \(other)")

      // Training on the same columns with rows in another order gives the same names, classes and categories.
      try directory.write("s.csv", table.text(columns: asWritten, rows: rowOrder))
      let again = try section(#"{"train": {"format": "csv", "path": "s.csv", \#(first)}}"#)
        .prepare(in: directory.context, targets: isClass ? .classes : .values, seed: 1).description
      #expect(again.names == description.names && again.classNames == description.classNames)

      // Without one of its columns the source is refused, with the column's name.
      let needed = (numbers + categories).randomElement(using: &random)!
      let fewer = columnOrder.filter { table.columns[$0].name != needed }
      let error = #expect(throws: DataError.self) {
        try prepared(
          table.text(columns: fewer, rows: rowOrder), keys(targets, features: nil, categorical: []), like: read)
      }
      #expect(error?.sentence.contains("'\(needed)'") == true, "\(error?.sentence ?? "")")
    }
  }
}
