import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

/// A source of fields with roles and kinds of every sort, made in code.
struct FieldSource: DataFormat {
  static let kind = "fields"
  static let summary = "fields made in code"
  static let examples = ["{}", "{ }"]
  static let pathKeys = [String]()
  var hasTargets: Bool { true }

  var fields: [SourceField]
  var rows: Int
  var naming = Naming.header
  /// The number of a row's field, its label, the entries of its row.
  var number: @Sendable (_ field: Int, _ row: Int, _ index: Int) -> Double = { Double(100 * $0 + 10 * $1 + $2) }
  var label: @Sendable (_ field: Int, _ row: Int) -> String = { "f\($0)-\($1 % 3)" }
  var length: @Sendable (_ row: Int) -> Int = { $0 % 4 }
  /// Fewer rows of a field of an array.
  var shortened: Int?
  /// Rows handed over at once.
  var step = 3

  init(_ fields: [SourceField], rows: Int) {
    self.fields = fields
    self.rows = rows
  }

  init(from fields: FieldReader) throws(ConfigError) { self.init([], rows: 0) }

  func read(into sink: DataSink) throws(DataError) {
    try sink.begin(fields, from: "fields", naming: naming)
    var block = RowBlock(fields)
    for row in 0..<rows {
      var place = 0
      for (index, field) in fields.enumerated() {
        switch field.content {
        case .numbers:
          for element in 0..<field.shape.count { block.numbers.append(number(index, row, element)) }
        case .labels:
          block.labels[place].append(label(index, row))
          place += 1
        case .array: break
        }
      }
      block.endRow()
      if row % step == 0 { try sink.append(&block) }
    }
    try sink.append(&block)
    for (index, field) in fields.enumerated() {
      guard case .array(let element) = field.content else { continue }
      var first = 0
      while first < (shortened == index ? rows - 1 : rows) {
        let own = first..<min(first + step, shortened == index ? rows - 1 : rows)
        let lengths = own.map { field.isRagged ? length($0) : 1 }
        var bytes: [UInt8] = []
        for (row, length) in zip(own, lengths) {
          for entry in 0..<length * field.shape.count {
            let value = number(index, row, entry)
            bytes += element == .float32 ? Self.bytes(Float(value)) : Self.bytes(Int32(value))
          }
        }
        try bytes.withUnsafeBufferPointer { bytes throws(DataError) in
          let raw = UnsafeRawBufferPointer(bytes)
          if field.isRagged {
            try sink.append(raw, lengths: lengths, to: index)
          } else {
            try sink.append(raw, to: index)
          }
        }
        first = own.upperBound
      }
    }
  }

  private static func bytes<Number>(_ value: Number) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
}

@Suite struct DataSinkTests {
  private static let fields = [
    SourceField("a", .feature, .numbers),
    SourceField("colour", .feature, .labels()),
    SourceField("tokens", .feature, .array(.int32), isRagged: true),
    SourceField("pair", .feature, .array(.float32), shape: [2]),
    SourceField("b", .feature, .numbers, shape: [3]),
    SourceField("y", .target, .numbers),
    SourceField("w", .weight, .numbers),
    SourceField("patient", .group, .labels()),
    SourceField("row", .id, .array(.int32)),
  ]

  private func section(_ train: FieldSource, test: FieldSource? = nil, missing: MissingPolicy = .error) throws
    -> DataSection
  {
    var section = try plain()
    section.train = train
    section.test = test.map { .source($0) }
    section.missing = missing
    return section
  }

  private func plain() throws -> DataSection {
    try DatasetsTests.section(#"{"train": {"format": "synthetic", "features": 1, "examples": 1}}"#)
  }

  private func rows(_ data: PreparedData, _ part: DataPart) throws -> [[Float]] {
    let rows = try #require(data.rows(of: part)), width = rows.featureCount
    var features = [Float](repeating: .nan, count: rows.count * width)
    rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &features, stride: width)
    return (0..<rows.count).map { Array(features[$0 * width..<($0 + 1) * width]) }
  }

