import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Text that is not UTF-8, in every place of every reader.
@Suite struct TextTests {
  private func sentence(_ text: [UInt8], _ keys: String = #""targets": "y""#) throws -> String? {
    let source = try json(#"{"path": "t.csv", \#(keys)}"#)
    let format = try FieldReader.readObject(source, path: "") { fields throws(ConfigError) in
      try CSVFormat(from: fields)
    }.0
    do {
      _ = try loaded(format, text)
      return nil
    } catch { return error.sentence }
  }

  private static let advice =
    "save the file as UTF-8, for example with `iconv -f latin1 -t utf-8 FILE > NEW` where it is Latin-1"

  @Test("labels, categories, names, numbers and unused cells: line, column, byte")
  func places() throws {
    let byte: [UInt8] = [0xfc]
    func text(_ before: String, _ after: String) -> [UInt8] { Array(before.utf8) + byte + Array(after.utf8) }
    let cases: [(text: [UInt8], keys: String, place: String)] = [
      (text("a,y\n1,M", "ller\n2,x\n"), #""targets": "y""#, "line 2, column 'y': byte 0xfc (byte 2 of the field)"),
      (text("a,y\n1,x\n2,", "\n"), #""targets": "y""#, "line 3, column 'y': byte 0xfc (byte 1 of the field)"),
      (
        text("c,y\ngr", "n,1\n"), #""targets": "y", "categorical": ["c"]"#,
        "line 2, column 'c': byte 0xfc (byte 3 of the field)"
      ),
      (text("a,gr", "n,y\n1,2,3\n"), #""targets": "y""#, "line 1, field 2: byte 0xfc (byte 3 of the field)"),
      (text("a,y\n1", ",2\n"), #""targets": "y""#, "line 2, column 'a': byte 0xfc (byte 2 of the field)"),
      (
        text("a,z,y\n1,", ",2\n"), #""targets": "y", "features": ["a"]"#,
        "line 2, column 'z': byte 0xfc (byte 1 of the field)"
      ),
      (
        text("1;x\n2;", "\n"), #""targets": 1, "header": false, "delimiter": ";""#,
        "line 2, field 2: byte 0xfc (byte 1 of the field)"
      ),
      (
        text("a,y\r\n1,\"two\r\nl", "nes\"\r\n"), #""targets": "y""#,
        "line 3, column 'y': byte 0xfc (byte 7 of the field)"
      ),
      (text("a,y\n1,2\n\n3", ",4\n"), #""targets": "y""#, "line 4: byte 0xfc (byte 2 of the line)"),
    ]
    for entry in cases {
      #expect(
        try sentence(entry.text, entry.keys)
          == "t.csv: \(entry.place) is not UTF-8: it begins no character; \(Self.advice)")
    }
  }

  @Test("random bytes from 0x80 on are refused, or kept as they are and apart")
  func random() throws {
    var generator = TestGenerator(state: 7)
    func label() -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        // Half of them whole characters.
        if Bool.random(using: &generator),
          let scalar = Unicode.Scalar(UInt32.random(in: 0xa1...0x2fff, using: &generator))
        {
          bytes += Array(String(Character(scalar)).utf8)
        } else if Int.random(in: 0..<3, using: &generator) == 0 {
          bytes.append(UInt8.random(in: 0x80...0xff, using: &generator))
        }
      }
      return [0x78] + bytes + [0x79]
    }
    var accepted = 0
    for _ in 0..<600 {
      let labels = [label(), label()]
      let texts = labels.map { String(validating: $0, as: UTF8.self) }
      // Characters that differ in bytes alone are refused elsewhere.
      if let one = texts[0], let other = texts[1], one == other { continue }
      let table =
        Array("c,n,y\n".utf8) + labels[0] + Array(",1,".utf8) + labels[1] + [0x0a] + labels[1] + Array(",2,".utf8)
        + labels[0] + [0x0a]
      let format = try json(#"{"path": "t.csv", "targets": "y", "categorical": ["c"]}"#)
      let reader = try FieldReader.readObject(format, path: "") { fields throws(ConfigError) in
        try CSVFormat(from: fields)
      }.0
      do {
        let read = try loaded(reader, table)
        accepted += 1
        let expected = try texts.map { try #require($0, "accepted, but not UTF-8") }
        let names = try #require(try read.targets?.classNames(of: read.source))
        #expect(Set(names.map { Array($0.utf8) }) == Set(expected.map { Array($0.utf8) }))
        #expect(Set((read.columns[0].categories ?? []).map { Array($0.utf8) }) == Set(labels))
      } catch let error as DataError {
        #expect(texts.contains(nil), "refused, but UTF-8: \(labels)")
        #expect(error.sentence.contains("is not UTF-8"))
      }
      // The same bytes in a header, in an NPY header and in JSON.
      let isText = texts[0] != nil
      let header = labels[0] + Array(",y\n1,2\n".utf8)
      #expect((try sentence(header) == nil) == isText)
      let array =
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(70 + labels[0].count), 0]
        + Array("{'descr': '".utf8) + labels[0] + Array("', 'fortran_order': False, 'shape': (1,)}".utf8)
      let npy = array + [UInt8](repeating: 0x20, count: 10 + 70 + labels[0].count - array.count) + [0, 0, 0, 0]
      let refusal = #expect(throws: DataError.self) { try NPYFile.parse(npy, file: "x.npy") }
      #expect(refusal?.sentence.contains(isText ? "element type" : "is not UTF-8") == true)
      let config = Array("{\"".utf8) + labels[0] + Array("\": 1}".utf8)
      #expect(((try? ConfigValue.parse(Data(config), file: "c")) != nil) == isText)
    }
    #expect(accepted > 100, "the test must see both")
  }
}

/// Other files than tables, and tables that are described wrongly.
@Suite struct ForeignFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var keys = #""targets": "y""#
    var says: String
    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], _ keys: String = #""targets": "y""#, says: String) {
      (self.name, self.bytes, self.keys, self.says) = (name, bytes, keys, says)
    }

    init(_ name: String, _ text: String, _ keys: String = #""targets": "y""#, says: String) {
      self.init(name, Array(text.utf8), keys, says: says)
    }
  }

