import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Where parts are cut from the training source, its training rows decide the categories, as in a pipeline of
/// scikit-learn.
@Suite struct CategoryPartTests {
  /// Rows 0–5 are trained on, 6 and 7 are the test part.
  private static let table = """
    a,part,y
    red,t,0
    red,t,1
    red,t,0
    blue,t,1
    blue,t,0
    green,t,1
    violet,test,0
    green,test,1

    """
  private static let cut = #", "test": {"column": "part", "values": "test"}"#

  private static func prepare(_ rule: String, _ table: String = table, cut: String = cut) throws -> DataPreparation {
    try ColumnKindTests.prepare(
      table, #"{"a": \#(rule), "part": {"role": "drop"}}"#, keys: #""targets": "y""#, cut)
  }

  @Test(
    "a category that only test rows have is an unknown one: counted and said, and no end, whatever is said of other sources"
  )
  func unknown() throws {
    for rule in [#"{"kind": "categorical"}"#, #"{"unknown": "error"}"#, #"{"unknown": "zeros"}"#] {
      let data = try Self.prepare(rule)
      #expect(data.description.featureNames == ["a=blue", "a=green", "a=red"])
      #expect(data.description.featureShape == [3] && data.description.counts == [6, 0, 2])
      #expect(
        ColumnKindTests.rows(data) == [
          [0, 0, 1], [0, 0, 1], [0, 0, 1], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 0],
        ])
      #expect(
        data.notes.contains(
          "t.csv: 1 cell of 'a' is a category that training did not have (first in line 8, 'violet'); all its features are 0"
        ),
        "\(data.notes)")
    }
    let frequent = try Self.prepare(#"{"kind": "categorical", "missing": "most_frequent"}"#)
    #expect(frequent.notes.contains { $0.hasSuffix("'violet'); the most frequent one stands for it") })
  }

  @Test("negative control: without parts of its own the source has all its categories")
  func whole() throws {
    let data = try Self.prepare(#"{"kind": "categorical"}"#, cut: "")
    #expect(data.description.featureNames == ["a=blue", "a=green", "a=red", "a=violet"])
    #expect(!data.notes.contains { $0.contains("training did not have") })
  }

  @Test("what is rare is rare in the training part")
  func rare() throws {
    // Green is there twice, once of it in the training part.
    let data = try Self.prepare(#"{"rare_below": 2, "unknown": "other"}"#)
    #expect(data.description.featureNames == ["a=blue", "a=red", "a=other"])
    #expect(data.description.columns[0].pooled == ["green"])
    #expect(ColumnKindTests.rows(data).suffix(3) == [[0, 0, 1], [0, 0, 1], [0, 0, 1]])
    for note in [
      "t.csv: 1 category of 'a' with fewer than 2 rows of the training part is pooled as 'other'",
      "t.csv: 1 cell of 'a' is a category that training did not have (first in line 8, 'violet'); counted as 'other'",
    ] { #expect(data.notes.contains(note), "\(data.notes)") }
    let whole = try Self.prepare(#"{"rare_below": 2, "unknown": "other"}"#, cut: "")
    #expect(whole.description.featureNames == ["a=blue", "a=green", "a=red", "a=other"])
  }

  @Test("missing cells are a category where the training part has some")
  func missing() throws {
    let rule = #"{"kind": "categorical", "missing": "category"}"#
    let there = try Self.prepare(rule, Self.table.replacingOccurrences(of: "green,t,", with: ",t,"))
    #expect(there.description.featureNames == ["a=blue", "a=red", "a=missing"])
    #expect(ColumnKindTests.rows(there)[5] == [0, 0, 1] && ColumnKindTests.rows(there)[7] == [0, 0, 0])
    let later = try Self.prepare(rule, Self.table.replacingOccurrences(of: "violet,", with: ","))
    #expect(later.description.featureNames == ["a=blue", "a=green", "a=red"])
    #expect(later.notes.contains("t.csv: 1 cell of 'a' is missing, and none was in training; all its features are 0"))
    // Nothing but missing cells is a category too.
    let none = try Self.prepare(rule, "a,part,y\n,t,0\n,t,1\nu,test,0\n")
    #expect(none.description.featureNames == ["a=missing"])
    let filled = ColumnKindTests.sentence {
      try Self.prepare(#"{"kind": "categorical", "missing": "most_frequent"}"#, "a,part,y\n,t,0\n,t,1\nu,test,0\n")
    }
    #expect(filled.hasPrefix("t.csv: column 'a' has no category: "), "\(filled)")
  }

  @Test("numbers that are left of words are numbers: 1 and 1.0 are one category")
  func numbers() throws {
    let text = "a,part,y\n1,t,0\n1.0,t,1\n2,t,0\nx,test,1\n"
    let data = try Self.prepare(#"{"kind": "categorical"}"#, text)
    #expect(data.description.featureNames == ["a=1", "a=2"])
    #expect(ColumnKindTests.rows(data) == [[1, 0], [1, 0], [0, 1], [0, 0]])
  }

  @Test(
    "test rows do not make words of numbers, booleans or dates: their cells are refused, as in any other source",
    arguments: [
      ("1,2,3.5", "x", "numbers"), ("0,1,1", "x", "numbers"), ("yes,no,yes", "maybe", "yes or no"),
      ("yes,0,1", "2", "yes or no"), ("2024-01-05,2024-01-06,2024-02-01", "soon", "dates"),
    ])
  func kinds(trained: String, test: String, kind: String) throws {
    let cells = trained.split(separator: ",")
    let rows = (0..<24).map { "\(cells[$0 % 3]),t,\($0 % 2)\n" }.joined(), own = #"{"role": "feature"}"#
    let others = (0..<6).map { _ in "\(test),test,1\n" }.joined(), text = "a,part,y\n\(rows)\(others)"
    let found = ColumnKindTests.sentence { try Self.prepare(own, text) }
    #expect(
      found
        == "t.csv: line 26, column 'a': all training rows have \(kind) there, and '\(test)' is none of these; "
        + "correct the cell, or make words of them all with \"columns\": {\"a\": {\"kind\": \"categorical\"}} in 'data'"
    )
    // Where somebody has said it, or training rows have words too, they are categories.
    #expect(try Self.prepare(#"{"kind": "categorical"}"#, text).description.featureCount >= 2)
    let mixed = try Self.prepare(own, "a,part,y\n\(rows)word,t,0\n\(others)")
    #expect(mixed.description.featureNames.contains("a=word"))
    // Without parts all rows decide.
    #expect(try Self.prepare(own, text, cut: "").description.featureNames.contains("a=\(test)"))
  }

  @Test("a feature says where a cell is missing where training rows miss one")
  func indicators() throws {
    let rule = #"{"missing": "median", "indicator": true}"#, later = "a,b,part,y\n1,5,t,0\n2,,t,1\n3,7,t,0\n,8,test,1\n"
    let columns = #"{"a": \#(rule), "b": \#(rule), "part": {"role": "drop"}}"#
    let data = try ColumnKindTests.prepare(later, columns, keys: #""targets": "y""#, Self.cut)
    #expect(data.description.featureNames == ["a", "b", "b.missing"] && data.description.featureShape == [3])
    let note = "t.csv: nothing is missing in the training rows of 'a', so that no feature says where"
    #expect(data.notes.contains(note), "\(data.notes)")
    let rows = ColumnKindTests.rows(data)
    #expect(rows.map { $0[2] } == [0, 1, 0, 0] && rows[3][0].isNaN && rows[3][1] == 8)
    let whole = try ColumnKindTests.prepare(later, columns, keys: #""targets": "y""#)
    #expect(whole.description.featureNames == ["a", "a.missing", "b", "b.missing"] && !whole.notes.contains(note))
  }

  @Test("that all rows have told booleans and dates is said where parts are cut")
  func toldFromAll() throws {
    let text = "a,part,y\nyes,t,0\nno,t,1\nyes,test,1\n", words = "told from the rows of all parts"
    let own = #"{"role": "feature"}"#
    #expect(try Self.prepare(own, text).notes.contains { $0.contains(words) })
    #expect(try !Self.prepare(own, text, cut: "").notes.contains { $0.contains(words) })
    #expect(try !Self.prepare(own).notes.contains { $0.contains(words) })
  }

  @Test("the test rows are read again for a model as they were, and other sources follow what its rules say")
  func again() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", Self.table)
    let section = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "columns": {"part": {"role": "drop"}}\#(Self.cut)}"#
    )
    let trained = try section.prepare(in: directory.context, targets: .classes, seed: 1)
    let description = try DataDescription(json(trained.description.configValue.compactText))
    let again = try DataPreparation(testRowsOf: section, like: description, in: directory.context, seed: 1)
    #expect(again.description.counts == [0, 0, 2])
    #expect(ColumnKindTests.rows(again) == ColumnKindTests.rows(trained))
    let source = try format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#)
    let found = ColumnKindTests.sentence {
      try DataPreparation(source, like: description, targets: .classes, in: directory.context)
    }
    #expect(
      found.contains("line 8, column 'a': the category 'violet' does not occur in the training rows; known: blue"),
      "\(found)")
  }

  @Test("nothing is said of pooling where no rule asks for it")
  func quiet() throws {
    #expect(try !Self.prepare(#"{"kind": "categorical", "unknown": "zeros"}"#).notes.contains { $0.contains("pooled") })
    #expect(try Self.prepare(#"{"unknown": "other"}"#).notes.contains { $0.contains("is pooled as rare") })
  }
}
