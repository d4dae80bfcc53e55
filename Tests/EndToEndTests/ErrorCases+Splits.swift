import Foundation

/// Parts that cannot be cut as the config asks.
extension ErrorCase {
  /// A table of ten rows: a feature, patients, days, a column that names parts, a target.
  private static let split =
    "a,patient,day,part,y\n"
    + (0..<10).map { "\($0),p\($0 / 4),2024-01-0\(1 + $0 / 2),\($0 < 7 ? "train" : "test"),\($0 % 2)\n" }.joined()

  private static func cut(
    _ name: String, _ parts: String, _ table: String = split, keys: String = #""targets": "y", "features": ["a"]"#,
    code: Int32 = 65, ranks: [Int] = [0], says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "splits: \(name)",
      overrides: [#"data={"train": {"format": "csv", "path": "data.csv", \#(keys)}, \#(parts)}"#],
      files: ["data.csv": Array(table.utf8)], code: code, ranks: ranks, says: says)
  }

  private static func without(_ column: String, line: Int) -> String {
    let lines = split.split(separator: "\n")
    return lines.enumerated().map { index, text in
      var cells = text.split(separator: ",").map(String.init)
      if index + 1 == line { cells[column == "day" ? 2 : 1] = "" }
      return cells.joined(separator: ",") + "\n"
    }.joined()
  }

  /// 24 training rows with numbers, six test rows with words.
  private static let wordsInTest =
    "a,part,y\n"
    + (0..<30).map { $0 < 24 ? "\(1 + $0 % 3),t,\($0 % 2)\n" : "word,test,\($0 % 2)\n" }.joined()