  static let table = "a,b,y\n1,2,0\n3,4,1\n5,6,0\n"
  static let semicolons = "a;b;y\n1;2;0\n3;4;1\n"

  static let cases: [Case] = [
    Case("zip", [0x50, 0x4b, 3, 4, 0, 0, 0, 0], says: "is a zip archive; unpack it with `unzip -p FILE > NEW`"),
    Case("xlsx", zip("[Content_Types].xml"), says: "is an Excel file (.xlsx)"),
    Case("ods", zip("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), says: "is an OpenDocument file"),
    Case("npz", zip("x.npy"), says: #"is an archive of NumPy arrays (NPZ); read it with "format": "npz""#),
    Case("pt", zip("model/data.pkl"), says: "is a PyTorch file"),
    Case("bzip2", "BZh91AY&SYabc", says: "is a bzip2 file; decompress it with `bzip2 -dc FILE > NEW`"),
    Case("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0], says: "is an xz file; decompress it with `xz -dc FILE > NEW`"),
    Case("zstd inside zstd", [0x28, 0xb5, 0x2f, 0xfd, 0], says: "is a zstd file"),
    Case("zstd", [0x28, 0xb5, 0x2f, 0xfd, 0], says: "the zstd data cannot be used (it ends early)"),
    Case(
      "Parquet", "PAR1\u{15}",
      says: "is a Parquet file; make a table of it with `scripts/import-table /"),
    Case("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], says: "is an HDF5 file"),
    Case("xls", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], says: "is an Excel file (.xls)"),
    Case("old Stata", [114, 2, 1, 0, 5], says: "is a Stata file; make a table of it"),
    Case("SAS", [UInt8](repeating: 0, count: 12) + [0xc2, 0xea, 0x81, 0x60], says: "is a SAS file; make a table"),
    Case("Feather", "ARROW1\u{0}\u{0}", says: "is a Feather (Arrow) file"),
    Case("pickle", [0x80, 4, 0x95, 0], says: "is a Python pickle"),
    Case("SQLite", "SQLite format 3\u{0}", says: "is an SQLite database"),
    Case("gzip inside gzip", [0x1f, 0x8b, 8, 0], says: "is gzip data inside gzip data"),
    Case("tar", tar, says: "is a tar archive; unpack it with `tar -xf FILE`"),
    Case("PDF", "%PDF-1.7\n", says: "is a PDF document"),
    Case("HTML", "\n<!DOCTYPE html>\n", says: "is a web page (HTML)"),
    Case("XML", "<?xml version='1.0'?>", says: "is an XML file"),
    Case("JSON", "[\n {\"a\": 1, \"y\": 2}\n]\n", says: "is JSON; convert it with pandas.read_json"),
    Case("JSON lines", "{\"a\": 1}\n{\"a\": 2}\n", says: "is JSON"),
    Case("NPY", npy("<f4", "(1,)", [0, 0, 0, 0]), says: #"is a NumPy array (NPY); read it with "format": "npy""#),
    Case("IDX", idx([1], [1]), says: #"is an IDX array; read it with "format": "idx""#),
    Case("UTF-16", [0xff, 0xfe, 0x61, 0], says: "is UTF-16 text; save it as UTF-8, for example with `iconv -f utf-16"),
    Case("UTF-16, big", [0xfe, 0xff, 0, 0x61], says: "is UTF-16 text"),
    Case("UTF-16 without mark", [0x61, 0, 0x2c, 0, 0x79, 0, 0x0a, 0], says: "iconv -f utf-16le"),
    Case("UTF-32", [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0], says: "is UTF-32 text"),
    Case("Git LFS", "version https://git-lfs.github.com/spec/v1\n", says: "fetch the file with `git lfs pull`"),
    Case("semicolons", semicolons, says: #"the lines are cut by ';', not by ','; add "delimiter": ";""#),
    Case(
      "tabs", semicolons.replacingOccurrences(of: ";", with: "\t"),
      says: #"cut by tabs, not by ','; add "delimiter": "\t""#),
    Case("bars", semicolons.replacingOccurrences(of: ";", with: "|"), says: #"add "delimiter": "|""#),
    Case("commas", table, #""targets": "y", "delimiter": ";""#, says: #"cut by ',', not by ';'; add "delimiter": ",""#),
    Case("blanks", "a b y\n1 2 0\n3 4 1\n", says: #"add "delimiter": " ""#),
    Case("aligned", "a    b  y\n1    2  0\n13   4  1\n", says: "aligned with runs of blanks"),
    Case("semicolons and decimal commas", "a;b;y\n1,5;2,5;0\n3,5;4,5;1\n", says: #"add "delimiter": ";""#),
    Case("semicolons, no header", "1;2;0\n3;4;1\n", #""targets": 2, "header": false"#, says: #"add "delimiter": ";""#),
    Case(
      "semicolons, first column", "1;2;0\n3;4;1\n", #""targets": 0, "header": false"#, says: #"add "delimiter": ";""#),
    Case("semicolons below a title", "Report\n\n" + semicolons, says: #"add "delimiter": ";""#),
    Case(
      "sep=,", "sep=,\n" + table,
      says: "line 1 is 'sep=,', which only Excel reads; remove it, for example with `tail -n +2 FILE > NEW`"),
    Case("sep=;", "\u{feff}\"SEP=;\"\r\n" + semicolons, says: #"and add "delimiter": ";" to this data source"#),
    Case(
      "comment first", "# made by x\n" + table,
      says: "line 1 begins with '#', and there are no comments in CSV; remove it, for example with `tail -n +2"),
    Case(
      "comments first", "# made by x\n#\n" + table,
      says: "lines 1 to 2 begin with '#', and there are no comments in CSV; remove them, for example with `tail -n +3"),
    Case("comments first and later", "# x\n" + table + "# y\n1,2,0\n", says: "`grep -v '^#' FILE > NEW`"),
    Case("comment inside", "a,b,y\n1,2,0\n# hello\n3,4,1\n", says: "line 3 begins with '#'"),
    Case("comment last", table + "# total,2,9\n", says: "line 5 begins with '#'"),
    Case("comment last, behind an empty line", table + "\n# end\n", says: "line 6 begins with '#'"),
    Case(
      "names behind a mark", "# a,b,y\n1,2,0\n3,4,1\n", #""targets": "a""#, says: "line 1 names the columns behind '#'"),
    Case("percent", "% x\n" + table, says: "line 1 begins with '%'"),
    Case(
      "comment, no header", "# x\n1,2,0\n3,4,1\n", #""targets": 2, "header": false"#, says: "line 1 begins with '#'"),
    Case(
      "title", "Report 2024\n" + table,
      says:
        "the table begins in line 2, which names the columns, not in line 1; remove the lines above it, for example with `tail -n +2"
    ),
    Case("title and empty line", "Report\n\n" + table, says: "the table begins in line 3"),
    Case("title of as many fields", "Report,x,z\n" + table, says: "the table begins in line 2"),
    Case(
      "title, no header", "Report\n1,2,0\n3,4,1\n", #""targets": 2, "header": false"#,
      says: "the table begins in line 2"),
    Case("footer", table + "(3 rows)\n", says: "line 5, the last, has 1 field where the others have 3"),
  ]

  private static func zip(_ name: String, _ content: String = "x") -> [UInt8] {
    [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0]
      + Array((name + content).utf8)
  }

  private static let tar: [UInt8] = {
    var block = Array("t.csv".utf8) + [UInt8](repeating: 0, count: 507)
    block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = block.reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    block.replaceSubrange(
      148..<155, with: Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0").utf8))
    return block
  }()

  @Test("the command that imports a file names the path that was opened; columns named like a kind are text")
  func paths() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.parquet", "PAR1\u{15}\u{4}").write("t.csv", "PAR1,FEA1,y\n1,2,3\n")
    let error = #expect(throws: DataError.self) {
      try format(#"{"format": "csv", "path": "t.parquet", "targets": "y"}"#).load(in: directory.context)
    }
    let place = directory.path
    #expect(error?.sentence.hasPrefix("t.parquet: is a Parquet file; ") == true)
    #expect(error?.sentence.contains("`scripts/import-table \(place)/t.parquet \(place)/t.table`") == true)
    let table = try format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#).load(in: directory.context)
    #expect(table.columns.map(\.name) == ["PAR1", "FEA1"])
  }

  @Test("each is named as what it is, with what helps, exit code 65", arguments: cases)
  func named(_ entry: Case) throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", entry.bytes)
    let source = try format(#"{"format": "csv", "path": "t.csv", \#(entry.keys)}"#)
    // gzip and zstd are unpacked when a file is read; what is inside is seen by the reader.
    let error = #expect(throws: DataError.self) {
      ["gzip inside gzip", "zstd inside zstd"].contains(entry.name)
        ? try loaded(#require(source as? CSVFormat), entry.bytes)
        : try source.load(in: directory.context)
    }
    #expect(error?.sentence.contains(entry.says) == true, "\(error?.sentence ?? "accepted")")
    #expect(error?.exitCode == .data)
    #expect((error?.sentence.utf8.count ?? 0) < 400)
  }

  @Test("arrays that are other files")
  func arrays() throws {
    let cases: [(format: String, bytes: [UInt8], says: String)] = [
      ("npy", Self.zip("x.npy"), "archive of NumPy arrays (NPZ)"),
      ("npy", Array(Self.table.utf8), "but text; read a table"),
      ("npy", idx([1], [1]), #""format": "idx""#), ("npy", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "HDF5"),
      ("idx", npy("<f4", "(1,)", [0, 0, 0, 0]), #""format": "npy""#), ("idx", Array(Self.table.utf8), "but text"),
      ("idx", [0x28, 0xb5, 0x2f, 0xfd, 0], "zstd"),
    ]
    for entry in cases {
      let directory = try TemporaryDirectory()
      try directory.write("x", entry.bytes)
      let source = try format(#"{"format": "\#(entry.format)", "features": "x"}"#)
      let error = #expect(throws: DataError.self) { try source.load(in: directory.context) }
      #expect(error?.sentence.contains(entry.says) == true, "\(error?.sentence ?? "accepted")")
    }
  }

  @Test("gzip as gzip(1) reads it: zeros behind it and several members, but nothing else")
  func gzip() throws {
    let member = Array(try #require(Data(base64Encoded: "H4sIAAAAAAACA2Ng4GBmYGBggmNGJmYWVjZ2AD/UghYYAAAA")))
    for zeros in [0, 1, 2, 10, 511, 70_000] {
      let padding = [UInt8](repeating: 0, count: zeros)
      #expect(try Gzip.decompress(member + padding, file: "x.gz").count == 24)
      #expect(try Gzip.decompress(member + member + padding, file: "x.gz").count == 48)
      let garbage: [[UInt8]] = [[1], [0x1f], [0x1f, 0], Array("garbage".utf8)] + (zeros > 0 ? [member] : [])
      for behind in garbage {
        let refusal = #expect(throws: DataError.self) { try Gzip.decompress(member + padding + behind, file: "x.gz") }
        #expect(refusal?.sentence.contains("the gzip data are damaged") == true)
      }
    }
    let refusal = #expect(throws: DataError.self) { try Gzip.decompress(member + Array("garbage".utf8), file: "x.gz") }
    #expect(refusal?.sentence.contains("7 bytes that are no gzip data follow the end") == true)
  }

  @Test("tables that only look unusual are read")
  func accepted() throws {
    #expect(try csv("#id,b,y\n1,2,0\n3,4,1\n", #""targets": "y""#).count == 2)
    #expect(try csv("a;b,c|d,y\n1,2,0\n", #""targets": "y""#).count == 1)
    #expect(try csv("PAR,PK,y\n1,2,0\n", #""targets": "y""#).count == 1)
    #expect(try csv("sep=x,b,y\n1,2,0\n", #""targets": "y""#).count == 1)
    #expect(try csv("BZh9,ORC,y\n1,2,0\n", #""targets": "y""#).count == 1)
  }
}
