import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Other sources follow the description of the training source alone, also once it has been a text.
@Suite struct ColumnFollowTests {
  private static let table = """
    size,colour,when,price,level,vip,y
    1,red,2024-01-31,"1,5",low,yes,0
    2,blue,2024-02-29,"2,5",high,no,1
    ,red,2023-12-31,"3,5",mid,no,0
    4,green,2024-06-01,,low,yes,1

    """
  private static let rules = #"""
    {"size": {"missing": "mean", "indicator": true}, "colour": {"rare_below": 2, "unknown": "other", "missing": "category"},
     "when": {"parts": ["month", "days"], "missing": "median"}, "price": {"decimal": ",", "missing": "zero"},
     "level": {"order": ["low", "mid", "high"], "missing": "most_frequent"}, "vip": {"missing": "median"}}
    """#

  private func follow(
    _ text: String, _ training: DataPreparation, keys: String = "", targets: TargetKind = .none
  ) throws -> DataPreparation {
    // As a model file hands it on. Transforms are for whoever prepares the numbers.
    let description = try DataDescription(json(training.description.configValue.compactText))
    let directory = try TemporaryDirectory()
    try directory.write("u.csv", text)
    let source = try format(#"{"format": "csv", "path": "u.csv"\#(keys.isEmpty ? "" : ", \(keys)")}"#)
    return try DataPreparation(source, like: description, targets: targets, in: directory.context)
  }

  @Test("a description comes back from its text with all that columns are read by")
  func roundTrip() throws {
    let data = try ColumnKindTests.prepare(Self.table, Self.rules)
    let back = try DataDescription(json(data.description.configValue.compactText))
    #expect(back.columns.map(\.reading) == data.description.columns.map(\.reading))
    #expect(back.columns.map(\.source) == data.description.columns.map(\.source))
    #expect(back.columns.map(\.missing) == data.description.columns.map(\.missing))
    #expect(back.columns.map(\.pooled) == data.description.columns.map(\.pooled))
    #expect(back.columns.map(\.otherCategory) == data.description.columns.map(\.otherCategory))
    #expect(back.names.fileColumns == ["size", "colour", "when", "price", "level", "vip"])
  }

  @Test("rows of another source, its columns in another order")
  func rows() throws {
    let training = try ColumnKindTests.prepare(Self.table, Self.rules)
    #expect(
      training.description.featureNames == [
        "size", "size.missing", "colour=red", "colour=other", "when.month", "when.days", "price", "level", "vip",
      ])
    let text = """
      vip,level,extra,price,when,colour,size
      ON,mid,x,"1.234",2024-02-29,violet,
      0,,y,"7",NA,,5

