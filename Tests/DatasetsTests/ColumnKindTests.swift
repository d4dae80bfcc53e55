import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// What the columns of a table are taken for, and what their cells become.
@Suite struct ColumnKindTests {
  /// A table, read with the rules of its columns.
  static func prepare(
    _ text: String, _ columns: String = "{}", keys: String = #""targets": "y""#, _ more: String = "",
    targets: TargetDemand = .classes
  ) throws -> DataPreparation {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", text)
    let train = #"{"format": "csv", "path": "t.csv"\#(keys.isEmpty ? "" : ", \(keys)")}"#
    return try section(#"{"train": \#(train), "columns": \#(columns)\#(more)}"#).prepare(
      in: directory.context, targets: targets, seed: 1)
  }

  static func sentence(_ body: () throws -> DataPreparation) -> String {
    do {
      _ = try body()
      return "accepted"
    } catch { return (error as? any ReportableError)?.sentence ?? "\(error)" }
  }

  /// A column `a` of some cells beside a target.
  static func column(_ cells: [String]) -> String {
    "a,y\n" + cells.enumerated().map { "\"\($1)\",\($0 % 2)\n" }.joined()
  }

  /// The features of the training table's rows as they were read.
  static func rows(_ preparation: DataPreparation) -> [[Double]] {
    let table = preparation.sources[0].table, width = table.featureShape.count
    var rows: [[Double]] = []
    table.forEachRow(0..<table.count) { _, values in rows.append((0..<width).map { values[$0] }) }
    return rows
  }

  @Test("columns of which nothing is said")
  func inferred() throws {
    for (cells, names) in [
      (["1", "2.5", "-3e2"], ["a"]), (["yes", "no", "Yes"], ["a"]), (["T", "f", "t"], ["a"]),
      (["on", "OFF", "on"], ["a"]),
      (["true", "0", "1"], ["a"]),
      (["red", "blue", "red"], ["a=blue", "a=red"]), (["1", "2+", "2+"], ["a=1", "a=2+"]),
      (
        ["2024-01-31", "2024/02/29", "2023-12-31"],
        ["a.year", "a.month_sin", "a.month_cos", "a.day", "a.weekday_sin", "a.weekday_cos", "a.days"]
      ),
      (
        ["2024-01-31 10:00", "2024-02-29T00:00:00Z", "2023-12-31"],
        [
          "a.year", "a.month_sin", "a.month_cos", "a.day", "a.weekday_sin", "a.weekday_cos", "a.hour_sin",
          "a.hour_cos", "a.days",
        ]
      ),
    ] {
      let data = try Self.prepare(Self.column(cells))
      #expect(data.description.featureNames == names, "\(cells)")
      let isSaid = data.notes.contains { $0.hasPrefix("t.csv: kinds of columns, read from their cells: ") }
      #expect(isSaid == (names != ["a"] || Double(cells[0]) == nil), "\(cells): \(data.notes)")
    }
  }

