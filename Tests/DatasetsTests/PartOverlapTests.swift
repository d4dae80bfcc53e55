import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Rows of validation and test that are training rows as well.
@Suite struct PartOverlapTests {
  private func notes(
    _ keys: String, _ files: [String: String], targets: TargetDemand = .values, seed: UInt64 = 4
  ) throws -> [String] {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try directory.write(name, text) }
    return try section("{\(keys)}").prepare(in: directory.context, targets: targets, seed: seed).notes
      .filter { $0.contains("in the training part as well") }
  }

  private static let train = #""train": {"format": "csv", "path": "t.csv", "targets": "y"}"#
  private static let byName = #"\#(train), "test": {"column": "s", "values": ["test"]}"#

  private func table(_ rows: [(String, String)], _ part: (Int) -> String) -> String {
    "a,s,y\n" + rows.enumerated().map { "\($1.0),\(part($0)),\($1.1)\n" }.joined()
  }

  @Test("they are counted, and the first two are named")
  func counted() throws {
    // Rows 0 to 9 are training; rows 10 to 14 test: two of them are rows 3 and 3, one has another target, one another
    // sign of 0.
    let rows = (0..<10).map { ("\($0)", "1") } + [("77", "1"), ("3", "1"), ("3.0", "1"), ("4", "2"), ("-0", "1")]
    #expect(
      try notes(Self.byName, ["t.csv": table(rows) { $0 < 10 ? "x" : "test" }]) == [
        "t.csv: 2 of the 5 test rows are in the training part as well, features and target alike (first line 13 = line 5); the test figures are too good by them"
      ])
    // Negative control: those of one part alone are nobody's business.
    #expect(try notes(Self.byName, ["t.csv": table(rows + rows) { $0 < 30 && $0 != 10 ? "x" : "test" }]).count == 1)
    let doubled = (0..<20).map { ("\($0 / 2)", "1") }
    #expect(try notes(Self.byName, ["t.csv": table(doubled) { $0 < 10 ? "x" : "test" }]).isEmpty)
    #expect(try notes(Self.train, ["t.csv": "a,y\n1,1\n1,1\n"]).isEmpty)
  }

  @Test("they are found in another file too, with categories, columns in another order, and classes")
  func files() throws {
    let train = "a,colour,y\n" + (0..<30).map { "\($0).5,\($0 % 3 == 0 ? "red" : "blue"),c\($0 % 2)\n" }.joined()
    let test = "colour,y,a\nblue,c1,1000\nred,c0,6.50\nblue,c0,3.5\nred,c1,3.5\n"
    let keys =
      #""train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "colour"}, "validation": {"format": "csv", "path": "v.csv", "targets": "y"}"#
    #expect(
      try notes(keys, ["t.csv": train, "v.csv": test], targets: .classes) == [
        "v.csv: 2 of the 4 validation rows are in the training part as well, features and target alike (first line 3 = line 8 of t.csv); the validation figures are too good by them"
      ])
  }

  @Test("arrays are compared in their own type, or by value where types differ", arguments: ["|u1", "<f4"])
  func arrays(type: String) throws {
    let directory = try TemporaryDirectory()
    // 13 features: not whole words.
    let train: [UInt8] = (0..<20 * 13).map { UInt8($0 % 251) }
    let test = Array(train[13 * 7..<13 * 8]) + [UInt8](repeating: 9, count: 13)
    try directory.write("x.npy", npy("|u1", "(20, 13)", train)).write("y.npy", npy("|u1", "(20,)", [UInt8](0..<20)))
    try directory.write(
      "u.npy", npy(type, "(2, 13)", type == "|u1" ? test : littleEndian(test.map { Float($0) })))
    try directory.write("v.npy", npy("|u1", "(2,)", [7, 9]))
    let data = try section(
      #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "test": {"format": "npy", "features": "u.npy", "targets": "v.npy"}}"#
    ).prepare(in: directory.context, targets: .values, seed: 1)
    #expect(
      data.notes == [
        "u.npy: 1 of the 2 test rows is in the training part as well, features and target alike (first row 0 (counted from 0) = row 7 (counted from 0) of x.npy); the test figures are too good by it"
      ])
  }

  @Test("what is found is what comparing all with all finds", arguments: 0..<10 as Range<UInt64>)
  func all(seed: UInt64) throws {
    var generator = TestGenerator(state: seed + 90)
    let rows = (0..<300).map { _ in ("\(generator.next() % 90)", "\(generator.next() % 3)") }
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,y\n" + rows.map { "\($0.0),\($0.1)\n" }.joined())
    let data = try section(#"{\#(Self.train), "validation": {"fraction": 0.1}, "test": {"fraction": 0.3}}"#)
      .prepare(in: directory.context, targets: .values, seed: seed)
    let overlap = PartOverlap(data.sources, data.pieces, targets: 1) {}
    let trained = data.origin(of: .train).rows
    for (part, found) in [(DataPart.validation, overlap.validation), (.test, overlap.test)] {
      let pairs = data.origin(of: part).rows.compactMap { row in
        trained.first { rows[$0] == rows[row] }.map { (row, $0) }
      }
      #expect(found == PartOverlap.Found(count: pairs.count, first: pairs.first.map { ($0.0, $0.1) }))
      #expect(found.count > 0)
    }
  }
}
