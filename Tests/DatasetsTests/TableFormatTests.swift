import Foundation
import Kernels
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Columnar tables: a directory of raw columns.
@Suite struct TableFormatTests {
  /// Writes a table's files.
  struct Draft {
    var rows: Int
    var entries: [String] = []
    var files: [String: [UInt8]] = [:]

    init(rows: Int) { self.rows = rows }

    private static func bytes(_ values: [some FixedWidthInteger]) -> [UInt8] {
      values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }

    private mutating func add(_ name: String, _ type: String, _ bytes: [UInt8], missing: [Int] = [], more: String = "")
    {
      let index = entries.count
      files["\(index).bin"] = bytes
      var more = more
      if !missing.isEmpty {
        files["\(index).missing.bin"] = (0..<rows).map { missing.contains($0) ? 1 : 0 }
        more += #", "missing": "\#(index).missing.bin""#
      }
      entries.append(#"{"name": "\#(name)", "type": "\#(type)", "file": "\#(index).bin"\#(more)}"#)
    }

    mutating func doubles(_ name: String, _ values: [Double]) {
      add(name, "float64", Self.bytes(values.map(\.bitPattern)))
    }
    mutating func floats(_ name: String, _ values: [Float]) {
      add(name, "float32", Self.bytes(values.map(\.bitPattern)))
    }
    mutating func integers<Value: FixedWidthInteger>(
      _ name: String, _ type: String, _ values: [Value], missing: [Int] = []
    ) {
      add(name, type, Self.bytes(values), missing: missing)
    }
    mutating func categories(_ name: String, _ labels: [String], _ codes: [Int32]) {
      let list = labels.map { "\"\($0)\"" }.joined(separator: ", ")
      add(name, "category", Self.bytes(codes), more: #", "labels": [\#(list)]"#)
    }
    mutating func texts(_ name: String, _ texts: [String], missing: [Int] = []) {
      var ends: [Int64] = [0]
      for text in texts { ends.append((ends.last ?? 0) + Int64(text.utf8.count)) }
      files["\(entries.count).offsets.bin"] = Self.bytes(ends)
      add(
        name, "text", texts.flatMap { Array($0.utf8) }, missing: missing,
        more: #", "offsets": "\#(entries.count).offsets.bin""#)
    }

    var manifest: String {
      #"{"format": "ptrain-table", "version": 1, "rows": \#(rows), "columns": [\#(entries.joined(separator: ", "))]}"#
    }

    func write(to directory: TemporaryDirectory, _ name: String = "t.table") throws {
      try FileManager.default.createDirectory(
        atPath: directory.path + "/" + name, withIntermediateDirectories: true)
      for (file, bytes) in files { try directory.write(name + "/" + file, bytes) }
      try directory.write(name + "/table.json", files["table.json"] ?? Array(manifest.utf8))
    }
  }

  private func load(
    _ draft: Draft, _ keys: String = #""targets": "y""#, rules: String? = nil,
    _ change: (inout DataContext) -> Void = { _ in }
  ) throws -> Table {
    let directory = try TemporaryDirectory()
    try draft.write(to: directory)
    var context = directory.context
    if let rules {
      context.columns = try FieldReader.readObject(try json(#"{"columns": \#(rules)}"#), path: "data") {
        fields throws(ConfigError) in try ColumnRules(from: fields)
      }.0
    }
    change(&context)
    return try format(#"{"format": "table", "path": "t.table", \#(keys)}"#).load(in: context)
  }

  private static var draft: Draft {
    var draft = Draft(rows: 4)
    draft.doubles("a", [0.1, -2, 3e10, 4])
    draft.floats("b", [0.5, 1, 2, 3])
    draft.integers("c", "int64", [1, -2, 1 << 40, 35_615] as [Int64])
    draft.integers("d", "uint8", [31, 139, 0, 255] as [UInt8])
    draft.integers("e", "bool", [0, 1, 1, 0] as [UInt8])
    draft.categories("f", ["red", "blue"], [0, 1, 1, 0])
    draft.integers("y", "int32", [0, 1, 2, 0] as [Int32])
    return draft
  }

  @Test("a table holds what the same CSV holds, of every type; numbers stay as their files have them")
  func equalsCSV() throws {
    let text = """
      a,b,c,d,e,f,y
      0.1,0.5,1,31,false,red,0
      -2,1,-2,139,true,blue,1
      3e10,2,1099511627776,0,true,blue,2
      4,3,35615,255,false,red,0

      """
    let table = try load(Self.draft), plain = try csv(text, #""targets": "y""#)
    #expect(features(table) == features(plain))
    #expect(table.columns.map(\.name) == plain.columns.map(\.name))
    #expect(table.columns.map(\.categories) == plain.columns.map(\.categories))
    #expect(try table.targets?.classNames(of: table.source) == ["0", "1", "2"])
    #expect(table.features.arrays.map(\.element) == [.float64, .float32, .int64, .uint8])
    #expect(table.source.place(2) == "row 2 (counted from 0)")
    // Mapped, they are the same.
    let mapped = try load(Self.draft) { $0.mapping = .always }
    #expect(features(mapped) == features(table) && mapped.features.arrays.allSatisfy { $0.bytes.file != nil })
  }

  @Test("roles, chosen columns and categories as CSV has them")
  func roles() throws {
    let table = try load(
      Self.draft, #""targets": ["y", "a"], "features": ["f", "c"], "categorical": ["c", "f"], "sample_weight": "b""#)
    #expect(table.columns.map(\.name) == ["f", "c"])
    #expect(table.columns.map(\.categories) == [["blue", "red"], ["-2", "1", "35615", "1099511627776"]])
    #expect(table.sampleWeights == [0.5, 1, 2, 3])
    #expect(try table.targets?.valueTargets(source: table.source) == [0, 0.1, 1, -2, 2, 3e10, 0, 4])
    let words = try load(Self.draft, #""targets": "f", "features": ["a"]"#)
    #expect(try words.targets?.classNames(of: words.source) == ["blue", "red"])
    // Labels that all are numbers are numbers.
    var draft = Self.draft
    draft.categories("z", ["7", "2"], [0, 1, 1, 0])
    let numbers = try load(draft, #""targets": "z", "features": ["a"]"#)
    #expect(try numbers.targets?.valueTargets(source: numbers.source) == [7, 2, 2, 7])
  }

  @Test("another source is matched by name with what the training source decided, CSV or not")
  func follows() throws {
    let training = try load(Self.draft)
    let names = SourceNames(columns: training.columns, targets: ["y"], naming: .header, labels: .numbers)
    let other = try loaded(
      try #require(format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#) as? CSVFormat),
      Array("y,f,e,d,c,b,a\n0,blue,true,1,2,3,4\n".utf8), training: names)
    #expect(features(other) == [4, 3, 2, 1, 1, 1, 0])
    var draft = Draft(rows: 1)
    draft.texts("f", ["red"])
    for name in ["e", "d", "c", "b", "a"] { draft.doubles(name, [1]) }
    let back = try load(draft, #""features": ["a", "b", "c", "d", "e", "f"]"#) {
      $0.training = names
      $0.readsTargets = false
    }
    #expect(features(back) == [1, 1, 1, 1, 1, 0, 1])
  }

  @Test("missing values obey the policies of columns")
  func missing() throws {
    var draft = Self.draft
    draft.doubles("n", [1, .nan, 3, 4])
    draft.integers("m", "int32", [5, 6, 7, 8] as [Int32], missing: [2])
    draft.categories("g", ["x"], [0, 0, 0, -1])
    let refusal = #expect(throws: DataError.self) { try load(draft) }
    for part in ["'n': 1 missing", "'m': 1 missing (first in row 2 (counted from 0)", "'g': 1 missing", "of 4 rows"] {
      #expect(refusal?.sentence.contains(part) == true, "\(part): \(refusal?.sentence ?? "")")
    }
    let dropped = try load(draft) { $0.missing.policy = .dropRow }
    #expect(dropped.count == 1 && dropped.dropped.rows == [1, 2, 3] && dropped.dropped.total == 4)
    #expect(dropped.source.place(0) == "row 0 (counted from 0)")
    let filled = try load(
      draft, #""targets": "y", "features": ["n", "m", "g", "a"]"#,
      rules: #"{"n": {"missing": "median", "indicator": true}, "m": {"missing": "zero"}, "g": {"missing": "category"}}"#
    )
    #expect(filled.count == 4)
    #expect(filled.columns.map(\.name).contains("n.missing"))
    // A mark that is a number.
    let marked = try load(draft, #""targets": "y", "features": ["a"], "missing_values": [4]"#) {
      $0.missing.policy = .dropRow
    }
    #expect(features(marked) == [0.1, -2, 3e10])
  }

  @Test("dates become their parts, texts are looked at")
  func dates() throws {
    var draft = Draft(rows: 4)
    draft.integers("day", "date", [0, -1, 19_782, 11_016] as [Int32])
    draft.integers("time", "datetime", [0, -1, 1_709_209_845_000_001, 86_400_000_000] as [Int64])
    draft.texts("colour", ["red", "blue", "red", "blue"])
    draft.texts("ä", ["a", "", "日本", "b"], missing: [1])
    draft.doubles("y", [1, 2, 3, 4])
    let table = try load(
      draft, #""targets": "y", "features": ["day", "time", "colour"]"#,
      rules: #"{"day": {"parts": ["year", "month", "day"]}, "time": {"parts": ["days", "hour"]}}"#)
    let csv = try csv(
      "day,time,colour,y\n1970-01-01,1970-01-01T00:00:00,red,1\n1969-12-31,1969-12-31T23:59:59.999999,blue,2\n"
        + "2024-02-29,2024-02-29T12:30:45.000001,red,3\n2000-02-29,1970-01-02,blue,4\n",
      #""targets": "y""#, rules: #"{"day": {"parts": ["year", "month", "day"]}, "time": {"parts": ["days", "hour"]}}"#)
    #expect(features(table) == features(csv) && table.columns == csv.columns)
    let refusal = #expect(throws: DataError.self) { try load(draft, #""targets": "y", "features": ["ä"]"#) }
    #expect(refusal != nil)
    var context = DataContext(baseDirectory: "")
    context.missing.policy = .dropRow
    let labels = try load(draft, #""targets": "ä", "features": ["time"]"#) { $0.missing.policy = .dropRow }
    #expect(try labels.targets?.classNames(of: labels.source) == ["a", "b", "日本"])
  }

  @Test("blanks around texts and categories do not count")
  func blanks() throws {
    var draft = Draft(rows: 3)
    draft.doubles("a", [1, 2, 3])
    draft.texts("t", [" red", "red\t", "blue"])
    draft.categories("c", ["x ", "x", "y"], [0, 1, 2])
    let texts = try load(draft, #""targets": "t", "features": ["a", "c"]"#)
    #expect(try texts.targets?.classNames(of: texts.source) == ["blue", "red"])
    #expect(texts.columns.last?.categories == ["x", "y"])
  }

  @Test("stored numbers are what they are, however numbers of text are written; stored dates too")
  func stored() throws {
    var draft = Draft(rows: 2)
    draft.doubles("a", [1.234, -2])
    draft.integers("b", "bool", [1, 0] as [UInt8])
    draft.integers("n", "int32", [7, 1234] as [Int32], missing: [0])
    draft.doubles("y", [1, 2])
    let style = #"{"decimal": ",", "thousands": "."}"#,
      filled = #"{"decimal": ",", "missing": "zero", "indicator": true}"#
    let table = try load(
      draft, #""targets": "y""#, rules: #"{"a": \#(style), "b": {"kind": "boolean"}, "n": \#(filled)}"#)
    let columns = table.columns.map(\.name)
    #expect(columns == ["a", "b", "n", "n.missing"])
    let values = features(table)
    #expect(values[0] == 1.234 && values[1] == 1 && values[2].isNaN && values[3] == 1)
    #expect(Array(values[4...]) == [-2, 0, 1234, 0])
  }

  @Test("whole numbers beyond 2^53 are noticed where they are written too")
  func rounded() throws {
    var draft = Draft(rows: 2)
    draft.texts("t", ["9007199254740993", "1"])
    draft.doubles("y", [1, 2])
    let table = try load(draft)
    #expect(table.features.isRounded == [true])
  }

  @Test("a table of many columns is copied, and that is said")
  func manyColumns() throws {
    var draft = Draft(rows: 2)
    for column in 0..<256 { draft.floats("x\(column)", [1, Float(column)]) }
    draft.doubles("y", [1, 2])
    let table = try load(draft) { $0.mapping = .always }
    #expect(table.features.arrays.allSatisfy { $0.bytes.file == nil } && table.features.arrays.count == 256)
    #expect(
      table.notes == ["its 257 files of columns are copied into memory, because at most 256 of a table are mapped"])
    #expect(try load(draft).notes.isEmpty)
  }

  private func csv(_ text: String, _ keys: String, rules: String) throws -> Table {
    var context = DataContext(baseDirectory: "")
    context.columns = try FieldReader.readObject(try json(#"{"columns": \#(rules)}"#), path: "data") {
      fields throws(ConfigError) in try ColumnRules(from: fields)
    }.0
    let sink = DataSink(context), format = try format(#"{"format": "csv", "path": "t.csv", \#(keys)}"#)
    try CSVReader(format: try #require(format as? CSVFormat), sink: sink).read(Array(text.utf8))
    return try sink.table()
  }

  private func csv(_ text: String, _ keys: String) throws -> Table { try DatasetsTests.csv(text, keys) }

  /// A table that is none.
  struct Bad: Sendable, CustomTestStringConvertible {
    var name: String
    var says: String
    var keys = #""targets": "y""#
    var code = ExitCode.data
    var change: @Sendable (inout Draft) -> Void
    var testDescription: String { name }
  }

  private static func manifest(_ name: String, _ text: String, says: String) -> Bad {
    Bad(name: name, says: says) { $0.files["table.json"] = Array(text.utf8) }
  }

  static let bad: [Bad] = [
    manifest("no JSON", "{", says: "t.table/table.json: the table is damaged: not valid JSON"),
    manifest("another JSON", "{}", says: "table.json: the table is damaged: key 'format' is required"),
    manifest("another format", #"{"format": "x"}"#, says: #"format: expected "ptrain-table", found 'x'"#),
    manifest(
      "another version", #"{"format": "ptrain-table", "version": 2, "rows": 1, "columns": []}"#,
      says: "version 2 is unknown; this build reads version 1"),
    manifest(
      "no columns", #"{"format": "ptrain-table", "version": 1, "rows": 1, "columns": []}"#,
      says: "columns: expected a list of at least 1"),
    manifest(
      "no rows",
      #"{"format": "ptrain-table", "version": 1, "rows": 0, "columns": [{"name": "a", "type": "int8", "file": "0.bin"}]}"#,
      says: "t.table: has no rows"),
    manifest(
      "absurd rows",
      #"{"format": "ptrain-table", "version": 1, "rows": 1099511627776, "columns": [{"name": "y", "type": "int8", "file": "0.bin"}, {"name": "a", "type": "float64", "file": "0.bin"}]}"#,
      says: "1099511627776 rows need"),
    manifest(
      "unknown type",
      #"{"format": "ptrain-table", "version": 1, "rows": 1, "columns": [{"name": "a", "type": "int128", "file": "x"}]}"#,
      says: "columns[0].type: unknown type 'int128'; known: float64,"),
    manifest(
      "a file elsewhere",
      #"{"format": "ptrain-table", "version": 1, "rows": 1, "columns": [{"name": "a", "type": "int8", "file": "../x"}]}"#,
      says: "expected the name of a file in the table's directory"),
    Bad(name: "a column is gone", says: "t.table/0.bin: no such file", code: .missingInput) { $0.files["0.bin"] = nil },
    Bad(
      name: "cut short",
      says: "t.table/0.bin: the table is damaged: 4 rows need 32 bytes, and 31 are there; it was cut short"
    ) {
      $0.files["0.bin"]?.removeLast()
    },
    Bad(name: "too long", says: "4 rows need 32 bytes, and 33 are there;") { $0.files["0.bin"]?.append(0) },
    Bad(name: "code beyond labels", says: "row 1 (counted from 0) of column 'f' has the code 2, and there are 2 labels")
    {
      $0.files["5.bin"]?[4] = 2
    },
    Bad(name: "flag", says: "row 0 (counted from 0) of column 'e' is neither 0 nor 1") { $0.files["4.bin"]?[0] = 7 },
    Bad(name: "two of a name", says: "two are named 'a'") { $0.doubles("a", [1, 2, 3, 4]) },
    Bad(
      name: "infinite", says: "row 3 (counted from 0), column 'i': 'inf' is not finite"
    ) { $0.doubles("i", [1, 2, 3, .infinity]) },
    Bad(name: "beyond float32", says: "row 0 (counted from 0), column 'i': 1e+39 is beyond") {
      $0.doubles("i", [1e39, 2, 3, 4])
    },
    Bad(
      name: "negative weight", says: "row 1 (counted from 0): the sample weight -2 is not allowed",
      keys: #""targets": "y", "sample_weight": "a""#
    ) { _ in },
    Bad(name: "unknown target", says: "has no column 'z'", keys: #""targets": "z""#, code: .config) { _ in },
    Bad(name: "texts that are not UTF-8", says: "byte 0 of the texts is not UTF-8") {
      $0.texts("t", ["a", "b", "c", "d"])
      $0.files["7.bin"]?[0] = 0xff
    },
    Bad(name: "offsets that fall", says: "of column 't' has an offset that is none") {
      $0.texts("t", ["a", "b", "c", "d"])
      $0.files["7.offsets.bin"]?[8] = 3
    },
    Bad(name: "an offset within a character", says: "has an offset that is none") {
      $0.texts("t", ["é", "b", "c", "d"])
      $0.files["7.offsets.bin"]?[8] = 1
    },
    Bad(name: "mark of missing", says: "marked by another byte than 0 or 1") {
      $0.integers("t", "int8", [1, 2, 3, 4] as [Int8], missing: [0])
      $0.files["7.missing.bin"]?[0] = 2
    },
  ]

  @Test("what is damaged is refused with file, row and column", arguments: bad)
  func damage(_ bad: Bad) throws {
    var draft = Self.draft
    bad.change(&draft)
    let error = #expect(throws: DataError.self) { try load(draft, bad.keys) }
    #expect(error?.sentence.contains(bad.says) == true, "\(error?.sentence ?? "accepted")")
    #expect(error?.exitCode == bad.code)
  }

  @Test("what is no directory of a table is told what makes one")
  func noTable() throws {
    let directory = try TemporaryDirectory()
    try directory.write("data.csv", "a,y\n1,2\n")
    for path in ["data.csv", "gone.table", "."] {
      let error = #expect(throws: DataError.self) {
        try format(#"{"format": "table", "path": "\#(path)", "targets": "y"}"#).load(in: directory.context)
      }
      #expect(error?.sentence.hasPrefix("\(path): is no columnar table; looked for ") == true)
      #expect(error?.exitCode == .missingInput)
    }
  }
}
