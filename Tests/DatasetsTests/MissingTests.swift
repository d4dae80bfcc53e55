import Foundation
import Specs
import Testing

@testable import Datasets

/// Missing values: refused with counts, or left out with their rows.
@Suite struct MissingTests {
  private func prepare(
    _ files: [String: [UInt8]], _ config: String, targets: TargetDemand = .classes
  ) throws -> DataPreparation {
    let directory = try TemporaryDirectory()
    for (name, bytes) in files { try directory.write(name, bytes) }
    return try section(config).prepare(in: directory.context, targets: targets, seed: 1)
  }

  private func table(_ text: String, _ more: String = "", targets: TargetDemand = .classes) throws -> DataPreparation {
    try prepare(
      ["t.csv": Array(text.utf8)],
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}\#(more)}"#, targets: targets)
  }

  private func sentence(_ body: () throws -> DataPreparation) -> String {
    do {
      _ = try body()
      return "accepted"
    } catch { return (error as? any ReportableError)?.sentence ?? "\(error)" }
  }

  private static let drop = #", "missing": "drop_row""#

  @Test(
    "no mark for a missing value is a class, and its row can be left out",
    arguments: [
      "", " ", "\" \"", "\u{a0}", "NA", "na", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-NaN", "NAN", "null", "NULL",
      "None", "NaT", "?", "-", "--", ".", "\\N", "(null)", "#DIV/0!", "1.#IND", "\"NA\"", "–",
    ])
  func marks(mark: String) throws {
    for labels in [["0", "1"], ["cat", "dog"]] {
      let text = "a,y\n1,\(labels[0])\n2,\(mark)\n3,\(labels[1])\n"
      #expect(sentence { try table(text) }.hasPrefix("t.csv: line 3, column 'y': "), "\(mark)")
      let data = try table(text, Self.drop)
      #expect(data.description.classNames == labels && data.description.counts == [2, 0, 0])
      #expect(data.notes == ["t.csv: 1 of 3 rows is left out because values are missing ('y' 1)"])
    }
    // In a column of numbers and in one of categories too.
    let numbers = "a,b,y\n1,2,0\n\(mark),3,1\n4,5,1\n"
    #expect(sentence { try table(numbers) }.hasPrefix("t.csv: line 3, column 'a': "))
    #expect(try table(numbers, Self.drop).description.counts == [2, 0, 0])
    let keys = #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": ["a"]}\#(Self.drop)}"#
    let categories = try prepare(["t.csv": Array("a,b,y\nu,2,0\n\(mark),3,1\nv,5,1\n".utf8)], keys)
    #expect(categories.description.columns[0].categories == ["u", "v"])
  }

  @Test("words that are no marks stay classes")
  func words() throws {
    for word in ["Na", "none", "unknown", "no", "n", "NO", "Nan", "0", "missing"] where word != "Nan" {
      #expect(try table("a,y\n1,x\n2,\(word)\n").description.classNames.contains(word))
    }
  }

