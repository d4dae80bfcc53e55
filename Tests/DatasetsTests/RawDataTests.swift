import Foundation
import Kernels
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Rows are held as they came, once, and prepared in double while they are fetched.
@Suite struct RawDataTests {
  func rows(
    _ data: PreparedData, _ part: DataPart = .train
  ) throws -> (features: [Float], targets: [Float]) {
    let rows = try #require(data.rows(of: part)), width = rows.featureCount, all = Array(0..<rows.count)
    var features = [Float](repeating: .nan, count: rows.count * width)
    rows.gatherFeatures(rows: all, count: rows.count, into: &features, stride: width)
    guard data.description.targetKind == .values else { return (features, []) }
    var targets = [Float](repeating: .nan, count: rows.count * data.description.targetWidth)
    rows.gatherValues(rows: all, count: rows.count, into: &targets, stride: data.description.targetWidth)
    return (features, targets)
  }

  func bytes<Number>(_ values: [Number]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  /// What a person would compute in double.
  private func standard(_ x: [Double]) -> [Float] {
    let mean = x.reduce(0, +) / Double(x.count)
    let rest = x.reduce(0) { $0 + ($1 - mean) } / Double(x.count)
    let deviation = (x.reduce(0) { $0 + ($1 - mean - rest) * ($1 - mean - rest) } / Double(x.count)).squareRoot()
    return x.map { Float(($0 - mean - rest) / deviation) }
  }

  private func near(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 4 * max($0.ulp, $1.ulp, Float(0x1p-24)) }
  }

  /// Numbers that float32 does not tell apart, of a mean from 10⁹ to 10¹⁵.
  private static let offsets: [Double] = [1.7e9, -1.7e9, 1.7e12, 4_000_000_000_000_007, 123_456.7]