  @Test("a word late in a column of numbers makes the whole file be looked at")
  func late() throws {
    let cells = (0..<30).map { "\($0 % 3)" } + (0..<30).map { _ in "other" }
    let data = try Self.prepare(Self.column(cells))
    #expect(data.description.featureNames == ["a=0", "a=1", "a=2", "a=other"])
    let few = (0..<99).map(String.init) + ["other"]
    #expect(
      Self.sentence { try Self.prepare(Self.column(few)) }.contains(
        "line 101, column 'a': 'other' is not a number; correct the cell"))
  }

  @Test("of many columns those with numbers alone are told from the others")
  func wide() throws {
    let names = (0..<300).map { "c\($0)" }
    let rows = (0..<8).map { row in
      (0..<300).map {
        $0 == 7 ? (row < 6 ? "\(row % 2)" : "w") : $0 == 150 ? (row % 2 == 0 ? "yes" : "no") : "\($0 + row)"
      }
      .joined(separator: ",") + ",\(row % 2)\n"
    }
    let text = names.joined(separator: ",") + ",y\n" + rows.joined()
    let found = Self.sentence { try Self.prepare(text) }
    #expect(
      found.hasPrefix("t.csv: cells that cannot be used (of 8 rows): 'c7': 2 of text (first in line 8, 'w')"),
      "\(found)")
    let data = try Self.prepare(text, #"{"c7": {"kind": "categorical"}}"#)
    #expect(data.description.featureCount == 302)
    #expect(
      data.notes.first == "t.csv: kinds of columns, read from their cells: boolean 'c150'; set others in data.columns")
  }

  @Test(
    "booleans in the usual spellings",
    arguments: [("true", "false"), ("Yes", "NO"), ("y", "N"), ("T", "f"), ("ON", "off")])
  func booleans(yes: String, no: String) throws {
    #expect(Self.rows(try Self.prepare(Self.column([yes, no, yes]))) == [[1], [0], [1]])
    let stated = try Self.prepare(Self.column([yes, "0", "1", no]), #"{"a": {"kind": "boolean"}}"#)
    #expect(Self.rows(stated) == [[1], [0], [1], [0]])
    #expect(stated.description.columns[0].reading == .boolean)
    #expect(stated.description.columns[0].transform == NormalizationMethod.none)
  }

  @Test("dates become parts, of these only the numbers are brought to a scale")
  func dates() throws {
    let data = try Self.prepare(
      Self.column(["2024-02-29", "2023-12-31"]), #"{"a": {"parts": ["year", "month", "weekday", "month_sin", "days"]}}"#
    )
    #expect(
      Self.rows(data) == [[2024, 2, 3, 0.5, 19782], [2023, 12, 6, -0.5, 19722]])
    #expect(data.description.columns.map(\.transform) == [nil, nil, nil, NormalizationMethod.none, nil])
    #expect(data.description.columns.allSatisfy { $0.source == "a" })
    let german = try Self.prepare(
      Self.column(["29.02.2024", "1.3.2024"]), #"{"a": {"format": "%d.%m.%Y", "parts": ["days"]}}"#)
    #expect(Self.rows(german) == [[19782], [19783]])
    let clock = try Self.prepare(Self.column(["86400", "0"]), #"{"a": {"format": "unix", "parts": ["days", "hour"]}}"#)
    #expect(Self.rows(clock) == [[1, 0], [0, 0]])
    // Numbers are no dates where nobody says so.
    #expect(Self.rows(try Self.prepare(Self.column(["20240229", "20240301"]))) == [[20_240_229], [20_240_301]])
  }

  @Test("numbers in another style only where it is said, and refused with the rule that says it")
  func styles() throws {
    let text = #"a;b;y"# + "\n1.234,5;€5;0\n2,5;-7 €;1\n"
    let keys = #""targets": "y", "delimiter": ";""#
    let refused = Self.sentence { try Self.prepare(text, keys: keys) }
    let fragment = #"{"a": {"decimal": ",", "thousands": "."}, "b": {"strip": ["€"]}}"#
    // Of each cause the first cell is kept.
    #expect(refused.contains(#"put "columns": \#(fragment) in 'data'"#), "\(refused)")
    #expect(Self.rows(try Self.prepare(text, fragment, keys: keys)) == [[1234.5, 5], [2.5, -7]])
    let target = try Self.prepare(
      "a;y\n1;1,5\n2;2,5\n", #"{"y": {"decimal": ","}}"#, keys: keys, targets: .values)
    #expect(target.sources[0].values == [1.5, 2.5])
    #expect(target.description.targetColumns == [TargetColumn(style: NumberStyle(decimal: ","))])
  }

  @Test("categories: one-hot, in an order, pooled")
  func categories() throws {
    let cells = ["mid", "low", "high", "low"]
    #expect(
      try Self.prepare(Self.column(cells)).description.featureNames == ["a=high", "a=low", "a=mid"])
    let ordered = try Self.prepare(Self.column(cells), #"{"a": {"order": ["low", "mid", "high"]}}"#)
    #expect(Self.rows(ordered) == [[1], [0], [2], [0]] && ordered.description.featureNames == ["a"])
    let pooled = try Self.prepare(Self.column(cells), #"{"a": {"rare_below": 2}}"#)
    #expect(pooled.description.featureNames == ["a=low", "a=other"])
    #expect(Self.rows(pooled) == [[0, 1], [1, 0], [0, 1], [1, 0]])
    #expect(pooled.description.columns[0].pooled == ["high", "mid"])
    #expect(
      pooled.notes.contains(
        "t.csv: 2 categories of 'a' with fewer than 2 rows of the training source are pooled as 'other'"),
      "\(pooled.notes)")
    // 1 and 1.0 are one category, and count together.
    let numbers = try Self.prepare(Self.column(["1", "1.0", "2", "3"]), #"{"a": {"rare_below": 2}}"#)
    #expect(numbers.description.featureNames == ["a=1", "a=other"])
    // A category may have the name.
    let taken = try Self.prepare(Self.column(["other", "other", "u", "missing"]), #"{"a": {"rare_below": 2}}"#)
    #expect(taken.description.featureNames == ["a=other", "a=(other)"])
  }

  @Test("a missing category is one of its own, or none")
  func missingCategories() throws {
    let cells = ["u", "", "v", "NA"]
    let own = try Self.prepare(Self.column(cells), #"{"a": {"missing": "category"}}"#)
    #expect(own.description.featureNames == ["a=u", "a=v", "a=missing"])
    #expect(Self.rows(own) == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]])
    let median = try Self.prepare(Self.column(cells), #"{"a": {"kind": "categorical"}}"#, #", "missing": "median""#)
    #expect(median.description == own.description || median.description.columns == own.description.columns)
    let frequent = try Self.prepare(
      Self.column(cells), #"{"a": {"kind": "categorical", "missing": "most_frequent"}}"#)
    #expect(frequent.description.featureNames == ["a=u", "a=v"])
    #expect(frequent.sources[0].table.features.codes == [[0, -1, 1, -1]])
    let dropped = try Self.prepare(Self.column(cells), #"{"a": {"kind": "categorical", "missing": "drop_row"}}"#)
    #expect(dropped.description.counts == [2, 0, 0])
    #expect(dropped.notes.contains { $0.contains("2 of 4 rows are left out because values are missing ('a' 2)") })
    let taken = try Self.prepare(Self.column(["missing", "", "v", "v"]), #"{"a": {"missing": "category"}}"#)
    #expect(taken.description.featureNames == ["a=missing", "a=v", "a=(missing)"])
  }

  @Test("a missing number is NaN where something stands for it, and a feature says so where that is asked for")
  func missingNumbers() throws {
    let text = "a,b,y\n1,5,0\n,6,1\n3,7,0\n"
    let filled = try Self.prepare(text, #"{"a": {"missing": "median", "indicator": true}}"#)
    #expect(filled.description.featureNames == ["a", "a.missing", "b"])
    #expect(filled.description.columns.map(\.missing) == [.median, .error, .error])
    #expect(filled.description.columns[1].transform == NormalizationMethod.none)
    let rows = Self.rows(filled)
    #expect(rows.map { $0[1] } == [0, 1, 0] && rows[1][0].isNaN && rows.map { $0[2] } == [5, 6, 7])
    // Of a column that misses nothing nothing is learnt.
    let idle = try Self.prepare(text, #"{"*": {"missing": "mean", "indicator": true}}"#)
    #expect(idle.description.featureNames == ["a", "a.missing", "b"])
    #expect(idle.notes.contains("t.csv: nothing is missing in 'b', so that no feature says where"), "\(idle.notes)")
    // `category` is the median with such a feature.
    let category = try Self.prepare(text, "{}", #", "missing": "category""#)
    #expect(category.description.featureNames == ["a", "a.missing", "b"])
    #expect(category.description.columns.map(\.missing) == [.median, .error, .median])
    #expect(
      category.notes.contains {
        $0.contains("its median stands for it, and a feature says so") && $0.hasSuffix("('a')")
      })
    // A rule for one column, and another for the rest.
    #expect(
      Self.sentence { try Self.prepare(text, #"{"a": {"missing": "error"}}"#, #", "missing": "mean""#) }.contains(
        "line 3, column 'a': the cell is empty"))
  }

  @Test("numbers in a style are compared with marks by what they are")
  func marksInStyles() throws {
    let text = "a,y\n\"-999,0\",0\n\"1.500\",1\n\"2,5\",0\n"
    let data = try Self.prepare(
      text, #"{"a": {"decimal": ",", "thousands": ".", "missing": "zero"}}"#,
      keys: #""targets": "y", "missing_values": [-999, 1.5]"#)
    let column = Self.rows(data).map { $0[0] }
    #expect(column[0].isNaN && column[1] == 1500 && column[2] == 2.5)
  }

  @Test("a key wins over a pattern, and a name with a star over what it matches")
  func keysAndPatterns() throws {
    let text = "a,a*,ab,y\n1,2,3,0\n4,5,6,1\n"
    let dropped = try Self.prepare(text, #"{"*": {"role": "drop"}, "a": {"role": "feature"}}"#)
    #expect(dropped.description.featureNames == ["a"] && dropped.description.targetNames == ["y"])
    let named = try Self.prepare(text, #"{"a*": {"role": "drop"}}"#)
    #expect(named.description.featureNames == ["a", "ab"])
  }

  @Test("no row is left out for its group")
  func emptyGroup() throws {
    let text = "a,g,y\n1,u,0\n2,,1\n,v,1\n"
    let data = try Self.prepare(text, #"{"g": {"role": "group"}}"#, #", "missing": "drop_row""#)
    #expect(Self.rows(data) == [[1], [2]])
    #expect(
      Self.sentence { try Self.prepare(text, #"{"g": {"role": "group", "missing": "drop_row"}}"#) }.contains(
        "data.columns.g.missing: is for features"))
  }

  @Test("zero stands for a column that is empty in training")
  func emptyColumn() {
    let text = "a,b,y\n,1,0\n,2,1\n"
    #expect(Self.sentence { try Self.prepare(text, #"{"a": {"missing": "zero"}}"#) } == "accepted")
    #expect(Self.sentence { try Self.prepare(text, #"{"a": {"missing": "mean"}}"#) } != "accepted")
  }

  @Test("roles by rules")
  func roles() throws {
    let text = "a,b,g,i,w,y\n1,2,u,x,1,0\n3,4,v,,2,1\n5,6,u,z,1,0\n"
    let rules =
      #"{"y": {"role": "target"}, "b": {"role": "drop"}, "g": {"role": "group"}, "i": {"role": "id"}, "w": {"role": "weight"}}"#
    let data = try Self.prepare(text, rules, keys: "")
    #expect(data.description.featureNames == ["a"] && data.description.targetNames == ["y"])
    // Prepared data have let go of what cuts parts.
    #expect(data.sources[0].table.keys.isEmpty)
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", text)
    let own = try section(#"{"train": {"format": "csv", "path": "t.csv"}, "columns": \#(rules)}"#)
    var context = directory.context
    context.columns = own.columns
    let table = try own.train.load(in: context)
    try #require(table.keys.count == 2)
    #expect(table.keys.map(\.name) == ["g", "i"] && table.keys.map(\.role) == [.group, .id])
    #expect(table.keys[0].labels(0..<3) == ["u", "v", "u"] && table.keys[1].labels(0..<3) == ["x", "", "z"])
    #expect(table.sampleWeights == [1, 2, 1] && data.description.weight == WeightColumn(name: "w"))
    // Short keys and rules that say the same.
    let both = try Self.prepare(
      text, rules, keys: #""targets": "y", "features": ["a"], "sample_weight": "w""#)
    #expect(both.description.featureNames == ["a"])
    let plain = try Self.prepare(text, keys: #""targets": "y", "features": ["a"], "sample_weight": "w""#)
    #expect(plain.description.weight == nil)
    #expect(Self.rows(plain) == Self.rows(data))
    // Without a header, columns are named by their index.
    let bare = try Self.prepare(
      "1,u,0\n3,v,1\n", #"{"1": {"kind": "categorical"}, "2": {"role": "target"}}"#, keys: #""header": false"#)
    #expect(bare.description.featureNames == ["0", "1=u", "1=v"])
  }

  @Test("patterns: exact names win, then the longest")
  func patterns() throws {
    let text = "x1,x2,x10,y\n1,2,3,0\n4,5,6,1\n"
    let data = try Self.prepare(
      text, #"{"*": {"missing": "zero"}, "x1*": {"role": "drop"}, "x1": {"missing": "mean"}}"#)
    #expect(data.description.columns.map(\.name) == ["x1", "x2"])
    #expect(data.description.columns.map(\.missing) == [.mean, .zero])
    for (name, pattern, isMatch) in [
      ("date", "date*", true), ("date", "*", true), ("a.b.c", "a*c", true), ("abcd", "a*b*d", true),
      ("ab", "a*b*b", false),
      ("aab", "*ab", true), ("", "*", true), ("x", "", false), ("ab", "a", false), ("aXbXc", "*X*X*", true),
      (String(repeating: "a", count: 2000), String(repeating: "a*", count: 60) + "b", false),
    ] { #expect(ColumnRules.matches(name, pattern) == isMatch, "\(name.prefix(9)) \(pattern.prefix(9))") }
  }

  @Test("an input may take all that comes of a column of the file")
  func inputs() throws {
    let data = try Self.prepare(
      "d,a,y\n2024-01-31,1,0\n2024-02-29,,1\n", #"{"a": {"missing": "mean", "indicator": true}}"#)
    let inputs = #"{"inputs": [{"name": "when", "columns": ["d"]}, {"name": "what", "columns": ["a"]}]}"#
    let requests = try FieldRequest.list("inputs", FieldReader(json(inputs), path: "model"))
    let fields = try FieldPlan(
      requests, columns: data.description.columns, featureShape: data.description.featureShape
    ).fields()
    #expect(fields.map(\.runs) == [[0..<7], [7..<9]])
  }

  @Test("a table of numbers alone is read in one pass, and rules that say so change nothing", arguments: 0..<20)
  func numbersAlone(seed: Int) throws {
    var random = TestGenerator(state: UInt64(seed) &* 131 + 7)
    let width = 1 + Int(random.next() % 5), count = 1 + Int(random.next() % 40)
    let values = (0..<count * width).map { _ in
      random.next() % 7 == 0 ? Double(random.next() % 1000) : Double.random(in: -1e9..<1e9, using: &random)
    }
    let rows = (0..<count).map { row in
      values[(row * width)..<((row + 1) * width)].map { "\($0)" }.joined(separator: ",") + ",\(row % 2)\n"
    }
    let text = Array(((0..<width).map { "c\($0)," }.joined() + "y\n" + rows.joined()).utf8)
    let format = try #require(try format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#) as? CSVFormat)
    func read(_ rules: ColumnRules) throws -> (table: Table, again: Int) {
      var context = DataContext(baseDirectory: ""), again = 0
      context.columns = rules
      let sink = DataSink(context)
      var reader = CSVReader(format: format, sink: sink)
      reader.longText = 1
      try reader.read(FileBytes(copying: text)) { () throws(DataError) in
        again += 1
        return try FileBytes(copying: text)
      }
      return (try sink.table(), again)
    }
    var rule = ColumnRule()
    rule.kind = .numeric
    let plain = try read(ColumnRules()), stated = try read(ColumnRules([.init(name: "c*", rule: rule)]))
    #expect(plain.again == 0 && stated.again == 0 && plain.table.notes.isEmpty)
    #expect(plain.table.columns == (0..<width).map { FeatureColumn(name: "c\($0)") })
    #expect(plain.table.columns == stated.table.columns)
    #expect(
      plain.table.features.places == [.numbers(0..<width)] && stated.table.features.places == [.numbers(0..<width)])
    for table in [plain.table, stated.table] {
      table.forEachRow(0..<count) { row, found in
        for column in 0..<width { #expect(found[column].bitPattern == values[row * width + column].bitPattern) }
      }
    }
  }

  @Test("negative control: a table with a word is read again from the top")
  func control() throws {
    let text = Array(("a,y\n" + (0..<40).map { "\($0 < 39 ? "1" : "one"),\($0 % 2)\n" }.joined()).utf8)
    let format = try #require(
      try format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#) as? CSVFormat)
    let sink = DataSink(DataContext(baseDirectory: ""))
    var reader = CSVReader(format: format, sink: sink), again = 0
    reader.longText = 1
    let error = #expect(throws: DataError.self) {
      try reader.read(FileBytes(copying: text)) { () throws(DataError) in
        again += 1
        return try FileBytes(copying: text)
      }
    }
    #expect(again > 0 && error?.sentence.contains("'one' is not a number") == true)
  }
}