      """
    let error = #expect(throws: DataError.self) { try follow(text, training) }
    #expect(error?.sentence.contains("line 2, column 'price': '1.234' is no number as data.columns says") == true)
    #expect(error?.sentence.contains("write the cell as the training source has them") == true)
    let other = try follow(text.replacingOccurrences(of: "1.234", with: "1,25"), training)
    let rows = ColumnKindTests.rows(other)
    #expect(rows[0].prefix(1).allSatisfy(\.isNaN) && Array(rows[0].dropFirst()) == [1, 0, 1, 2, 19782, 1.25, 1, 1])
    // No row of training missed its colour, so no category stands for that.
    #expect(Array(rows[1].prefix(4)) == [5, 0, 0, 0] && rows[1][4].isNaN && rows[1][5].isNaN)
    #expect(rows[1][6] == 7 && rows[1][7].isNaN && rows[1][8] == 0)
    #expect(
      other.notes == [
        "u.csv: 1 cell of 'colour' is missing, and none was in training; all its features are 0",
        "u.csv: 1 cell of 'colour' is a category that training did not have (first in line 2, 'violet'); counted as 'other'",
      ])
  }

  @Test("a pooled category is no unknown one, and 1 is 1.0 where training had numbers")
  func pooled() throws {
    let training = try ColumnKindTests.prepare(
      "c,y\n1,0\n1.0,1\n2,0\n2,1\n3,0\n", #"{"c": {"kind": "categorical", "rare_below": 2}}"#)
    #expect(training.description.featureNames == ["c=1", "c=2", "c=other"])
    #expect(ColumnKindTests.rows(try follow("c\n+1\n2e0\n3.0\n", training)) == [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    let error = #expect(throws: DataError.self) { try follow("c\n1\n4\n", training) }
    #expect(
      error?.sentence.hasPrefix(
        "u.csv: line 3, column 'c': the category '4' does not occur in the training rows; known: 1, 2; a model takes such"
      )
        == true)
    let words = try ColumnKindTests.prepare("c,y\n01,0\n02,1\n01,1\n", #"{"c": {"kind": "categorical"}}"#)
    #expect(throws: DataError.self) { try follow("c\n1\n", words) }
  }

  @Test(
    "unknown categories", arguments: [("zeros", [0.0, 0.0]), ("other", [0.0, 0.0])])
  func unknown(policy: String, expected: [Double]) throws {
    let training = try ColumnKindTests.prepare("c,y\nu,0\nv,1\nu,1\n", #"{"c": {"unknown": "\#(policy)"}}"#)
    let other = try follow("c\nw\nu\nx\n", training)
    #expect(ColumnKindTests.rows(other) == [expected, [1, 0], expected])
    #expect(
      other.notes == [
        "u.csv: 2 cells of 'c' are categories that training did not have (first in line 2, 'w'); all its features are 0"
      ])
    // Nothing is learnt of a pool that no row of training is in.
    #expect(training.notes.contains { $0.contains("unknown ones are zeros") } == (policy == "other"))
  }

  @Test("targets and weights that rules name are found by their names")
  func roles() throws {
    let training = try ColumnKindTests.prepare(
      "a;y;w\n1;1,5;1\n2;2,5;2\n",
      #"{"y": {"role": "target", "decimal": ",", "missing": "drop_row"}, "w": {"role": "weight"}}"#,
      keys: #""delimiter": ";""#,
      targets: .values)
    let keys = #""delimiter": ";""#
    let other = try follow("w;y;a\n3;0,5;7\n1;;8\n", training, keys: keys, targets: .values)
    #expect(ColumnKindTests.rows(other) == [[7]] && other.sources[0].values == [0.5])
    #expect(other.sources[0].table.sampleWeights == [3])
    #expect(other.notes == ["u.csv: 1 of 2 rows is left out because values are missing ('y' 1)"])
    // Without its weight no row is evaluated as if all weighed the same.
    let error = #expect(throws: DataError.self) { try follow("y;a\n0,5;7\n", training, keys: keys, targets: .values) }
    #expect(error?.sentence.contains("has no column 'w', the weight of each row") == true, "\(error?.sentence ?? "")")
    // To predict, neither need be there.
    #expect(ColumnKindTests.rows(try follow("a\n7\n", training, keys: keys)) == [[7]])
  }

  @Test("a column that is refused where cells are missing is refused by other sources too")
  func statedError() throws {
    let training = try ColumnKindTests.prepare(
      "a,b,y\n1,2,0\n3,,1\n5,6,1\n", #"{"a": {"missing": "error"}}"#, #", "missing": "drop_row""#)
    let error = #expect(throws: DataError.self) { try follow("a,b\n,1\n2,3\n", training) }
    #expect(error?.sentence.contains("column 'a': the cell is empty") == true, "\(error?.sentence ?? "")")
    #expect(ColumnKindTests.rows(try follow("a,b\n1,\n2,3\n", training)) == [[2, 3]])
  }

  @Test("models of earlier builds say nothing of all this")
  func earlier() throws {
    let text = #"""
      {"shape": [3], "columns": [{"name": "a"}, {"name": "c", "categories": ["1", "2"]}], "naming": "header",
       "target_kind": "classes", "class_names": ["0", "1"], "class_labels": "numbers", "target_names": ["y"],
       "has_sample_weights": false, "normalization": {"shift": [0], "scale": [1]},
       "target_normalization": {"shift": [0], "scale": [1]}, "counts": [3, 0, 0], "missing": "drop_row"}
      """#
    let description = try DataDescription(json(text))
    #expect(description.columns == [FeatureColumn(name: "a"), FeatureColumn(name: "c", categories: ["1", "2"])])
    let directory = try TemporaryDirectory()
    try directory.write("u.csv", "a,c,y\n1,2.0,0\n,1,1\n5,NA,1\n")
    let data = try DataPreparation(
      try format(#"{"format": "csv", "path": "u.csv", "targets": "y"}"#), like: description, targets: .classes,
      in: directory.context)
    #expect(ColumnKindTests.rows(data) == [[1, 0, 1]])
    #expect(data.notes == ["u.csv: 2 of 3 rows are left out because values are missing ('a' 1, 'c' 1)"])
  }

  @Test(
    "descriptions that cannot be are refused",
    arguments: [
      #"{"name": "a", "categories": ["u"], "missing_category": 1}"#, #"{"name": "a", "other_category": 0}"#,
      #"{"name": "a", "categories": ["u", "v"], "other_category": 1, "missing_category": 1}"#,
      #"{"name": "a", "categories": ["u", "v"], "pooled": ["w"]}"#, #"{"name": "a", "reading": "date", "part": "era"}"#,
      #"{"name": "a", "reading": "date", "part": "year", "format": "%q"}"#, #"{"name": "a", "reading": "ordinal"}"#,
      #"{"name": "a", "categories": ["u"], "reading": "boolean"}"#, #"{"name": "a", "count": 2, "reading": "missing"}"#,
      #"{"name": "a", "reading": "number", "decimal": "5"}"#, #"{"name": "a", "unknown": "ignore"}"#,
    ])
  func damaged(column: String) {
    #expect(throws: ConfigError.self) {
      try FieldReader.readObject(json(column), path: "columns[0]") { fields throws(ConfigError) in
        try FeatureColumn(from: fields)
      }
    }
  }
}