  /// What a row of ``fields`` is.
  private func expected(_ row: Int, entries: Int = 3) -> [Float] {
    let base = Float(10 * row)
    let colour: [Float] = (0..<3).map { $0 == row % 3 ? 1 : 0 }
    let tokens: [Float] = (0..<entries).map { $0 < row % 4 ? 200 + base + Float($0) : 0 }
    return [base] + colour + tokens + [Float(row % 4)] + [300 + base, 301 + base] + [
      400 + base, 401 + base, 402 + base,
    ]
  }

  @Test("fields of every role and kind, in blocks of every size", arguments: [1, 3, 100])
  func fields(step: Int) throws {
    var source = FieldSource(Self.fields, rows: 11)
    source.step = step
    let table = try source.load(in: DataContext(baseDirectory: ""))
    #expect(table.count == 11)
    #expect(table.columns.map(\.name) == ["a", "colour", "tokens", "tokens.length", "pair", "b"])
    #expect(table.columns.map(\.width) == [1, 3, 3, 1, 2, 3])
    #expect(table.sampleWeights == (0..<11).map { (row: Int) -> Double in Double(600 + 10 * row) })
    #expect(table.keys.map(\.role) == [.group, .id])
    #expect(table.keys[0].labels(0..<4) == ["f7-0", "f7-1", "f7-2", "f7-0"])
    #expect(table.keys[1].labels([0, 10]) == ["800", "900"])
    let preparation = try section(source).prepare(
      in: DataContext(baseDirectory: ""), targets: .values, seed: 1)
    #expect(
      preparation.layout.sources[0].features.map(\.element) == [.float32, .uint8, .int32, .int32, .float32])
    let data = preparation.makePreparedData()
    #expect(try rows(data, .train) == (0..<11).map { expected($0) })
    let again = try DataDescription(data.description.configValue)
    #expect(again == data.description)
    #expect(again.featureNames.contains("b[2]") && again.featureNames.contains("colour=f1-2"))
  }

  @Test("another source: features by name in any order, others left alone, ragged rows as long as the training rows")
  func names() throws {
    let order = [3, 5, 2, 0, 4, 1]
    var other = FieldSource([SourceField("c", .feature, .numbers)] + order.map { Self.fields[$0] }, rows: 6)
    other.number = { field, row, index in Double(field == 0 ? 7 : 100 * order[field - 1] + 10 * row + index) }
    other.label = { _, row in "f1-\(row % 3)" }
    other.length = { min(2, $0 % 4) }
    let data = try section(FieldSource(Self.fields, rows: 11), test: other)
      .prepare(in: DataContext(baseDirectory: ""), targets: .values, seed: 1).makePreparedData()
    let found = try rows(data, .test)
    for row in 0..<6 where row % 4 < 3 { #expect(found[row] == expected(row)) }
    #expect(found[3][4..<8] == [230, 231, 0, 2])
  }

  @Test("nothing normalizes ragged rows, whose ends are no numbers")
  func normalized() throws {
    var own = try section(FieldSource(Self.fields, rows: 11))
    own.normalize = .standard
    let data = try own.prepare(in: DataContext(baseDirectory: ""), targets: .values, seed: 1).makePreparedData()
    let found = try rows(data, .train)
    for row in 0..<11 { #expect(found[row][4..<7] == expected(row)[4..<7]) }
    #expect(abs(found.reduce(0) { $0 + $1[0] }) < 1e-4)
    #expect(abs(found.reduce(0) { $0 + $1[10] }) < 1e-4)
  }

  @Test("NaN is missing in numbers and arrays: refused with counts, or left out with targets, weights and keys")
  func missing() throws {
    var source = FieldSource(Self.fields, rows: 11)
    source.number = { field, row, index in
      (field == 0 && row == 2) || (field == 3 && row == 5 && index == 1)
        ? .nan : Double(100 * field + 10 * row + index)
    }
    let error = #expect(throws: DataError.self) { try source.load(in: DataContext(baseDirectory: "")) }
    #expect(
      error?.sentence.contains("'a': 1 missing (first in row 2 (counted from 0), 'NaN'); 'pair[1]': 1 missing") == true,
      "\(error?.sentence ?? "")")
    var context = DataContext(baseDirectory: "")
    context.missing.policy = .dropRow
    let table = try source.load(in: context)
    #expect(table.count == 9 && table.dropped.rows == [2, 5])
    #expect(table.keys[1].labels([2, 3, 4, 8]) == ["830", "840", "860", "900"])
    #expect(table.sampleWeights?[4] == 660)
    #expect(table.source.place(4) == "row 6 (counted from 0)")
    table.forEachRow([4]) { #expect($1[0] == 60) }
  }

  @Test("room for expected rows is made, and never more than an eighth of the memory")
  func expected() throws {
    for (rows, holds) in [(1000, 1000), (.max, 1 << 10), (-1, 0), (0, 0)] {
      let sink = DataSink(DataContext(baseDirectory: ""))
      try sink.begin(
        [
          SourceField("a", .feature, .numbers), SourceField("colour", .feature, .labels()),
          SourceField("y", .target, .numbers, shape: [3]), SourceField("w", .weight, .numbers),
        ], from: "t", naming: .header)
      sink.expect(rows: rows)
      let room = sink.contents[2].values.capacity
      #expect(room >= 3 * holds && room <= Memory.byteCount / 64 && sink.contents[3].values.capacity >= holds)
    }
  }

  @Test("what does not fit is one sentence")
  func refused() throws {
    func sentence(_ change: (inout FieldSource) -> Void, test: ((inout FieldSource) -> Void)? = nil) throws -> String? {
      var train = FieldSource(Self.fields, rows: 11), other = train
      change(&train)
      test?(&other)
      let error = #expect(throws: DataError.self) {
        try section(train, test: test == nil ? nil : other)
          .prepare(in: DataContext(baseDirectory: ""), targets: .values, seed: 1)
      }
      #expect(error?.exitCode == .data || error?.exitCode == .config)
      return error?.sentence
    }
    #expect(
      try sentence { $0.shortened = 8 } == "fields: has 10 rows, but fields has 11; they must match row by row")
    #expect(try sentence { $0.rows = 0 } == "fields: has no rows of data; at least one is needed")
    #expect(
      try sentence { $0.fields[4].name = "a" } == "fields: two columns are named 'a'; rename one")
    #expect(
      try sentence { $0.number = { field, row, _ in field == 6 && row == 4 ? -1 : Double(row) } }
        == "fields: row 4 (counted from 0): the sample weight -1 is not allowed; weights are 0, or from 1e-307 to 1.7e308"
    )
    #expect(
      try sentence { $0.number = { field, row, _ in field == 4 && row == 4 ? 1e39 : Double(row) } }
        == "fields: row 4 (counted from 0), column 'b': 1e+39 is beyond the range of float32 (±3.4e38); rescale the column"
    )
    #expect(
      try sentence({ _ in }, test: { $0.fields[0].name = "z" })?.hasPrefix(
        "fields: has no column 'a', a feature of the training source; ") == true)
    #expect(
      try sentence({ _ in }, test: { $0.fields[1].content = .numbers })
        == "fields: column 'colour' holds a number, and categories in the training source, which decides; give it as it is there"
    )
    #expect(
      try sentence({ _ in }, test: { $0.fields[4].shape = [2] })
        == "fields: column 'b' holds 2 numbers, and 3 numbers in the training source, which decides; give it as it is there"
    )
    #expect(
      try sentence({ _ in }, test: { $0.length = { row in row == 7 ? 5 : 1 } })
        == "fields: row 7 (counted from 0), column 'tokens': has 5 entries, and the training rows have at most 3; cut it, or train on rows that are as long"
    )
    #expect(
      try sentence(
        { _ in }, test: { $0.label = { field, row in "f\(field)-\(field == 1 && row == 9 ? 8 : row % 3)" } })?
        .contains("row 9 (counted from 0)") == true)
  }
}
