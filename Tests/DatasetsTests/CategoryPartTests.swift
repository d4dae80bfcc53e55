import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Where parts are cut from the training source, its training rows decide the categories, as in a pipeline of scikit-learn.
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
