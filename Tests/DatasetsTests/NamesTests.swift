import Foundation
import Specs
import Testing

@testable import Datasets

/// Sources of one model are matched by name, with the kinds that the training source decided.
@Suite struct NamesTests {
  /// Prepared rows of a source that follows a training table: features, then classes or values, then weights, as bytes.
  private func prepared(
    _ table: String, _ keys: String, like description: DataDescription, targets: TargetKind? = nil
  ) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    try directory.write("s.csv", table)
    let source = try format(#"{"format": "csv", "path": "s.csv"\#(keys.isEmpty ? "" : ", ")\#(keys)}"#)
    let preparation = try DataPreparation(
      source, like: description, targets: targets ?? description.targetKind, in: directory.context)
    let memory = OwnedRegion(byteCount: preparation.layout.byteCount)
    memory.region.initializeMemory(as: UInt8.self, repeating: 0)
    preparation.write(into: memory.region)
    return Array(memory.region)
  }

  private func trained(_ table: String, _ keys: String, targets: TargetDemand = .classes) throws -> DataDescription {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", table)
    return try section(#"{"train": {"format": "csv", "path": "t.csv", \#(keys)}}"#)
      .prepare(in: directory.context, targets: targets, seed: 1).description
  }

  /// A training table, another source, and the same source written as the training table is.
  private struct Pair: Sendable, CustomTestStringConvertible {
    var name: String
    var training: (table: String, keys: String)
    var other: (table: String, keys: String)
    var plain: (table: String, keys: String)
    var targets = TargetDemand.classes
    var testDescription: String { name }
  }

  private static let y = #""targets": "y""#

  private static let equal: [Pair] = [
    Pair(
      name: "columns in another order, with others between", training: ("a,b,y\n1,2,0\n3,4,1\n", y),
      other: ("x,y,b,z,a\nq,1,6,w,5\n", y), plain: ("a,b,y\n5,6,1\n", y)),
    Pair(
      name: "blanks, quotes and a byte order mark around names", training: ("a,b,y\n1,2,0\n3,4,1\n", y),
      other: ("\u{FEFF}\" b\",\"y \",  a\n6,1,5\n", y), plain: ("a,b,y\n5,6,1\n", y)),
    Pair(
      name: "names in another normal form", training: ("\u{E9},b,y\n1,2,0\n3,4,1\n", y),
      other: ("b,e\u{301},y\n6,5,1\n", y), plain: ("\u{E9},b,y\n5,6,1\n", y)),
    Pair(
      name: "targets in another order",
      training: ("a,u,v,w\n1,2,3,4\n", #""targets": ["u", "v", "w"], "features": "a""#),
      other: ("w,v,u,a\n7,6,5,4\n", #""targets": ["w", "u", "v"]"#),
      plain: ("a,u,v,w\n4,5,6,7\n", #""targets": ["u", "v", "w"]"#), targets: .values),
    Pair(
      name: "a single target of another name", training: ("a,y\n1,2\n", y),
      other: ("label,a\n3,4\n", #""targets": "label""#),
      plain: ("a,y\n4,3\n", y), targets: .values),
    Pair(
      name: "labels with zeros stay text", training: ("a,y\n1,007\n2,0A7\n3,012\n", y),
      other: ("a,y\n1,012\n2,007\n", y), plain: ("a,y\n1,\"012\"\n2,\"007\"\n", y)),
    Pair(
      name: "numbers as labels, written otherwise", training: ("a,y\n1,1\n2,2\n3,3\n", y),
      other: ("a,y\n1,02\n2,1.0\n3,3e0\n4,+2\n", y), plain: ("a,y\n1,2\n2,1\n3,3\n4,2\n", y)),
    Pair(
      name: "categories in another order, numbers written otherwise",
      training: ("c,n,y\nx,1,0\nz,2,1\ny,10,0\n", y + #", "categorical": ["c", "n"]"#),
      other: ("n,c,y\n10.0,y,0\n02,x,1\n1e0,z,1\n", y), plain: ("c,n,y\ny,10,0\nx,2,1\nz,1,1\n", y)),
    Pair(
      name: "a header of numbers", training: ("0,1,2,label\n1,2,3,0\n3,4,5,1\n", #""targets": "label""#),
      other: ("2,label,0,1\n7,1,5,6\n", #""targets": "label""#),
      plain: ("0,1,2,label\n5,6,7,1\n", #""targets": "label""#)),
    Pair(
      name: "a header of numbers only", training: ("0,1,2,3\n1,2,9,0\n3,4,9,1\n", #""targets": "3""#),
      other: ("3,2,1,0\n1,7,6,5\n", #""targets": "3""#), plain: ("0,1,2,3\n5,6,7,1\n", #""targets": "3""#)),
    Pair(
      name: "years as names", training: ("2019,2020,2021\n1,2,0\n3,4,1\n", #""targets": "2021", "header": true"#),
      other: ("2021,2020,2019\n1,6,5\n", #""targets": "2021""#),
      plain: ("2019,2020,2021\n5,6,1\n", #""targets": "2021""#)),
    Pair(
      name: "no header here: the order counts", training: ("a,b,y\n1,2,0\n3,4,1\n", y),
      other: ("1,5,6\n", #""header": false, "targets": 0"#), plain: ("a,b,y\n5,6,1\n", y)),
    Pair(
      name: "no header there: the order counts", training: ("1,2,0\n3,4,1\n", #""header": false, "targets": 2"#),
      other: ("y,a,b\n1,5,6\n", y), plain: ("5,6,1\n", #""header": false, "targets": 2"#)),
    Pair(
      name: "no header there, its indices as names here",
      training: ("1,2,7,0\n3,4,8,1\n", #""header": false, "targets": 3"#),
      other: ("3,2,1,0\n1,7,6,5\n", #""targets": "3""#), plain: ("5,6,7,1\n", #""header": false, "targets": 3"#)),
    Pair(
      name: "no header at all: the same indices are the same columns",
      training: ("1,2,7,0\n3,4,8,1\n", #""header": false, "targets": 3, "features": [2, 0, 1]"#),
      other: ("5,6,7,1\n", #""header": false, "targets": 3, "features": [0, 1, 2]"#),
      plain: ("5,6,7,1\n", #""header": false, "targets": 3, "features": [2, 0, 1]"#)),
    Pair(
      name: "no header at all: several targets by index",
      training: ("1,2,7\n3,4,8\n", #""header": false, "targets": [1, 2]"#),
      other: ("5,6,7\n", #""header": false, "targets": [2, 1]"#),
      plain: ("5,6,7\n", #""header": false, "targets": [1, 2]"#), targets: .values),
    Pair(
      name: "weights by another name, or none there", training: ("a,y\n1,0\n2,1\n", y),
      other: ("mass,y,a\n0.5,1,4\n", y + #", "sample_weight": "mass""#),
      plain: ("a,y,w\n4,1,0.5\n", y + #", "sample_weight": "w""#)),
    Pair(
      name: "weights there, none here", training: ("a,y,w\n1,0,2\n2,1,3\n", y + #", "sample_weight": "w""#),
      other: ("w,y,a\n9,1,4\n", y), plain: ("a,y\n4,1\n", y)),
  ]

  @Test("the same rows are the same data however their source is written", arguments: equal)
  private func isEqual(_ pair: Pair) throws {
    let description = try trained(pair.training.table, pair.training.keys, targets: pair.targets)
    let text = description.configValue.compactText
    let read = try DataDescription(try json(text))
    #expect(read == description)
    let expected = try prepared(pair.plain.table, pair.plain.keys, like: description)
    #expect(try prepared(pair.other.table, pair.other.keys, like: read) == expected)
    // To predict, targets are neither read nor taken as features.
    let plain = try prepared(pair.plain.table, pair.plain.keys, like: description, targets: TargetKind.none)
    #expect(try prepared(pair.other.table, pair.other.keys, like: read, targets: TargetKind.none) == plain)
  }

  @Test("to predict, a table may hold the target, or a target that cannot be read")
  func predicts() throws {
    let named = try trained("a,b,y\n1,2,0\n3,4,1\n", Self.y)
    let plain = try prepared("a,b\n5,6\n", "", like: named, targets: TargetKind.none)
    for table in ["y,a,b\n0,5,6\n", "b,y,a\n6,,5\n", "b,y,a\n6,what,5\n"] {
      #expect(try prepared(table, "", like: named, targets: TargetKind.none) == plain)
      #expect(try prepared(table, Self.y, like: named, targets: TargetKind.none) == plain)
    }
    let indexed = try trained("0,1,3\n1,3,4\n", #""header": false, "targets": 0"#)
    let bare = try prepared("5,6\n", #""header": false"#, like: indexed, targets: TargetKind.none)
    #expect(bare == plain)
    #expect(try prepared("1,5,6\n", #""header": false"#, like: indexed, targets: TargetKind.none) == plain)
    #expect(throws: DataError.self) {
      try prepared("1,5,6,7\n", #""header": false"#, like: indexed, targets: TargetKind.none)
    }
  }

  @Test("arrays, and tables for models of arrays, are matched by place")
  func arrays() throws {
    let directory = try TemporaryDirectory()
    try directory.write("x", idx([2, 2], [1, 2, 3, 4])).write("y", idx([2], [1, 7]))
    let description = try section(#"{"train": {"format": "idx", "features": "x", "targets": "y"}}"#)
      .prepare(in: directory.context, targets: .classes, seed: 1).description
    #expect(description.naming == .place && description.labelKind == .numbers)
    let expected = try prepared("a,b,y\n5,6,7\n", Self.y, like: description)
    #expect(try prepared("y,p,q\n7.0,5,6\n", Self.y, like: description) == expected)
    #expect(try prepared("5,6,07\n", #""header": false, "targets": 2"#, like: description) == expected)
    // Names of a table mean nothing to an array: the order of 'features' counts.
    #expect(try prepared("y,b,a\n7,6,5\n", Self.y + #", "features": ["a", "b"]"#, like: description) == expected)
  }

  @Test("labels of text are not numbers, and a number of an array is the text that a person would write")
  func labelsOfArrays() throws {
    let text = try trained("a,y\n1,7\n2,12\n3,x\n", Self.y)
    #expect(text.labelKind == .text)
    let numbers = TargetColumns.numbers([12, 7], names: ["target"])
    let source = RowSource(file: "y.npy")
    #expect(try numbers.classTargets(names: text.classNames, kind: .text, source: source) == [0, 1])
    #expect(
      throws: DataError.unseenClass(file: "y.npy", place: "row 1 (counted from 0)", text: "7", known: ["007", "12"])
    ) { try numbers.classTargets(names: ["007", "12"], kind: .text, source: source) }
  }

  @Test("rows of a table are the lines that an editor shows")
  func lines() throws {
    let table = try csv("a,y\n1,\"two\nlines\"\n2,b\n3,\"c\n\n\"\n4,d\n", Self.y)
    #expect((0..<4).map(table.source.place) == ["line 2", "line 4", "line 5", "line 8"])
  }

  @Test("descriptions of earlier builds, which state no kinds, are understood")
  func earlierDescriptions() throws {
    func withoutKinds(_ description: DataDescription) throws -> DataDescription {
      guard case .object(let members) = description.configValue else { return description }
      return try DataDescription(.object(members.filter { $0.key != "naming" && $0.key != "class_labels" }))
    }
    for (table, keys) in [
      ("a,b,y\n1,2,0\n3,4,1\n", Self.y), ("a,b,y\n1,2,0\n3,4,x\n", Self.y),
      ("1,2,0\n3,4,1\n", #""header": false, "targets": 2"#), ("0,1,y\n1,2,0\n3,4,1\n", Self.y),
    ] {
      let description = try trained(table, keys)
      #expect(try withoutKinds(description) == description)
    }
  }
}
