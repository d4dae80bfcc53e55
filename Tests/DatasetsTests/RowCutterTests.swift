import Specs
import TestSupport
import Testing

@testable import Datasets

/// Parts cut by columns of the training source, from the config to the rows.
@Suite struct RowCutterTests {
  static let train = #""train": {"format": "csv", "path": "t.csv", "targets": "y"}"#
  /// All columns are features but those that cut.
  static let all = #""train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": ["s", "t"]}"#
  /// One is.
  static let first = #""train": {"format": "csv", "path": "t.csv", "targets": "y", "features": ["a"]}"#

  /// What a table with the columns a, g, t, s, y becomes; a is the row's number.
  private func prepare(
    _ keys: String, _ table: String, train: String = Self.train, targets: TargetDemand = .values, seed: UInt64 = 4,
    others: [String: String] = [:]
  ) throws -> (data: DataPreparation, again: [Int]?) {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", table)
    for (name, text) in others { try directory.write(name, text) }
    let section = try section("{\(train), \(keys)}")
    let data = try section.prepare(in: directory.context, targets: targets, seed: seed)
    guard section.test != nil else { return (data, nil) }
    let again = try DataPreparation(
      testRowsOf: section, like: data.description, in: directory.context, seed: seed)
    return (data, again.origin(of: .test).rows)
  }

  private func rows(_ data: DataPreparation) -> [[Int]] { DataPart.allCases.map { data.origin(of: $0).rows } }

  private func sentence(
    _ keys: String, _ table: String, train: String = Self.train, targets: TargetDemand = .values
  ) -> String {
    do {
      _ = try prepare(keys, table, train: train, targets: targets)
      return "no error"
    } catch let error as DataError {
      return error.sentence
    } catch let error as ConfigError {
      return error.sentence
    } catch {
      return "\(error)"
    }
  }

  /// A table with groups of different sizes, times with ties and a column that names the part.
  private static func table(_ count: Int, seed: UInt64) -> (text: String, groups: [Int], times: [Int], names: [String])
  {
    var generator = TestGenerator(state: seed)
    let groups = (0..<count).map { _ in Int(generator.next() % UInt64(1 + generator.next() % 30)) }
    let times = (0..<count).map { _ in Int(generator.next() % 40) }
    let names = (0..<count).map { _ in ["train", "train", "train", "val", "test"][Int(generator.next() % 5)] }
    // Numbers of groups are written in several ways.
    let lines = (0..<count).map { row in
      "\(row),\(groups[row])\(row % 3 == 0 ? ".0" : ""),2024-01-01T00:\(10 + times[row]),\(names[row]),\(row % 2)"
    }
    return ("a,g,t,s,y\n" + lines.joined(separator: "\n") + "\n", groups, times, names)
  }

