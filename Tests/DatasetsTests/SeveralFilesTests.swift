import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Tables in several files.
@Suite struct SeveralFilesTests {
  /// What a table holds, to be compared.
  private struct Content: Equatable {
    var features: [Float]
    var columns: [FeatureColumn]
    var targets: [String]
    var weights: [Double]?
    var dropped: DroppedRows

    init(_ table: Table) throws {
      features = DatasetsTests.features(table)
      (columns, weights, dropped) = (table.columns, table.sampleWeights, table.dropped)
      switch try #require(table.targets) {
      case .numbers(let numbers, let names): targets = names + numbers.map { "\($0)" }
      case .text(let codes, let labels, let name): targets = [name] + codes.map { labels[Int($0)] }
      }
    }
  }

  private static func record(_ cells: [String], _ generator: inout TestGenerator) -> String {
    cells.map { cell in
      let needsQuotes = cell.contains { ",\"\n\r".contains($0) || $0 == "\r\n" }
      let quoted = "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
      return needsQuotes || generator.integer(below: 6) == 0 ? quoted : cell
    }.joined(separator: ",")
  }

  @Test("any cut of a table into files is the same table, and rows are named by file and line")
  func cuts() throws {
    var generator = TestGenerator(state: 18)
    for round in 0..<120 {
      let hasHeader = round % 3 != 0, isText = round % 2 == 0
      let ends: [String] = ["\n", "\r\n", "\r"]
      let names = ["a", "b", "c", "w", "y"]
      let colours = ["red", "blue", "say \"x\"", "two\nlines", "a,b"]
      var rows: [[String]] = []
      for row in 0..<1 + generator.integer(below: 30) {
        let hole = generator.integer(below: 9) == 0 && row > 0
        let word = isText && generator.integer(below: 4) == 0
        rows.append([
          String(generator.integer(below: 1000)), hole ? "" : String(row) + ".5",
          colours[generator.integer(below: colours.count)], String(1 + generator.integer(below: 3)),
          word ? "word" : String(generator.integer(below: 3)),
        ])
      }
      let directory = try TemporaryDirectory()
      // The same in one file.
      let whole = ([names] + rows).dropFirst(hasHeader ? 0 : 1).map { Self.record($0, &generator) }
      try directory.write("whole.csv", whole.joined(separator: "\n") + "\n")
      // Cut anywhere, columns in any order, lines ended in any way.
      var lines: [(file: String, line: Int)] = [], next = 0, count = 0
      repeat {
        let piece = next == 0 ? max(1, generator.integer(below: 12)) : generator.integer(below: 12)
        let part = rows[next..<min(rows.count, next + piece)], end = ends[generator.integer(below: 3)]
        if part.isEmpty && !hasHeader { continue }
        var order = Array(0..<5)
        if hasHeader, count > 0, generator.integer(below: 2) == 0 { order.shuffle(using: &generator) }
        let file = String(format: "part-%02d.csv", count), isZstd = generator.integer(below: 3) == 0
        var text = generator.integer(below: 4) == 0 ? "\u{feff}" : "", line = 1
        if hasHeader {
          text += Self.record(order.map { names[$0] }, &generator) + end
          line += 1
        }
        for row in part {
          lines.append((file, line))
          text += Self.record(order.map { row[$0] }, &generator) + end
          line += 1 + row.count { $0.contains("\n") }
        }
        let tail = generator.integer(below: 3)
        if tail == 0 { text.unicodeScalars.removeLast(end.unicodeScalars.count) } else if tail == 1 { text += end }
        try directory.write(file, isZstd ? ZstdTests.stored(Array(text.utf8)) : Array(text.utf8))
        next += part.count
        count += 1
      } while next < rows.count
      let keys =
        hasHeader
        ? #""targets": "y", "categorical": "c", "sample_weight": "w""#
        : #""header": false, "targets": 4, "categorical": 2, "sample_weight": 3"#
      var context = directory.context
      context.missing.policy = .dropRow
      let list = (0..<count).map { "\"\(String(format: "part-%02d.csv", $0))\"" }.joined(separator: ", ")
      func load(_ path: String) throws -> Result<Table, DataError> {
        let format = try format(#"{"format": "csv", "path": \#(path), \#(keys)}"#)
        do throws(DataError) { return .success(try format.load(in: context)) } catch { return .failure(error) }
      }
      switch try load("\"whole.csv\"") {
      case .failure(let error):
        guard case .failure(let other) = try load("\"part-*.csv\"") else {
          Issue.record("accepted, unlike the whole: \(error.sentence)")
          continue
        }
        #expect(other.sentence.contains("part-"), "\(other.sentence)")
      case .success(let table):
        for path in ["\"part-*.csv\"", "[\(list)]"] where count > 1 || path.first == "\"" {
          let joined = try load(path).get()
          let (own, expected) = (try Content(joined), try Content(table))
          #expect(own == expected, "round \(round), \(path)")
          let kept = Set(0..<rows.count).subtracting(table.dropped.rows).sorted()
          for (row, place) in kept.enumerated() {
            #expect(joined.source.place(row) == "line \(lines[place].line) of \(lines[place].file)")
          }
        }
      }
    }
  }

  @Test("patterns: names are taken as they are where they exist, hidden files are left alone, order is that of bytes")
  func patterns() throws {
    let directory = try TemporaryDirectory()
    for folder in ["d[1]", "d2", "e"] {
      try FileManager.default.createDirectory(
        atPath: directory.path + "/" + folder, withIntermediateDirectories: false)
    }
    for name in [
      "d[1]/b.csv", "d[1]/a.csv", "d[1]/a*.csv", "d[1]/B.csv", "d[1]/.c.csv", "d2/a.csv", "e/a.csv", "d2/a.txt",
    ] {
      try directory.write(name, "a,y\n1,2\n")
    }
    func files(_ stated: String...) throws(DataError) -> [String]? {
      try FileSelection(stated).several(in: directory.context)
    }
    #expect(try files("d[1]/*.csv") == ["d[1]/B.csv", "d[1]/a*.csv", "d[1]/a.csv", "d[1]/b.csv"])
    #expect(try files("d*/a.csv") == ["d2/a.csv", "d[1]/a.csv"])
    #expect(try files("d?/*.???", "e/a.csv") == ["d2/a.csv", "d2/a.txt", "e/a.csv"])
    #expect(try files("d[1]/a*.csv") == nil)
    #expect(try files("d2/a.csv") == nil && files("d2/gone.csv") == nil)
    #expect(try files(directory.path + "/d2/*.csv") == [directory.path + "/d2/a.csv"])
    #expect(try files("d2/a.csv", "e/a.csv") == ["d2/a.csv", "e/a.csv"])
    for stated in [["d2/*.csv", "*/a.csv"], ["d2/a.csv", directory.path + "/d2/a.csv"]] {
      #expect(throws: DataError.self) { try FileSelection(stated).several(in: directory.context) }
    }
    // Another spelling of a path, a link, a link that leads nowhere, `**`.
    for (name, target) in [("f.csv", "d2/a.csv"), ("d2/z.txt", "gone.txt")] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.path + "/" + name, withDestinationPath: target)
    }
    for stated in [["d2/a.csv", "./d2//a.csv"], ["f.csv", "d2/a.csv"]] {
      let twice = #expect(throws: DataError.self) { try FileSelection(stated).several(in: directory.context) }
      #expect(twice?.sentence == "\(stated[1]): is named twice in 'path', as \(stated[0]) too; each file is read once")
    }
    #expect(try files("d2/*.txt") == ["d2/a.txt", "d2/z.txt"])
    #expect(try files("d?/z.txt") == ["d2/z.txt"])
    let deep = #expect(throws: DataError.self) { try files("**/a.csv") }
    #expect(deep?.sentence.hasPrefix("**/a.csv: '**' is not known; ") == true && deep?.exitCode == .config)
    let empty = #expect(throws: DataError.self) { try files("d2/*.parquet") }
    #expect(empty?.exitCode == .missingInput)
    #expect(empty?.sentence.hasPrefix("d2/*.parquet: no file fits; looked for \(directory.path)/d2/*.parquet") == true)
    for (name, pattern, fits) in [
      ("abc", "a*c", true), ("abc", "*", true), ("abc", "a?c", true), ("abc", "?", false), ("", "*", true),
      ("aXbXc", "a*X*c", true), ("aXbXd", "a*X*c", false), (".a", "*", false), (".a", ".*", true), ("äb", "?b", true),
      (String(repeating: "a", count: 250), String(repeating: "a*", count: 60) + "b", false),
    ] {
      #expect(FilePattern.fits(name, pattern) == fits, "\(name) \(pattern)")
    }
  }

  /// Two files that are no table together.
  struct Bad: Sendable, CustomTestStringConvertible {
    var name: String
    var first = "a,y\n1,2\n3,4\n"
    var second: String
    var keys = #""targets": "y""#
    var says: String
    var testDescription: String { name }
  }

  static let bad = [
    Bad(
      name: "other columns", second: "a,z\n1,2\n",
      says: "2.csv: does not have the columns of 1.csv: 'y' is missing, 'z' is not there; all files"),
    Bad(name: "missing column", second: "a\n1\n", says: "2.csv: does not have the columns of 1.csv: 'y' is missing; "),
    Bad(name: "more columns", second: "a,b,c,y\n1,2,3,4\n", says: "columns of 1.csv: 'b', 'c' are not there; "),
    Bad(name: "twice", second: "a,a\n1,2\n", says: "2.csv: line 1: two columns are named 'a'"),
    Bad(name: "no header", second: "5,6\n7,8\n", says: "2.csv: does not have the columns of 1.csv"),
    Bad(name: "semicolons", second: "a;y\n1;2\n3;4\n", says: "2.csv: the lines are cut by ';', not by ','"),
    Bad(name: "comments", second: "# x\na,y\n1,2\n", says: "2.csv: line 1 begins with '#'"),
    Bad(name: "ragged", second: "a,y\n1,2\n3\n4,5\n", says: "2.csv: line 3 has 1 field, the header has 2"),
    Bad(name: "footer", second: "a,y\n1,2\n3\n", says: "2.csv: line 3, the last, has 1 field where the others have 2"),
    Bad(name: "ragged in another order", second: "y,a\n1,2\n3\n4,5\n", says: "2.csv: line 3 has 1 field"),
    Bad(name: "ragged in the first", first: "a,y\n1\n2,3\n", second: "a,y\n1,2\n", says: "1.csv: line 2 has 1 field"),
    Bad(name: "blank", second: "a,y\n\n1,2\n", says: "2.csv: line 2 is empty but rows follow"),
    Bad(name: "blank header", second: "\na,y\n1,2\n", says: "2.csv: line 1 is empty"),
    Bad(
      name: "open quote in the first", first: "a,y\n1,2\n\"3,4\n", second: "a,y\n1,2\n",
      says: "1.csv: line 3: a quoted field begins here and never ends"),
    Bad(name: "open quote in the last", second: "a,y\n1,2\n\"3,4\n", says: "2.csv: line 3: a quoted field begins"),
    Bad(
      name: "cell", second: "y,a\n1,2\n5,x\n", says: "1.csv, 2.csv: line 3 of 2.csv, column 'a': 'x' is not a number"),
    Bad(
      name: "cells", second: "a,y\nx,2\nx,5\n",
      says: "cells that cannot be used (of 4 rows): 'a': 2 of text (first in line 2 of 2.csv, 'x')"),
    Bad(
      name: "weight", second: "a,y\n1,-2\n", keys: #""targets": "a", "sample_weight": "y", "features": "a""#,
      says: ""),
    Bad(name: "another kind", second: "PAR1\u{15}\u{4}", says: "2.csv: is a Parquet file"),
    Bad(name: "columns named like another kind", second: "PAR1,y\n1,2\n", says: "2.csv: does not have the columns of"),
    Bad(name: "empty", second: "", says: "2.csv: the file is empty"),
    Bad(name: "only blank lines", second: "\n\n", says: "2.csv: has no rows"),
    Bad(name: "sep=", second: "sep=,\na,y\n1,2\n", says: "2.csv: line 1 is 'sep=,'"),
    Bad(
      name: "other widths without header", first: "1,2\n", second: "1,2,3\n",
      keys: #""header": false, "targets": 1"#, says: "2.csv: line 1 has 3 fields, the first row has 2"),
    Bad(
      name: "only headers", first: "a,y\n", second: "y,a\n", says: "1.csv, 2.csv: has no rows of data"),
    Bad(name: "beyond float32", second: "a,y\n1e39,2\n", says: "line 2 of 2.csv, column 'a': 1e39 is beyond"),
    Bad(name: "category", second: "a,y\n9,2\n9 ,x\n", says: ""),
  ].filter { !$0.says.isEmpty }

  @Test("what is wrong is said of the file that it is in", arguments: bad)
  func sentences(_ bad: Bad) throws {
    let directory = try TemporaryDirectory()
    try directory.write("1.csv", bad.first).write("2.csv", bad.second)
    let source = try format(#"{"format": "csv", "path": ["1.csv", "2.csv"], \#(bad.keys)}"#)
    let error = #expect(throws: DataError.self) { try source.load(in: directory.context) }
    #expect(error?.sentence.contains(bad.says) == true, "\(error?.sentence ?? "accepted")")
    #expect(error?.exitCode == .data)
  }

  @Test("what is not UTF-8 is told of its file")
  func bytes() throws {
    let directory = try TemporaryDirectory()
    try directory.write("1.csv", "a,y\n1,2\n").write("2.csv", Array("a,y\n1,2\n".utf8) + [0xff, 0x2c, 0x31])
    let source = try format(#"{"format": "csv", "path": "?.csv", "targets": "y"}"#)
    let error = #expect(throws: DataError.self) { try source.load(in: directory.context) }
    #expect(error?.sentence.hasPrefix("2.csv: line 3, column 'a': ") == true, "\(error?.sentence ?? "accepted")")
  }

  @Test("later words about rows name their file")
  func later() throws {
    let directory = try TemporaryDirectory()
    try directory.write("1.csv", "a,y\n1,2\n3,4\n").write("2.csv", "y,a\n1,2\n0.5,4\n")
    let table = try format(#"{"format": "csv", "path": "?.csv", "targets": "y"}"#).load(in: directory.context)
    let error = #expect(throws: DataError.self) { try table.targets?.classNames(of: table.source) }
    #expect(error?.sentence.hasPrefix("?.csv: line 3 of 2.csv: target 0.5 is not a class") == true)
    #expect(TextParts([]) == nil && TextParts([.init(file: "a", start: 2, line: 1)]) == nil)
  }

  @Test(
    "a file that is read as the training source is that file and no other",
    arguments: [#"["1.csv", "2.csv"]"#, #""?.csv""#])
  func reading(path: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("1.csv", "a,y\n1,2\n").write("2.csv", "a,y\n3,4\n").write("new.csv", "a,y\n5,6\n7,8\n")
    let source = try format(#"{"format": "csv", "path": \#(path), "targets": "y"}"#)
    let other = try #require(source.reading("new.csv", withTargets: true))
    #expect(DatasetsTests.features(try other.load(in: directory.context)) == [5, 7])
    // A name with such signs is a name.
    let pattern = try #require(source.reading("n*.csv", withTargets: true))
    #expect(throws: DataError.self) { try pattern.load(in: directory.context) }
    try directory.write("n*.csv", "a,y\n9,6\n")
    #expect(DatasetsTests.features(try pattern.load(in: directory.context)) == [9])
  }

  @Test("the key takes a path, a pattern or a list")
  func keys() throws {
    for (path, says) in [
      ("[]", "expected at least one path"), (#"["a.csv", "a.csv"]"#, "'a.csv' is named twice"),
      ("3", "expected a path or a list of paths, found a number"), (#"["a", 1]"#, "path[1]"),
    ] {
      let error = #expect(throws: ConfigError.self) {
        try format(#"{"format": "csv", "path": \#(path), "targets": "y"}"#)
      }
      #expect(
        error.map { "\($0)".contains(says) || $0.sentence.contains(says) } == true, "\(path): \(error?.sentence ?? "")")
    }
    #expect(FileSelection(["a", "b", "c", "d"]).name == "a and 3 others")
  }
}

extension TestGenerator {
  fileprivate mutating func integer(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