  static let splits: [ErrorCase] = [
    cut(
      "words in test rows where training rows have numbers", #""test": {"column": "part", "values": "test"}"#,
      wordsInTest, ranks: [0, 2],
      says: "data.csv: line 26, column 'a': all training rows have numbers there, and 'word' is none of these;"),
    cut(
      "a column that is not there", #""test": {"fraction": 0.2, "group": "patien"}"#, code: 78, ranks: [0, 2],
      says: "data.csv: has no column 'patien'; did you mean 'patient'? known: a, patient, day, part, y"),
    cut(
      "a column by index beside a header", #""test": {"fraction": 0.2, "time": 2}"#, code: 78,
      says:
        "data.csv: data.test.time names column 2 by its index, but the file has a header; give the column's name in quotes"
    ),
    cut(
      "a name without header", #""validation": {"column": "part", "values": 3}"#, "1,2,3\n4,5,6\n",
      keys: #""header": false, "targets": 2"#, code: 78,
      says: "data.validation.column names column 'part', but 'header' is false; give the column's index from 0"),
    cut(
      "an index that is not there", #""validation": {"column": 9, "values": 3}"#, "1,2,3\n4,5,6\n",
      keys: #""header": false, "targets": 2"#, code: 78,
      says: "data.csv: has no column 9; its 3 columns count from 0 to 2"),
    cut(
      "the target", #""test": {"fraction": 0.2, "group": "y"}"#, code: 78,
      says: "data.test.group names column 'y', which is a target"),
    ErrorCase(
      name: "splits: data without columns",
      overrides: [
        #"data={"train": {"format": "synthetic", "examples": 50, "features": 3}, "test": {"fraction": 0.2, "group": "patient"}}"#
      ], code: 78,
      says:
        "data.test.group names column 'patient', and this source has no columns to cut rows by; take a fraction at random"
    ),
    cut(
      "a group is missing", #""test": {"fraction": 0.2, "group": "patient"}"#, without("patient", line: 6),
      ranks: [0, 2],
      says: "data.csv: line 6, column 'patient': the value is missing, and data.test.group cuts rows by it; fill it in"),
    cut(
      "a time is missing", #""test": {"fraction": 0.2, "time": "day"}"#, without("day", line: 4),
      says: "data.csv: line 4, column 'day': the value is missing, and data.test.time cuts rows by it; fill it in"),
    cut(
      "no time", #""test": {"fraction": 0.2, "time": "part"}"#,
      says:
        "line 2, column 'part': 'train' has no place in time, and data.test.time cuts rows by it; all values must be numbers"
    ),
    cut(
      "a day that is not in the calendar", #""test": {"fraction": 0.2, "time": "day"}"#,
      split.replacingOccurrences(of: "2024-01-03", with: "2024-02-30"),
      says: "line 6, column 'day': '2024-02-30' has no place in time"),
    cut(
      "zones here and there", #""test": {"fraction": 0.2, "time": "day"}"#,
      split.replacingOccurrences(of: "2024-01-03", with: "2024-01-03T10:00Z")
        .replacingOccurrences(of: "2024-01-04", with: "2024-01-04T10:00"),
      says: "line 8, column 'day': '2024-01-04T10:00' and an earlier row differ in whether they name a time zone"),
    cut(
      "a value that occurs nowhere", #""test": {"column": "part", "values": ["Test"]}"#, code: 78, ranks: [0, 2],
      says: "data.csv: data.test.values: no row has 'Test' in column 'part'; did you mean 'test'? known: test, train"),
    cut(
      "rows of two parts",
      #""validation": {"column": "part", "values": "test"}, "test": {"column": "a", "values": [8, 9, 1]}"#,
      code: 78,
      says: "data.csv: line 10: the row belongs to validation by column 'part' and to test by column 'a' (as do 2 rows)"
    ),
    cut(
      "every row is taken", #""test": {"column": "part", "values": ["train", "test"]}"#,
      says: "data.csv: 'validation' and 'test' take all 10 rows, and none is left to learn from; take fewer"),
    cut(
      "fewer groups than parts",
      #""validation": {"fraction": 0.2, "group": "part"}, "test": {"fraction": 0.2, "group": "part"}"#,
      says: "data.validation.group: column 'part' has 2 groups, and 3 parts need one each at least"),
    cut(
      "groups that a column tears",
      #""validation": {"fraction": 0.2, "group": "part"}, "test": {"column": "a", "values": [0, 9]}"#,
      says: "column 'part' has 0 groups of which no row is in another part, and 2 parts need one each at least"),
    cut(
      "groups that are too large", #""test": {"fraction": 0.1, "group": "patient"}"#,
      says:
        "data.test.group: the smallest of the 3 groups that could be taken of column 'patient' has 2 rows, and the fraction asks for 1"
    ),
    cut(
      "a time that is too large", #""test": {"fraction": 0.1, "time": "day"}"#,
      says:
        "data.test.time: 2 rows have the last value that could be taken of column 'day', '2024-01-05', and the fraction asks for 1"
    ),
    cut(
      "fewer times than parts",
      #""validation": {"fraction": 0.1, "time": "one"}, "test": {"fraction": 0.1, "time": "one"}"#,
      "a,one,y\n" + (0..<10).map { "\($0),\($0 / 5),\($0 % 2)\n" }.joined(),
      says: "column 'one' has 2 different values, and 3 parts need one each at least; equal times stand in one part"),
    cut(
      "a part of no row", #""test": {"fraction": 0.01, "group": "patient"}"#,
      says: "data.test.fraction: 0.01 of 10 rows leaves no row for it; use a larger fraction or more rows"),
    cut(
      "groups and single rows", #""validation": {"fraction": 0.1}, "test": {"fraction": 0.2, "group": "patient"}"#,
      code: 78,
      says:
        #"data.test: one of 'validation' and 'test' takes whole groups and the other single rows at random, which would tear groups apart; give both "group": "patient""#
    ),
    cut(
      "groups and times",
      #""validation": {"fraction": 0.1, "time": "day"}, "test": {"fraction": 0.2, "group": "patient"}"#, code: 78,
      says:
        "data.test: one of 'validation' and 'test' is cut by group and the other by time, and a group may stand in several times"
    ),
    cut(
      "two columns of groups",
      #""validation": {"fraction": 0.1, "group": "part"}, "test": {"fraction": 0.2, "group": "patient"}"#, code: 78,
      says:
        "'validation' is cut by groups of column 'part' and 'test' by groups of column 'patient'; give both the same column"
    ),
    cut(
      "group and time of one part", #""test": {"fraction": 0.2, "group": "patient", "time": "day"}"#, code: 78,
      says: "data.test.time: rows are cut by 'group' or by 'time', not by both; remove one of the keys"),
    cut(
      "no fraction", #""test": {"group": "patient"}"#, code: 78,
      says: "data.test: key 'fraction' is required: of the training source"),
    cut(
      "no values", #""test": {"column": "part"}"#, code: 78,
      says: "data.test: key 'values' is required: the values of that column whose rows are taken"),
    cut(
      "no value", #""test": {"column": "part", "values": []}"#, code: 78,
      says: "data.test.values: expected at least one value, found an empty list"),
    cut(
      "a value that is none", #""test": {"column": "part", "values": [null]}"#, code: 78,
      says: "data.test.values[0]: expected text or a number, found null"),
    cut(
      "a column and a fraction", #""test": {"column": "part", "values": "test", "fraction": 0.2}"#, code: 78,
      says:
        "data.test.fraction: 'column' and 'values' say which rows are taken, all that have one of the values; remove 'fraction'"
    ),
    cut(
      "a misspelt key", #""test": {"fraction": 0.2, "grup": "patient"}"#, code: 78,
      says: "data.test.grup: unknown key; did you mean 'group'? known: fraction, group, time"),
  ]
}