  @Test("no group stands in two parts, and the same rows are found again", arguments: 0..<12 as Range<UInt64>)
  func groups(seed: UInt64) throws {
    let table = Self.table(200 + Int(seed) * 37, seed: seed + 1)
    let keys = #""validation": {"fraction": 0.1, "group": "g"}, "test": {"fraction": 0.25, "group": "g"}"#
    let (data, again) = try prepare(keys, table.text, train: Self.all, seed: seed)
    let parts = rows(data)
    #expect(parts.joined().sorted() == Array(table.groups.indices) && again == parts[2])
    let groups = parts.map { Set($0.map { table.groups[$0] }) }
    #expect(groups[0].isDisjoint(with: groups[1]) && groups[0].isDisjoint(with: groups[2]))
    #expect(groups[1].isDisjoint(with: groups[2]))
    for (part, share) in [(1, 0.1), (2, 0.25)] {
      #expect(abs(Double(parts[part].count) / Double(table.groups.count) - share) < 0.04)
    }
    #expect(data.notes.contains { $0.hasPrefix("t.csv: test: ") && $0.contains(" groups of column 'g'") })
    // What cuts is no feature.
    #expect(data.description.featureNames.contains("a") && !data.description.featureNames.contains("g"))
    #expect(rows(try prepare(keys, table.text, train: Self.all, seed: seed).data) == parts)
    #expect(rows(try prepare(keys, table.text, train: Self.all, seed: seed + 1).data) != parts)
    // Negative control: at random, groups are torn apart.
    let torn = rows(try prepare(#""test": {"fraction": 0.25}"#, table.text, train: Self.all, seed: seed).data)
    #expect(!Set(torn[0].map { table.groups[$0] }).isDisjoint(with: torn[2].map { table.groups[$0] }))
  }

  @Test("the test part is the last in time, and no time stands in two parts", arguments: 0..<8 as Range<UInt64>)
  func times(seed: UInt64) throws {
    let table = Self.table(300, seed: seed + 70)
    let (data, again) = try prepare(
      #""validation": {"fraction": 0.1, "time": "t"}, "test": {"fraction": 0.2, "time": "t"}"#, table.text,
      train: Self.first, seed: seed)
    let parts = rows(data), times = parts.map { $0.map { table.times[$0] } }
    #expect(parts.joined().sorted() == Array(0..<300) && again == parts[2])
    let ends = times.map { ($0.min() ?? 0, $0.max() ?? 0) }
    #expect(ends[0].1 < ends[1].0 && ends[1].1 < ends[2].0, "\(ends)")
    #expect(abs(parts[2].count - 60) < 15 && abs(parts[1].count - 30) < 15)
    let first = "2024-01-01T00:\(10 + ends[2].0)"
    #expect(data.notes.contains { $0.hasSuffix("from column 't' '\(first)' on") }, "\(data.notes)")
  }

  @Test("rows are taken by the values of a column, and all others are training")
  func values() throws {
    let table = Self.table(120, seed: 3)
    let (data, again) = try prepare(
      #""validation": {"column": "s", "values": "val"}, "test": {"column": "s", "values": ["test"]}"#, table.text,
      train: Self.first)
    for (part, name) in zip(rows(data), ["train", "val", "test"]) {
      #expect(part == table.names.indices.filter { table.names[$0] == name })
    }
    #expect(again == rows(data)[2])
    #expect(
      data.notes.contains { $0.contains("whose column 's' is 'test'; of the others it is 'train' ") }, "\(data.notes)")
  }

  @Test(
    "numbers are equal however they are written, texts character by character",
    arguments: [
      ("[2]", ["2", "2.0", "+2", "02"]), (#"["2"]"#, ["2", "2.0", "+2"]), (#""02""#, ["02"]),
      (#"["b", 1]"#, ["b", "1"]),
      (#"["B"]"#, []),
    ])
  func matching(values: String, matched: [String]) throws {
    let cells = ["2", "2.0", "+2", "02", "b", "1", "20", "bb", "", "NA"]
    let table = "a,s,y\n" + cells.enumerated().map { "\($0),\($1),\($0 % 2)\n" }.joined()
    let keys = #""test": {"column": "s", "values": \#(values)}"#
    guard !matched.isEmpty else {
      #expect(sentence(keys, table).contains("no row has 'B' in column 's'; did you mean 'b'? known: "))
      return
    }
    #expect(rows(try prepare(keys, table).data)[2].map { cells[$0] } == matched)
  }

  @Test("kinds of parts go together where that has a meaning")
  func mixed() throws {
    let table = Self.table(240, seed: 9), file = "a,y\n1000,0\n1001,1\n"
    let all = Array(0..<240)
    // A column decides the test part, and groups of what is left are validation.
    var (data, again) = try prepare(
      #""validation": {"fraction": 0.1, "group": "a"}, "test": {"column": "s", "values": ["test"]}"#, table.text,
      train: Self.first)
    #expect(rows(data).joined().sorted() == all && again == rows(data)[2] && rows(data)[1].count == 24)
    // Time decides, and the others are at random.
    (data, again) = try prepare(
      #""validation": {"fraction": 0.1}, "test": {"fraction": 0.2, "time": "t"}"#, table.text, train: Self.first,
      targets: .classes)
    #expect(rows(data).joined().sorted() == all && again == rows(data)[2] && rows(data)[1].count == 24)
    let last = rows(data)[2].map { table.times[$0] }.min() ?? 0
    #expect((rows(data)[0] + rows(data)[1]).allSatisfy { table.times[$0] < last })
    // A file beside a column.
    data = try prepare(
      #""validation": {"fraction": 0.2, "time": "a"}, "test": {"format": "csv", "path": "v.csv", "targets": "y"}"#,
      table.text, train: Self.first, others: ["v.csv": file]
    ).data
    #expect(rows(data)[1] == Array(192..<240) && rows(data)[2] == [0, 1])
    // Groups that are torn by a column are nobody's; those that are left are enough.
    let torn = "a,g,s,y\n" + (0..<40).map { "\($0),\($0 / 4),\($0 == 0 ? "test" : "x"),0\n" }.joined()
    data = try prepare(
      #""validation": {"fraction": 0.2, "group": "g"}, "test": {"column": "s", "values": ["test"]}"#, torn
    ).data
    #expect(rows(data)[1].count == 8 && rows(data)[1].allSatisfy { $0 >= 4 } && rows(data)[2] == [0])
    #expect(
      data.notes.contains { $0.contains("3 training rows are of a group of column 'g' that has rows in another") })
  }

  @Test("a column that is listed is a feature as well; a table without header gives its index")
  func columns() throws {
    let rows = (0..<30).map { "\($0),\($0 / 3),\($0 % 2)" }.joined(separator: "\n")
    let listed = try prepare(
      #""test": {"fraction": 0.2, "group": "g"}"#, "a,g,y\n" + rows,
      train: #""train": {"format": "csv", "path": "t.csv", "targets": "y", "features": ["g", "a"]}"#)
    #expect(listed.data.description.featureNames == ["g", "a"] && listed.again == self.rows(listed.data)[2])
    let plain = try prepare(
      #""test": {"fraction": 0.2, "group": 1}"#, rows,
      train: #""train": {"format": "csv", "path": "t.csv", "targets": 2, "header": false}"#)
    #expect(plain.data.description.featureNames == ["0"] && self.rows(plain.data) == self.rows(listed.data))
    #expect(plain.again == self.rows(plain.data)[2])
  }

  @Test("rows that are left out do not move the parts of others' groups")
  func dropped() throws {
    let cells = (0..<60).map { "\($0 % 7 == 2 ? "NA" : "\($0)"),p\($0 / 6),\($0 % 2)" }
    let (data, again) = try prepare(
      #""test": {"fraction": 0.2, "group": "g"}, "missing": "drop_row""#, "a,g,y\n" + cells.joined(separator: "\n"))
    let parts = rows(data), source = data.trainingOrigin.source
    func groups(_ part: [Int]) -> Set<String> {
      Set(part.map { row in String(cells[(Int(source.place(row).dropFirst(5)) ?? 0) - 2].split(separator: ",")[1]) })
    }
    #expect(groups(parts[0]).isDisjoint(with: groups(parts[2])) && again == parts[2] && parts[0].count > 30)
  }

  @Test("another file of the same number of rows is not cut as if it were the same")
  func otherRows() throws {
    let directory = try TemporaryDirectory()
    let section = try section(#"{\#(Self.train), "test": {"column": "s", "values": ["test"]}}"#)
    func table(_ tests: Int) -> String {
      "a,s,y\n" + (0..<20).map { "\($0),\($0 < tests ? "test" : "x"),0\n" }.joined()
    }
    try directory.write("t.csv", table(5))
    let data = try section.prepare(in: directory.context, targets: .values, seed: 1)
    try directory.write("t.csv", table(6))
    let error = #expect(throws: DataError.self) {
      try DataPreparation(testRowsOf: section, like: data.description, in: directory.context, seed: 1)
    }
    #expect(
      error?.sentence
        == "t.csv: gives 6 rows to test, and gave 5 when the model was trained; which rows were its test rows cannot be told any more; give --data SOURCE.json"
    )
  }

  @Test("classes that training does not have are told")
  func classes() throws {
    let table = "a,t,y\n" + (0..<20).map { "\($0),\($0),\($0 < 17 ? $0 % 2 : 2)\n" }.joined()
    let (data, _) = try prepare(#""test": {"fraction": 0.2, "time": "t"}"#, table, targets: .classes)
    #expect(data.notes.contains { $0.contains("1 class of validation or test has no training row") }, "\(data.notes)")
  }

  @Test("what cannot be cut is one sentence")
  func refused() throws {
    let table = "a,g,t,s,y\n1,p,2024-01-01,test,0\n2,p,2024-01-02,train,1\n3,q,2024-01-02,train,0\n4,,x,train,1\n"
    func test(_ keys: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
      let found = sentence(keys, table, train: Self.first)
      #expect(found.contains(expected), "\(found)", sourceLocation: sourceLocation)
    }
    test(
      #""test": {"fraction": 0.3, "group": "G"}"#, "t.csv: has no column 'G'; did you mean 'g'? known: a, g, t, s, y")
    test(
      #""test": {"fraction": 0.3, "group": "g"}"#,
      "t.csv: line 5, column 'g': the value is missing, and data.test.group cuts rows by it; fill it in, or remove the row"
    )
    test(
      #""test": {"fraction": 0.3, "time": "t"}"#,
      "t.csv: line 5, column 't': 'x' has no place in time, and data.test.time cuts rows by it; all values must be numbers, or dates"
    )
    test(
      #""test": {"column": "s", "values": ["tets"]}"#,
      "t.csv: data.test.values: no row has 'tets' in column 's'; did you mean 'test'? known: test, train")
    test(
      #""validation": {"column": "s", "values": ["train"]}, "test": {"column": "a", "values": [2, 3, 1]}"#,
      "t.csv: line 3: the row belongs to validation by column 's' and to test by column 'a' (as do 2 rows); each row can be"
    )
    test(
      #""test": {"column": "s", "values": ["test", "train"]}"#,
      "t.csv: 'validation' and 'test' take all 4 rows, and none is left to learn from; take fewer")
    test(
      #""test": {"fraction": 0.3, "group": "y"}"#,
      "t.csv: data.test.group names column 'y', which is a target: the parts would hold other targets than each other")
    test(
      #""test": {"fraction": 0.3, "group": 1}"#,
      "t.csv: data.test.group names column 1 by its index, but the file has a header; give the column's name in quotes")
    test(
      #""test": {"fraction": 0.01, "time": "a"}"#,
      "t.csv: data.test.fraction: 0.01 of 4 rows leaves no row for it; use a larger")
    let groups = "a,g,y\n" + (0..<20).map { "\($0),\($0 / 10),0\n" }.joined()
    #expect(
      sentence(
        #""validation": {"fraction": 0.2, "group": "g"}, "test": {"fraction": 0.2, "group": "g"}"#, groups
      ).contains("data.validation.group: column 'g' has 2 groups, and 3 parts need one each at least"))
    #expect(
      sentence(#""test": {"fraction": 0.2, "group": "g"}"#, groups).contains(
        "data.test.group: the smallest of the 2 groups that could be taken of column 'g' has 10 rows, and the fraction asks for 4"
      ))
    #expect(
      sentence(#""test": {"fraction": 0.2, "time": "g"}"#, groups).contains(
        "data.test.time: 10 rows have the last value that could be taken of column 'g', '1', and the fraction asks for 4"
      ))
    #expect(
      sentence(
        #""validation": {"fraction": 0.2, "time": "g"}, "test": {"fraction": 0.5, "time": "g"}"#, groups
      ).contains("column 'g' has 2 different values, and 3 parts need one each at least"))
    #expect(
      sentence(
        #""test": {"fraction": 0.2, "group": "a"}"#, "1,2,3\n4,5,6\n",
        train: #""train": {"format": "csv", "path": "t.csv", "targets": 2, "header": false}"#
      )
      .contains("data.test.group names column 'a', but 'header' is false; give the column's index from 0, or"))
    #expect(
      sentence(
        #""test": {"fraction": 0.2, "group": "patient"}"#, "",
        train: #""train": {"format": "synthetic", "examples": 9, "features": 2}"#
      ).contains(
        "data.test.group names column 'patient', and this source has no columns to cut rows by; take a fraction"))
    #expect(
      sentence(#""test": {"fraction": 0.5, "time": "t"}"#, "a,t,y\n1,2024-01-01T00:00Z,0\n2,2024-01-01T01:00,0\n")
        .contains("line 3, column 't': '2024-01-01T01:00' and an earlier row differ in whether they name a time zone"))
  }

  @Test(
    "keys that do not go together are refused when the config is read",
    arguments: [
      (#""test": {"group": "g"}"#, "data.test: key 'fraction' is required: of the training source"),
      (
        #""test": {"column": "s"}"#,
        "data.test: key 'values' is required: the values of that column whose rows are taken"
      ),
      (#""test": {"values": ["s"]}"#, "data.test: key 'column' is required"),
      (#""test": {"column": "s", "values": []}"#, "data.test.values: expected at least one value, found an empty list"),
      (
        #""test": {"column": "s", "values": [true]}"#,
        "data.test.values[0]: expected text or a number, found true or false (true); put the value in quotes, as it stands in the column"
      ),
      (
        #""test": {"column": "s", "values": ["a"], "fraction": 0.1}"#,
        "data.test.fraction: 'column' and 'values' say which rows are taken, all that have one of the values; remove 'fraction'"
      ),
      (
        #""test": {"fraction": 0.1, "group": "g", "time": "t"}"#,
        "data.test.time: rows are cut by 'group' or by 'time', not by both; remove one of the keys"
      ),
      (
        #""test": {"fraction": 0.1, "grop": "g"}"#,
        "data.test.grop: unknown key; did you mean 'group'? known: fraction, group, time"
      ),
      (
        #""test": {"fraction": 0.1, "group": 1.5}"#,
        "data.test.group: expected a column's name, or its index from 0 where the file has"
      ),
      (
        #""validation": {"fraction": 0.1}, "test": {"fraction": 0.1, "group": "g"}"#,
        #"data.test: one of 'validation' and 'test' takes whole groups and the other single rows at random, which would tear groups apart; give both "group": "g""#
      ),
      (
        #""validation": {"fraction": 0.1, "time": "t"}, "test": {"fraction": 0.1, "group": "g"}"#,
        "data.test: one of 'validation' and 'test' is cut by group and the other by time, and a group may stand in several times"
      ),
      (
        #""validation": {"fraction": 0.1, "group": "h"}, "test": {"fraction": 0.1, "group": "g"}"#,
        "data.test: 'validation' is cut by groups of column 'h' and 'test' by groups of column 'g'; give both the same column"
      ),
      (
        #""validation": {"fraction": 0.1, "time": "h"}, "test": {"fraction": 0.1, "time": "g"}"#,
        "data.test: 'validation' is cut by time in column 'h' and 'test' in column 'g'; give both the same column"
      ),
      (
        #""validation": {"fraction": 0.5, "time": "t"}, "test": {"fraction": 0.5, "time": "t"}"#,
        "data.test: 'validation' and 'test' together take every row; their fractions must add up to less than 1"
      ),
    ])
  func config(keys: String, expected: String) {
    let found = sentence(keys, "a,y\n1,2\n")
    #expect(found.contains(expected), "\(found)")
  }

  @Test("what is read is written, and read again as the same")
  func resolved() throws {
    for keys in [
      #""test": {"fraction": 0.2, "group": "g"}"#, #""test": {"fraction": 0.2, "time": 3}"#,
      #""test": {"column": "s", "values": ["a", 1, 0.5]}"#, #""test": {"column": "s", "values": "b"}"#,
    ] {
      func read(_ value: ConfigValue) throws -> (DataSection, ConfigValue) {
        try FieldReader.readObject(value, path: "data") { fields throws(ConfigError) in try DataSection(from: fields) }
      }
      let (section, text) = try read(json("{\(Self.train), \(keys)}")), (again, written) = try read(text)
      #expect(written == text && again.test?.choice == section.test?.choice && section.test?.choice != nil)
    }
  }
}