  @Test("a source says itself what its marks are")
  func ownMarks() throws {
    func read(_ marks: String, _ text: String, _ more: String = "") throws -> DataPreparation {
      try prepare(
        ["t.csv": Array(text.utf8)],
        #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "missing_values": \#(marks)}\#(more)}"#)
    }
    #expect(try read("[]", "a,y\n1,NA\n2,DE\n3,-\n").description.classNames == ["-", "DE", "NA"])
    #expect(sentence { try read("[]", "a,y\n1,NA\n2,\n") }.hasPrefix("t.csv: line 3, column 'y': the cell is empty"))
    #expect(try read("[-999]", "a,y\n-999,0\n-999.0,1\n3,0\n", Self.drop).description.counts == [1, 0, 0])
    #expect(
      sentence { try read("[-999]", "a,y\nNA,0\n2,1\n") }.contains(
        "add the mark for missing values to 'missing_values'"))
    #expect(
      sentence { try table("a,y\n1,NA\n2,DE\n") }.contains(
        "where 'NA' is a value, list the marks that are none under 'missing_values'"))
    // Other sources follow the training source.
    let both =
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "missing_values": [-999]}, "test": {"format": "csv", "path": "u.csv", "targets": "y"}, "missing": "drop_row"}"#
    let data = try prepare(["t.csv": Array("a,y\n1,0\n2,1\n".utf8), "u.csv": Array("a,y\n-999,0\n3,1\n".utf8)], both)
    #expect(data.description.counts == [2, 0, 1])
    #expect(data.notes == ["u.csv (test): 1 of 2 rows is left out because values are missing ('a' 1)"])
    let back = try DataDescription(json(data.description.configValue.compactText))
    #expect(back == data.description && back.missing.policy == .dropRow && back.missing.marks?.stated == ["-999"])
    #expect(throws: ConfigError.self) { try read("3", "a,y\n1,0\n") }
    #expect(throws: ConfigError.self) { try read("[true]", "a,y\n1,0\n") }
  }

  @Test("all columns with problems are named at once, with counts")
  func counts() {
    let text = "a,b,c,y\n1,\"1,5\",x,0\n,\"2,25\",2,1\nNA,3,3,\n4,\"4,5\",4,1\n"
    let found = sentence { try table(text) }
    #expect(
      found.hasPrefix(
        "t.csv: cells that cannot be used (of 4 rows): 'b': 3 with a decimal comma (first in line 2, '1,5'); "
          + "'c': 1 of text (first in line 2, 'x'); 'a': 2 missing (first in line 3, empty); "
          + "target 'y': 1 missing (first in line 4, empty); write numbers with a decimal point; correct the cell, or add it to "
          + "'missing_values' where it stands for a missing number; set \"missing\": \"median\" in 'data'"),
      "\(found)")
    #expect(
      found.hasSuffix(#"; or put "columns": {"b": {"decimal": ","}, "c": {"kind": "categorical"}} in 'data'"#),
      "\(found)")
  }

  @Test(
    "the cause of a cell that is no number",
    arguments: [
      ("1,5", "decimal comma"), ("-0,25", "decimal comma"), ("1.234,5", "decimal comma"), ("1e5,5", "text"),
      ("1,234", "decimal comma or a separator"), ("1,234,567", "thousands"), ("1,234.5", "thousands"),
      ("1 234", "thousands"), ("1'234", "thousands"), ("1_000", "thousands"), ("12\u{a0}345", "thousands"),
      ("1.234.567", "thousands"), ("$5", "money"), ("5 €", "money"), ("-£1,200.50", "money"), ("USD 12", "money"),
      ("(12)", "money"), ("5%", "percentage"), ("5.5 %", "percentage"), ("2024-05-01", "date"), ("1.5.2024", "date"),
      ("5/1/24", "date"), ("12:30", "date"), ("2024-05-01T12:30:00Z", "date"), ("5 May 2024", "date"),
      ("true", "true or false"), ("No", "true or false"), ("0x1F", "hexadecimal"), ("12 kg", "unit"), ("5cm", "unit"),
      ("<5", "comparison"), ("≥ 0.5", "comparison"), ("−5", "minus"), ("٣", "digits"), ("abc", "text"),
    ])
  func causes(text: String, says: String) {
    let found = sentence { try table("a,b,y\n1,2,0\n2,\"\(text)\",1\n3,4,1\n") }
    #expect(found.hasPrefix("t.csv: line 3, column 'b': '\(text)' is not "), "\(found)")
    #expect(says == "text" ? found.contains("is not a number; correct the cell") : found.contains(says), "\(found)")
    #expect(found.contains("categorical") == ["text", "true or false"].contains(says), "\(found)")
    // A column of nothing else is what its cells are, or one of numbers in a style that has to be said.
    let column = sentence { try table("a,b,y\n1,\"\(text)\",0\n2,\"\(text)\",1\n3,\"\(text)\",1\n") }
    if says == "date" {
      #expect(text.hasPrefix("2024-") ? column == "accepted" : column.contains("not written in ISO 8601"), "\(column)")
    } else if ["text", "true or false", "unit", "comparison", "hexadecimal"].contains(says) {
      #expect(column == "accepted")
    } else {
      #expect(column.contains("3 "), "\(column)")
    }
  }

  @Test("a target of values names how its cells are written")
  func valueTargets() {
    let found = sentence { try table("a,y\n1,\"1,5\"\n2,3\n3,\"2,5\"\n", targets: .values) }
    #expect(found.contains("target 'y': 2 with a decimal comma (first in line 2, '1,5')"), "\(found)")
    #expect(sentence { try table("a,y\n1,inf\n2,3\n", targets: .values) }.contains("'inf' is not finite"))
    #expect(sentence { try table("a,y\n1,inf\n2,3\n") }.contains("'inf' is not finite"))
  }

  @Test("rows that are left out leave lines, weights and fractions right")
  func lines() throws {
    let rows = (0..<20).map { "\($0),\($0 % 3 == 0 ? "" : "2"),\($0 % 2),\($0 == 1 ? "NA" : "1")" }
    let keys =
      #"{"normalize": "none", "train": {"format": "csv", "path": "t.csv", "targets": "y", "sample_weight": "w"}, "test": {"fraction": 0.25}\#(Self.drop)}"#
    let data = try prepare(["t.csv": Array(("a,b,y,w\n" + rows.joined(separator: "\n")).utf8)], keys)
    #expect(data.description.rowCount == 12)
    #expect(
      data.notes == [
        "t.csv: 8 of 20 rows are left out because values are missing ('b' 7, 'w' 1), before fractions are taken"
      ])
    let prepared = data.makePreparedData()
    for part in [DataPart.train, .test] {
      let rows = try #require(prepared.rows(of: part))
      for row in 0..<rows.count {
        var value: [Float] = [0, 0]
        rows.gatherFeatures(rows: [row], count: 1, into: &value, stride: 2)
        #expect(data.origins.targetPlace(ofRow: row, in: rows).place == "line \(Int(value[0]) + 2)")
      }
    }
    #expect(
      sentence { try table("a,y\n,1\n1,\n", Self.drop) }.hasPrefix("t.csv: no row is left: 2 of 2 rows are left out"))
  }

  @Test("NaN in arrays is missing, infinity is an error")
  func arrays() throws {
    let nan = Float.nan
    let keys = #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy", "sample_weight": "w.npy"}"#
    func files(_ x: [Float], _ y: [Float], _ w: [Float]) -> [String: [UInt8]] {
      [
        "x.npy": npy("<f4", "(4, 2)", littleEndian(x)), "y.npy": npy("<f4", "(4,)", littleEndian(y)),
        "w.npy": npy("<f4", "(4,)", littleEndian(w)),
      ]
    }
    let bad = files([1, nan, 2, 3, nan, nan, 4, 5], [0, 1, 0, 1], [1, 1, 1, 1])
    let found = sentence { try prepare(bad, keys + "}") }
    #expect(
      found.hasPrefix(
        "x.npy: cells that cannot be used (of 4 rows): '0': 1 missing (first in row 2 (counted from 0), 'NaN'); '1': 2 missing"
      ), "\(found)")
    let several = files([1, nan, 2, 3, 4, 5, 6, 7], [0, nan, 0, 1], [1, 1, nan, 1])
    let sentences = sentence { try prepare(several, keys + "}") }
    #expect(["x.npy: row 0", "y.npy: row 1", "w.npy: row 2"].allSatisfy(sentences.contains), "\(sentences)")
    let data = try prepare(several, keys + Self.drop + "}")
    #expect(data.description.counts == [1, 0, 0] && data.description.classNames == ["1"])
    let kept = try #require(data.makePreparedData().rows(of: .train))
    #expect(data.origins.targetPlace(ofRow: 0, in: kept) == ("y.npy", "row 3 (counted from 0)"))
    #expect(data.origins.place(ofRow: 0, in: kept).file == "x.npy" && data.origins.weightFile(ofSource: 0) == "w.npy")
    for part in 0..<3 {
      var values: [[Float]] = [[1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 0, 1], [1, 1, 1, 1]]
      values[part][1] = .infinity
      let found = sentence { try prepare(files(values[0], values[1], values[2]), keys + Self.drop + "}") }
      #expect(found.contains("infinite or beyond float32"), "\(found)")
    }
    // Bytes stay bytes.
    let bytes: [String: [UInt8]] = [
      "x.npy": npy("|u1", "(3, 2)", [1, 2, 3, 4, 5, 6]), "y.npy": npy("<f4", "(3,)", littleEndian([1, nan, 0])),
    ]
    let small = try prepare(
      bytes, #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}\#(Self.drop)}"#)
    let rows = try #require(small.makePreparedData().rows(of: .train))
    var values = [Float](repeating: 0, count: 4)
    rows.gatherFeatures(rows: [0, 1], count: 2, into: &values, stride: 2)
    #expect(values == [1, 2, 5, 6])
  }

  @Test("comments and repeated headers are no rows")
  func rowsThatAreNone() throws {
    func sentence(_ text: String, _ keys: String) -> String {
      do {
        _ = try csv(text, keys)
        return "accepted"
      } catch { return (error as? DataError)?.sentence ?? "\(error)" }
    }
    let category = #""targets": "y", "categorical": ["a"]"#
    #expect(sentence("a,b,y\nu,2,0\nv,4,1\n# total,6,1\n", category).contains("line 4 begins with '#'"))
    #expect(
      sentence("a,b,y\nu,2,0\nv,4,1\n#total,6,1\n", #""targets": "y", "features": ["b"]"#).contains("line 4 begins"))
    #expect(sentence("a,b,y\nu,2,0\nv,4,1\n\"# total\",6,1\n", category) == "accepted")
    #expect(sentence("a,b,y\n#1,2,0\n#2,4,1\n", category) == "accepted")
    #expect(
      sentence("a,b,y\nu,v,w\na,b,y\n", #""targets": "y", "categorical": ["a", "b"]"#).contains(
        "line 3 is the header again"))
  }
}