  @Test(
    "what stands far from 0 is prepared as the same numbers without their offset", arguments: offsets, ["npy", "csv"])
  func offset(_ offset: Double, format: String) throws {
    let directory = try TemporaryDirectory()
    let near = (0..<50).map { Double($0 * 37 % 50) }, far = near.map { $0 + offset }
    switch format {
    case "npy":
      try directory.write("x.npy", npy("<f8", "(50, 1)", bytes(far))).write("y.npy", npy("<f8", "(50,)", bytes(far)))
    default:
      try directory.write("t.csv", "x,y\n" + far.map { "\($0),\($0)\n" }.joined())
    }
    let source =
      format == "csv"
      ? #"{"format": "csv", "path": "t.csv", "targets": "y"}"#
      : #"{"format": "npy", "features": "x.npy", "targets": "y.npy"}"#
    for method in ["standard", "minmax"] {
      let data = try section(#"{"train": \#(source), "normalize": "\#(method)", "normalize_targets": "standard"}"#)
        .prepare(in: directory.context, targets: .values, seed: 1).makePreparedData()
      let found = try rows(data)
      #expect(self.near(found.targets, standard(near)))
      #expect(self.near(found.features, method == "minmax" ? near.map { Float($0 / 49) } : standard(near)))
      #expect(data.notes.isEmpty)
      // Predictions come back to where the data are.
      for (row, value) in found.targets.enumerated() {
        #expect(abs(data.description.targetNormalization.restore(Double(value), feature: 0) - far[row]) < 1e-4)
      }
    }
  }

  @Test("whole numbers of 64 bits, in either byte order", arguments: ["<i8", ">i8"])
  func integers(type: String) throws {
    let directory = try TemporaryDirectory()
    let ids = (0..<20).map { 1_000_000_000_000_000 + Int64($0 * 7) }
    let stored = ids.map { type.hasPrefix(">") ? $0.bigEndian : $0.littleEndian }
    try directory.write("x.npy", npy(type, "(20, 1)", bytes(stored))).write("y.npy", npy(type, "(20,)", bytes(stored)))
    let preparation = try section(
      #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "normalize": "standard", "normalize_targets": "standard"}"#
    ).prepare(in: directory.context, targets: .values, seed: 1)
    #expect(preparation.layout.sources[0].features == [.init(element: .int64, width: 1)])
    let found = try rows(preparation.makePreparedData())
    #expect(near(found.features, standard((0..<20).map { Double($0 * 7) })))
    #expect(near(found.targets, found.features))
  }

  @Test("a row is (x − mean) / deviation in double, rounded once, and a split does not change what a row is")
  func formula() throws {
    let directory = try TemporaryDirectory()
    let values = (0..<90).map { (row: Int) -> [Double] in
      (0..<3).map { (column: Int) -> Double in Double(row * 7919 % 1000 + column) / 10 }
    }
    try directory.write(
      "t.csv", "a,b,c,y\n" + values.map { $0.map(\.description).joined(separator: ",") + ",1\n" }.joined())
    let preparation = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.3}, "normalize": "standard"}"#
    ).prepare(in: directory.context, targets: .values, seed: 3)
    let pairs = preparation.description.normalization, data = preparation.makePreparedData()
    for part in [DataPart.train, .validation] {
      let found = try rows(data, part).features
      for (index, row) in preparation.origin(of: part).rows.enumerated() {
        for column in 0..<3 {
          let expected = Float((values[row][column] - pairs.shift[column]) / pairs.scale[column])
          #expect(found[index * 3 + column] == expected)
        }
      }
    }
    // One source for both parts, each with a list of its rows.
    #expect(preparation.layout.sources.count == 1)
    #expect(preparation.layout.parts.map(\.count) == [63, 27, 0])
  }

  @Test("a table takes 4 bytes where float32 holds a column, else 8; categories 1, 2 or 4")
  func sizes() throws {
    let directory = try TemporaryDirectory()
    let count = 3000
    var text = "whole,half,tenth,few,many,y,w\n"
    for row in 0..<count {
      text += "\(row),\(Double(row) / 2),\(Double(row) / 10),c\(row % 3),d\(row % 300),\(row % 2),0.5\n"
    }
    try directory.write("t.csv", text)
    let preparation = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": ["few", "many"], "sample_weight": "w"}, "normalize": "standard", "test": {"fraction": 0.2}}"#
    ).prepare(in: directory.context, targets: .classes, seed: 3)
    let source = preparation.layout.sources[0]
    #expect(
      source.features == [
        .init(element: .float32, width: 2), .init(element: .float64, width: 1), .init(element: .uint8, width: 1),
        .init(element: .uint16, width: 1),
      ])
    #expect(source.featureTypes == "2 columns float32, 1 column float64, 1 category uint8, 1 category uint16")
    #expect(source.targets == .init(element: .uint8, width: 1) && source.weight == .float32)
    let needed = count * (2 * 4 + 8 + 1 + 2 + 1 + 4 + 4)
    #expect((needed...needed * 105 / 100).contains(preparation.layout.byteCount))
    // And what is fetched is what was written.
    let data = preparation.makePreparedData(), width = 3 + 3 + 300
    let pairs = preparation.description.normalization
    for part in [DataPart.train, .test] {
      let found = try rows(data, part).features
      for (index, row) in preparation.origin(of: part).rows.enumerated() {
        let one = found[index * width..<(index + 1) * width].map { $0 }
        #expect(one[2] == Float((Double(row) / 10 - pairs.shift[2]) / pairs.scale[2]))
        #expect(one[3..<6].enumerated().allSatisfy { $1 == ($0 == row % 3 ? 1 : 0) })
        #expect(one[6...].reduce(0, +) == 1)
      }
    }
  }

  @Test("only the rows that are asked for are held")
  func testRows() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "x,y\n" + (0..<100).map { "\($0),\($0)\n" }.joined())
    let own = try section(
      #"{"normalize": "none", "train": {"format": "csv", "path": "t.csv", "targets": "y"}, "test": {"fraction": 0.1}}"#)
    let trained = try own.prepare(in: directory.context, targets: .values, seed: 3)
    let again = try DataPreparation(testRowsOf: own, like: trained.description, in: directory.context, seed: 3)
    #expect(again.layout.sources[0].rows == 10)
    #expect(try rows(again.makePreparedData(), .test) == rows(trained.makePreparedData(), .test))
  }

  @Test("models of earlier builds go by their formula, in float32")
  func earlier() throws {
    let directory = try TemporaryDirectory()
    let x = (0..<20).map { 1000 + Double($0) / 7 }
    try directory.write("t.csv", "x,y\n" + x.map { "\($0),1\n" }.joined())
    let source = try format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#)
    let text =
      #"{"shape": [1], "element": "float32", "columns": [{"name": "x"}], "naming": "header", "target_kind": "values", "class_names": [], "target_names": ["y"], "has_sample_weights": false, "normalization": {"shift": [1000.5], "scale": [0.75]}, "target_normalization": {"shift": [0], "scale": [1]}, "counts": [20, 0, 0]}"#
    let description = try DataDescription(json(text))
    #expect(description.normalization.formula == .float32)
    let data = try DataPreparation(source, like: description, targets: .values, in: directory.context)
      .makePreparedData()
    #expect(try rows(data, .test).features == x.map { (Float($0) - 1000.5) * 0.75 })
  }

  @Test("numbers that fall together in float32 are told, and no others")
  func together() throws {
    let directory = try TemporaryDirectory()
    func notes(_ x: [Double], _ keys: String, targets: [Double]? = nil) throws -> [String] {
      let y = targets ?? x.map { _ in 1 }
      try directory.write("t.csv", "x,y\n" + zip(x, y).map { "\($0),\($1)\n" }.joined())
      return try section(#"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}\#(keys)}"#)
        .prepare(in: directory.context, targets: .values, seed: 1).notes
    }
    let ids = (0..<300).map { 1e15 + Double($0 * 7) }, plain = (0..<300).map { Double($0) / 10 }
    let told = try notes(ids, #", "normalize": "none""#)
    #expect(
      told.count == 1 && told[0].contains("300 different numbers of column 'x' are ")
        && told[0].contains("\"standard\""))
    #expect(try notes(ids, #", "normalize": "standard""#).isEmpty)
    #expect(try notes(plain, #", "normalize": "none""#).isEmpty)
    #expect(try notes(plain, #", "normalize": "standard""#).isEmpty)
    // One number far out presses the others together, in whatever way.
    #expect(
      try notes(plain.map { 1 + $0 * 1e-9 } + [1e9], #", "normalize": "standard""#).first?.contains("logarithms")
        == true)
    let target = try notes(plain, "", targets: ids)
    #expect(target.count == 1 && target[0].contains("target 'y'") && target[0].contains("data.normalize_targets"))
    #expect(try notes(plain, #", "normalize_targets": "standard""#, targets: ids).isEmpty)
    // Numbers at random fall together now and then.
    var generator = TestGenerator(state: 5)
    #expect(
      try notes((0..<9000).map { _ in Double.random(in: 0..<1, using: &generator) }, #", "normalize": "none""#).isEmpty)
  }

  @Test("negative control: float32 does not tell these numbers apart")
  func control() {
    let far = (0..<50).map { Float(1.7e9 + Double($0)) }
    #expect(Set(far).count < 5)
  }
}

extension RawDataTests {
  private static func long(last: String) -> [UInt8] {
    let row = Array((String(repeating: "1,", count: 200) + "0\n").utf8), rows = 1000
    var text = Array(((0..<200).map { "c\($0)," }.joined() + "y\n").utf8)
    for _ in 0..<rows { text += row }
    return text + Array((String(repeating: "2,", count: 200) + last + "\n").utf8)
  }

  @Test(
    "a text that goes back to the system is read again from the top where its last label is a word, or a fault explained"
  )
  func longText() throws {
    let format = try #require(try format(#"{"format": "csv", "path": "t.csv", "targets": "y"}"#) as? CSVFormat)
    func read(_ text: [UInt8]) throws -> (table: Table, count: Int) {
      let sink = DataSink(DataContext(baseDirectory: ""))
      var reader = CSVReader(format: format, sink: sink), count = 0
      reader.longText = 1 << 13
      try reader.read(FileBytes(copying: text)) { () throws(DataError) in
        count += 1
        return try FileBytes(copying: text)
      }
      return (try sink.table(), count)
    }
    #expect(try read(Self.long(last: "0")).count == 0)
    let (table, count) = try read(Self.long(last: "no"))
    #expect(table.count == 1001 && (0...2).contains(count))
    guard case .text(let codes, let labels, _)? = table.targets else {
      Issue.record("the target is text")
      return
    }
    #expect(labels == ["0", "no"] && codes.last == 1 && codes.dropLast().allSatisfy { $0 == 0 })
    table.forEachRow([0, 999, 1000]) { row, values in
      #expect((0..<200).allSatisfy { values[$0] == (row == 1000 ? 2 : 1) })
    }
    // A footer is told from a row that is cut off only by looking at the lines before.
    do {
      _ = try read(Self.long(last: "0") + Array("total\n".utf8))
      Issue.record("a footer is no row")
    } catch let error as DataError {
      #expect(error.sentence.contains("footer"), "\(error.sentence)")
    }
  }
}

extension RawDataTests {
  @Test("a column that only rounding tells apart is constant", arguments: ["standard", "minmax"])
  func noise(method: String) throws {
    let directory = try TemporaryDirectory()
    let values = (1...60).map { Double($0) * 0.1 / Double($0) }
    #expect(Set(values).count > 1)
    let lines = values.indices.map { (row: Int) -> String in "\(values[row]),\((1 << 50) + row % 3),\(row)\n" }
    try directory.write("t.csv", "c,w,y\n" + lines.joined())
    let data = try section(#"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "normalize": "\#(method)"}"#)
      .prepare(in: directory.context, targets: .values, seed: 1).makePreparedData()
    #expect(data.description.normalization.scale[0] == 1)
    let found = try rows(data).features
    #expect(stride(from: 0, to: found.count, by: 2).allSatisfy { abs(found[$0]) < 1e-15 })
    // Whole numbers differ for good, however near.
    #expect(Set(stride(from: 1, to: found.count, by: 2).map { found[$0] }).count == 3)
  }

  @Test("weights of any size come as their ratios, where arithmetic takes small numbers for 0 as well")
  func smallWeights() throws {
    let directory = try TemporaryDirectory()
    for weights in [
      "1e-310 3e-310 5e-324", "2e-308 3e-308 1e-309", "1e-30 3e-30 0", "1e300 3e300 2e300",
    ] {
      try directory.write("t.csv", "x,w,y\n" + weights.split(separator: " ").map { "1,\($0),2\n" }.joined())
      let rows = try #require(
        try section(#"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "sample_weight": "w"}}"#)
          .prepare(in: directory.context, targets: .values, seed: 1).makePreparedData().rows(of: .train))
      var plain = [Float](repeating: .nan, count: 3), flushed = plain
      rows.gatherWeights(rows: [0, 1, 2], count: 3, into: &plain)
      Denormals.flushing { rows.gatherWeights(rows: [0, 1, 2], count: 3, into: &flushed) }
      #expect(plain == flushed && plain[1] > 0, "\(weights): \(plain), \(flushed)")
      #expect(abs(plain[0] / plain[1] - (weights.hasPrefix("2") ? 2 : 1) / 3) < 1e-6)
    }
  }

  @Test("a series is looked at where its numbers are near each other")
  func series() throws {
    let directory = try TemporaryDirectory()
    let times = (0..<20_000).map { Int64(1_700_000_000 + $0) }
    try directory.write("x.npy", npy("<i8", "(20000, 1)", bytes(times)))
      .write("y.npy", npy("<i8", "(20000,)", bytes(times.map { $0 - 1_700_000_000 })))
    func notes(_ method: String) throws -> [String] {
      try section(
        #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "normalize": "\#(method)"}"#
      ).prepare(in: directory.context, targets: .values, seed: 1).notes
    }
    #expect(try notes("none").count == 1)
    #expect(try notes("standard").isEmpty)
    try directory.write("x.npy", npy("<i8", "(20000, 1)", bytes(times.map { $0 + 1 << 60 })))
    #expect(try notes("standard").contains { $0.contains("beyond 2^53") })
  }

  @Test("whole numbers of a table that double rounds are told", arguments: ["standard", "none"])
  func longIds(method: String) throws {
    let directory = try TemporaryDirectory()
    func notes(_ cells: [String]) throws -> [String] {
      try directory.write(
        "t.csv", "c,id,y\n" + cells.enumerated().map { "\($0 % 3 == 0 ? "u" : "v"),\($1),\($0)\n" }.joined())
      return try section(
        #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "c"}, "normalize": "\#(method)"}"#
      ).prepare(in: directory.context, targets: .values, seed: 1).notes
    }
    let told = "column 'id' are beyond 2^53"
    #expect(try notes((0..<40).map { "1234567890123456\($0 + 10)" }).contains { $0.contains(told) })
    #expect(try notes((0..<40).map { "-98765432109876543210\($0 + 10)" }).contains { $0.contains(told) })
    // Numbers that double holds, and numbers that are none of counting.
    for cells in [
      (0..<40).map { "\((1 << 60) + ($0 << 20))" }, (0..<40).map { "1.\($0 + 10)e20" }, (0..<40).map { "\($0)" },
    ] {
      #expect(try !notes(cells).contains { $0.contains(told) }, "\(cells[1])")
    }
  }

  @Test("fields of a model's file that cut a category are refused")
  func cutCategory() throws {
    func text(_ features: String) -> String {
      #"""
      {"shape": [5], "columns": [{"name": "a"}, {"name": "c", "categories": ["u", "v", "w"]}, {"name": "b"}],
       "target_kind": "values", "class_names": [], "target_names": ["y"], "has_sample_weights": false,
       "normalization": {}, "target_normalization": {}, "counts": [2, 0, 0],
       "fields": [{"name": "f", "dtype": "float32", "shape": [3], "features": \#(features)}]}
      """#
    }
    #expect(throws: ConfigError.self) { try DataDescription(json(text("[[0, 2], [4, 5]]"))) }
    #expect(try DataDescription(json(text("[[1, 4]]"))).fields.count == 1)
  }
}
