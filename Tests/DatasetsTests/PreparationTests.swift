import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

/// What stands for missing features, and what is taken of them, besides single numbers: of which rows it is measured,
/// what is kept of it, and where it is refused.
@Suite struct PreparationTests {
  private static let fields = [
    SourceField("a", .feature, .numbers), SourceField("c", .feature, .labels()), SourceField("b", .feature, .numbers),
    SourceField("y", .target, .numbers),
  ]

  /// 20 rows: `a` is missing in each fourth, `b` nowhere; both are above 0.
  private static func number(_ field: Int, _ row: Int) -> Double {
    field == 0 ? (row % 4 == 1 ? .nan : Double(1 + row * 7 % 19)) : field == 2 ? Double(1 + row) : Double(row)
  }

  private static func source(
    rows: Int = 20, _ number: @escaping @Sendable (_ field: Int, _ row: Int) -> Double = Self.number
  ) -> FieldSource {
    var source = FieldSource(fields, rows: rows)
    source.number = { field, row, _ in number(field, row) }
    source.label = { _, row in "k\(row % 3)" }
    return source
  }

  private static func section(
    _ train: any DataFormat, test: DataSection.PartSource? = nil, _ method: NormalizationMethod = .robust,
    missing: MissingPolicy = .median
  ) throws -> DataSection {
    var section = try DatasetsTests.section(#"{"train": {"format": "synthetic", "features": 1, "examples": 1}}"#)
    section.train = train
    section.test = test
    section.normalize = method
    section.missing = missing
    return section
  }

  private static func prepare(_ section: DataSection) throws -> DataPreparation {
    try section.prepare(in: DataContext(baseDirectory: ""), targets: .values, seed: 3)
  }

  private static func rows(_ data: PreparedData, _ part: DataPart) throws -> [[Float]] {
    let rows = try #require(data.rows(of: part)), width = rows.featureCount
    var features = [Float](repeating: .nan, count: rows.count * width)
    rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &features, stride: width)
    return (0..<rows.count).map { Array(features[$0 * width..<($0 + 1) * width]) }
  }

  private static let methods: [NormalizationMethod] = [
    .none, .standard, .minmax, .robust, .log, .log1p, .quantile, .scale(0.25),
  ]
  private static let policies: [MissingPolicy] = [.mean, .median, .mostFrequent, .category]

  @Test("only the training part is measured", arguments: methods, policies)
  func trainingPartAlone(method: NormalizationMethod, policy: MissingPolicy) throws {
    func description(_ changed: Int?) throws -> DataDescription {
      let train = Self.source { field, row in
        let number = Self.number(field, row)
        return row == changed && field != 3 ? number * 2 + 3 : number
      }
      return try Self.prepare(Self.section(train, test: .rows(.fraction(0.3)), method, missing: policy)).description
    }
    let plain = try description(nil)
    let whole = try Self.prepare(Self.section(Self.source(), test: .rows(.fraction(0.3)), method, missing: policy))
    let training = whole.origin(of: .train).rows, held = whole.origin(of: .test).rows
    for row in held {
      let changed = try description(row)
      #expect(changed == plain, "row \(row)")
    }
    // Negative control: some of its own rows change something, but where nothing is measured of numbers that are there.
    let changed = try training.filter { try description($0) != plain }
    #expect(!changed.isEmpty)
  }

  @Test("it is kept: as JSON, for other ranks, and for rows to predict", arguments: methods)
  func kept(method: NormalizationMethod) throws {
    let preparation = try Self.prepare(Self.section(Self.source(), method))
    let description = preparation.description
    let read = try DataDescription(json(description.configValue.compactText))
    #expect(read == description && read.treatments.contains { $0.fill != nil })
    // Column b misses nothing in the training part; it is filled all the same.
    let holes = Self.source(rows: 6) { field, row in row == 2 ? .nan : Self.number(field, row) }
    let data = try DataPreparation(holes, like: read, targets: .none, in: DataContext(baseDirectory: ""))
      .makePreparedData()
    let found = try Self.rows(data, .test), own = try Self.rows(preparation.makePreparedData(), .train)
    for row in 0..<6 where row != 2 { #expect(found[row] == own[row]) }
    let isWhole = found[2].allSatisfy { $0.isFinite }
    #expect(isWhole)
    // The medians are 10 and 10.5, as numbers of rows say.
    let medians = Self.source(rows: 1) { field, _ in field == 0 ? 10 : field == 2 ? 10.5 : 0 }
    let middle = try DataPreparation(medians, like: read, targets: .none, in: DataContext(baseDirectory: ""))
    let expected = try Self.rows(middle.makePreparedData(), .test)[0]
    #expect(read.treatments.compactMap(\.fill) == [10, 10.5])
    #expect(found[2][0] == expected[0] && found[2][4] == expected[4])
  }

  @Test("columns have transforms of their own: each as if all had it")
  func ownTransforms() throws {
    let table = try Self.source().load(in: context(.median))
    var description = try Self.prepare(Self.section(Self.source(), .standard)).description
    func measured(_ a: NormalizationMethod?, _ b: NormalizationMethod?, _ all: NormalizationMethod) throws
      -> FeaturePreparation
    {
      description.columns[0].transform = a
      description.columns[2].transform = b
      return try description.preparation(all, rows: Array(0..<20), {}) { rows, body in
        table.forEachRow(rows) { body($1) }
      }
    }
    for one in Self.methods {
      for other in Self.methods {
        let both = try measured(one, other, .none), first = try measured(nil, nil, one)
        let second = try measured(nil, nil, other)
        #expect(both.normalization[0] == first.normalization[0] && both.treatments.first == first.treatments.first)
        #expect(both.normalization[4] == second.normalization[4] && both.treatments.last == second.treatments.last)
      }
    }
    // Of one's own, `none` leaves the others their scale, as it is without.
    description.columns[0].missing = .error
    description.columns[2].missing = .error
    let plain = try measured(nil, nil, .standard), spared = try measured(nil, NormalizationMethod.none, .standard)
    #expect(plain.treatments.isEmpty && spared.treatments.isEmpty)
    #expect(spared.normalization[4] == (0, 1) && plain.normalization[4] != (0, 1))
    let text = description.columns.map(\.configValue.compactText)
    for (column, text) in zip(description.columns, text) {
      let back = try FieldReader.readObject(json(text), path: "") { fields throws(ConfigError) in
        try FeatureColumn(from: fields)
      }.0
      #expect(back == column)
    }
  }

  private func context(_ policy: MissingPolicy) -> DataContext {
    var context = DataContext(baseDirectory: "")
    context.missing.policy = policy
    return context
  }

  @Test("views measure anew, on their own training rows, and travel with it", arguments: methods)
  func views(method: NormalizationMethod) throws {
    let whole = try Self.prepare(Self.section(Self.source(), method)).makePreparedData()
    let training = Array(4..<20), held = Array(0..<4)
    let view = try whole.view(of: .train, [training, held, []], normalize: method, normalizeTargets: .none)
    let alone = Self.source(rows: 16) { field, row in Self.number(field, row + 4) }
    var own = try Self.section(alone, method)
    own.test = .source(Self.source(rows: 4))
    let other = try Self.prepare(own).makePreparedData()
    #expect(view.description.treatments == other.description.treatments)
    #expect(view.description.treatments != whole.description.treatments)
    #expect(view.description.normalization == other.description.normalization)
    // The categories of row 4 on are in another order of rows, which changes nothing.
    func numbers(_ rows: [[Float]]) -> [[Float]] { rows.map { [$0[0], $0[4]] } }
    #expect(try numbers(Self.rows(view, .train)) == numbers(Self.rows(other, .train)))
    #expect(try numbers(Self.rows(view, .validation)) == numbers(Self.rows(other, .test)))
    let sent = try #require(view.dataView)
    #expect(try whole.with(sent).description == view.description)
    var forged = sent.treatments
    forged[0].features = 0..<9
    let bad = DataView(
      source: sent.source, counts: sent.counts, weightExponents: sent.weightExponents,
      normalization: sent.normalization,
      treatments: forged, targetNormalization: sent.targetNormalization, lists: sent.withLists { Array($0) })
    #expect(throws: DataError.self) { try whole.with(bad) }
  }

  @Test("missing categories are the most frequent one, or none", arguments: [3, 255, 256, 257])
  func categories(count: Int) throws {
    var source = Self.source(rows: 600)
    source.label = { _, row in "k\(1000 + (row % 7 == 0 ? 2 : row % count))" }
    var table = try source.load(in: context(.median))
    let features = 1..<1 + count
    #expect(table.columns[1].width == count)
    table.features.codes[0][3] = -1
    table.features.codes[0][599] = -1
    var description = try Self.prepare(Self.section(source, .none)).description
    description.columns[1].missing = .mostFrequent
    let made = try description.preparation(.none, rows: Array(0..<600), {}) { rows, body in
      table.forEachRow(rows) { body($1) }
    }
    #expect(made.treatments.first { $0.features == features }?.fillCode == 2)
    let (blocks, runs) = table.featureLayout({})
    let layout = SourceLayout(rows: 600, features: blocks, runs: runs, targets: nil, weight: nil)
    let memory = blocks.map { [UInt8](repeating: 0, count: $0.rowBytes * 600 + 64) }
    withPlaces(memory) { places in
      table.writeFeatures(layout, kept: nil, to: places, givesBack: false, progress: {})
      for isFilled in [true, false] {
        let pairs = NormalizationPairs(
          .identity, made.treatments.filter { isFilled || $0.fillCode == nil }, count: description.featureCount)
        let gather = FieldGather([features], source: layout, places: places.map { UnsafeRawPointer($0) }, pairs: pairs)
        var row = [Float](repeating: .nan, count: count)
        for place in [0, 3, 4, 599] {
          gather(rows: [place], index: nil, indexBytes: 4, count: 1, into: &row, stride: count)
          let code = table.features.codes[0][place], one = code >= 0 ? Int(code) : isFilled ? 2 : nil
          #expect(row == (0..<count).map { $0 == one ? 1 : 0 }, "\(place) \(isFilled)")
        }
      }
    }
  }

  private func withPlaces(_ memory: [[UInt8]], _ body: ([UnsafeMutableRawPointer]) throws -> Void) rethrows {
    let places = memory.map { UnsafeMutableRawPointer.allocate(byteCount: $0.count, alignment: 64) }
    defer { for place in places { place.deallocate() } }
    try body(places)
  }

  @Test("arrays are filled column by column, images as a whole, and whole numbers need nothing")
  func arrays() throws {
    let directory = try TemporaryDirectory()
    try directory.write("y.npy", npy("|u1", "(4,)", [0, 1, 0, 1]))
    let source = #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "missing": "#
    func read(_ shape: String, _ values: [Float], _ policy: String) throws -> [[Float]] {
      try directory.write("x.npy", npy("<f4", shape, littleEndian(values)))
      let data = try DatasetsTests.section(source + "\"\(policy)\"}")
        .prepare(in: directory.context, targets: .classes, seed: 1)
      #expect(try DataDescription(json(data.description.configValue.compactText)) == data.description)
      return try Self.rows(data.makePreparedData(), .train)
    }
    let values: [Float] = [1, .nan, 1, 8, 3, 2, .nan, 2]
    #expect(try read("(4, 2)", values, "mean").map { $0[0] } == [1, 1, 3, Float(5.0 / 3)])
    #expect(try read("(4, 2)", values, "median") == [[1, 2], [1, 8], [3, 2], [1, 2]])
    #expect(try read("(4, 2)", values, "most_frequent") == [[1, 2], [1, 8], [3, 2], [1, 2]])
    #expect(try read("(4, 2)", values, "zero") == [[1, 0], [1, 8], [3, 2], [0, 2]])
    // Sorted: 1 1 2 2 3 8.
    #expect(try read("(4, 1, 2)", values, "median") == [[1, 2], [1, 8], [3, 2], [2, 2]])
    #expect(try read("(4, 1, 2)", values, "most_frequent") == [[1, 1], [1, 8], [3, 2], [1, 2]])
    try directory.write("x.npy", npy("|u1", "(4, 2)", [1, 2, 3, 4, 5, 6, 7, 8]))
    let whole = try DatasetsTests.section(source + "\"mean\"}")
      .prepare(in: directory.context, targets: .classes, seed: 1)
    #expect(try Self.rows(whole.makePreparedData(), .train) == [[1, 2], [3, 4], [5, 6], [7, 8]])
    // A missing target is not filled.
    try directory.write("x.npy", npy("<f4", "(4, 2)", littleEndian([1, 2, 3, 4, 5, 6, 7, 8])))
    try directory.write("y.npy", npy("<f4", "(4,)", littleEndian([0, .nan, 1, 1])))
    let error = #expect(throws: DataError.self) {
      try DatasetsTests.section(source + "\"mean\"}").prepare(in: directory.context, targets: .classes, seed: 1)
    }
    #expect(error?.sentence.contains("row 1 (counted from 0)") == true, "\(error?.sentence ?? "")")
  }

  @Test("the bytes of data do not depend on which NaN a reader hands over")
  func oneNaN() throws {
    func bytes(_ nan: Double) throws -> [UInt8] {
      let data = try Self.prepare(
        Self.section(Self.source { field, row in field == 0 && row % 4 == 1 ? nan : Self.number(field, row) })
      ).makePreparedData()
      var bytes: [UInt8] = []
      data.forEachPiece { bytes += $0 }
      return bytes
    }
    let plain = try bytes(.nan)
    for other in [-Double.nan, Double(nan: 77, signaling: false), Double(bitPattern: 0xFFF8_0000_0000_0123)] {
      #expect(try bytes(other) == plain)
    }
  }

  @Test("a column may be constant, and numbers far outside stay finite", arguments: methods)
  func extremes(method: NormalizationMethod) throws {
    let train = Self.source { field, row in field == 0 ? (row == 4 ? .nan : 5) : field == 2 ? 1e-30 : Double(row) }
    let later: [Double] = [5, 3e38, .nan, 1e-37]
    let test = Self.source(rows: 4) { field, row in field == 3 ? 0 : later[row] }
    let data = try Self.prepare(Self.section(train, test: .source(test), method)).makePreparedData()
    let own = try Self.rows(data, .train), found = try Self.rows(data, .test)
    #expect(own.allSatisfy { $0.allSatisfy(\.isFinite) })
    if method != .none, method != .scale(0.25) { #expect(own.allSatisfy { $0[0] == 0 && $0[4] == 0 }) }
    #expect(found.allSatisfy { $0.allSatisfy { !$0.isNaN } })
    if [.robust, .quantile, .log, .log1p].contains(method) { #expect(found.allSatisfy { $0.allSatisfy(\.isFinite) }) }
    #expect(FeatureFunction.smoothlyClipped(.infinity) == 3 && FeatureFunction.smoothlyClipped(-1e300) == -3)
    #expect(FeatureFunction.smoothlyClipped(0.5) == 0.5 / (1 + 0.25 / 9).squareRoot())
  }

  @Test("what cannot be filled or taken a logarithm of is one sentence")
  func refused() throws {
    func sentence(
      _ method: NormalizationMethod, _ policy: MissingPolicy = .median, test: FieldSource? = nil,
      number: @escaping @Sendable (Int, Int) -> Double = Self.number
    ) throws -> String? {
      let error = #expect(throws: DataError.self) {
        try Self.prepare(
          Self.section(Self.source(number), test: test.map { .source($0) }, method, missing: policy))
      }
      return error?.sentence
    }
    let negative: @Sendable (Int, Int) -> Double = { $0 == 2 && $1 >= 7 ? -1 : Self.number($0, $1) }
    #expect(
      try sentence(.log, number: negative)
        == "fields: row 7 (counted from 0), column 'b': -1 is not above 0, as its transform 'log' wants it; correct it, or choose "
        + "'log1p' (numbers above -1) or 'quantile', which takes any number")
    #expect(
      try sentence(.log1p, number: negative)
        == "fields: row 7 (counted from 0), column 'b': -1 is not above -1, as its transform 'log1p' wants it; correct it, or choose "
        + "'quantile', which takes any number")
    #expect(
      try sentence(.log, test: Self.source(rows: 9, negative))?.hasPrefix(
        "fields: row 7 (counted from 0), column 'b': -1 is not")
        == true)
    #expect(
      try sentence(.log, .zero)
        == "fields: column 'a': where it is missing 0 stands for it ('zero'), and its transform 'log' wants numbers above 0; fill it "
        + "with 'median', or choose 'log1p'")
    for policy in Self.policies {
      for method in Self.methods {
        #expect(
          try sentence(method, policy, number: { $0 == 0 ? .nan : Self.number($0, $1) })
            == "fields: column 'a' is missing in every training row, and nothing can stand for it; leave it out of the features"
        )
      }
    }
    // To predict, the transform is the model's.
    let trained = try Self.prepare(Self.section(Self.source(), .log)).description
    let error = #expect(throws: DataError.self) {
      try DataPreparation(
        Self.source(rows: 9, negative), like: trained, targets: .none, in: DataContext(baseDirectory: ""))
    }
    #expect(
      error?.sentence
        == "fields: row 7 (counted from 0), column 'b': -1 is not above 0, as its transform 'log' wants it; correct it: the model was "
        + "trained on the logarithms of this column")
    #expect(error?.exitCode == .data)
    // So is a view's, whichever part the row is in.
    let data = try Self.prepare(Self.section(Self.source(negative), .none)).makePreparedData()
    for rows in [[Array(0..<8), [], []], [Array(0..<5), [5, 7], []]] {
      let error = #expect(throws: DataError.self) {
        try data.view(of: .train, rows, normalize: .log, normalizeTargets: .none)
      }
      #expect(error?.sentence.hasPrefix("the data: row 7 (counted from 0), column 'b': -1 is not above 0") == true)
    }
  }

  @Test("a description with treatments that fit nothing is refused")
  func forged() throws {
    let description = try Self.prepare(Self.section(Self.source(), .quantile)).description
    func problem(_ change: (inout DataDescription) -> Void) -> String? {
      var forged = description
      change(&forged)
      do {
        _ = try DataDescription(json(forged.configValue.compactText))
        return nil
      } catch { return (error as? ConfigError)?.problem ?? "\(error)" }
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.treatments.swapAt(0, 1) } == "are not in the order of the features")
    #expect(problem { $0.treatments[1].features = 4..<6 } == "name features beyond the 5 that there are")
    #expect(problem { $0.treatments[0].features = 0..<2 } == "take a function of what has none")
    #expect(problem { $0.treatments[0].fill = nil } == "do not fill every feature that may be missing")
    #expect(problem { $0.treatments.removeLast() } == "do not fill every feature that may be missing")
    #expect(problem { $0.treatments.insert(FeatureTreatment(features: 1..<3, fillCode: 1), at: 1) } != nil)
    #expect(problem { $0.treatments.insert(FeatureTreatment(features: 1..<4, fillCode: 3), at: 1) } != nil)
    #expect(problem { $0.treatments.insert(FeatureTreatment(features: 1..<4, fillCode: 2), at: 1) } == nil)
    #expect(
      problem {
        $0.treatments[0].function = .log; $0.treatments[0].fill = 0
      } != nil)
    // Whatever features it claims to have, looking at it takes as long as it is.
    let text =
      #"{"shape": [1099511627776], "columns": [], "target_kind": "none", "class_names": [], "target_names": [], "has_sample_weights": false, "normalization": {"formula": "divided"}, "target_normalization": {"formula": "divided"}, "counts": [1, 0, 0], "missing": "mean", "treatments": [{"features": [0, 1099511627775], "fill": 1}]}"#
    let error = #expect(throws: ConfigError.self) { try DataDescription(json(text)) }
    #expect(error?.problem == "do not fill every feature that may be missing")
    for knots in ["[]", "[2, 1]", #"["a"]"#] {
      #expect(throws: ConfigError.self) {
        try FieldReader.readObject(
          json(#"{"features": [0, 1], "function": "ranks", "knots": \#(knots)}"#), path: ""
        ) { fields throws(ConfigError) in try FeatureTreatment(from: fields) }
      }
    }
  }

  @Test("tables of text are brought to a common scale unless the config says otherwise; arrays are not")
  func defaults() throws {
    func resolved(_ text: String) throws -> ConfigValue? {
      try FieldReader.readObject(json(text), path: "data") { fields throws(ConfigError) in
        try DataSection(from: fields)
      }.1["normalize"]
    }
    let table = #""train": {"format": "csv", "path": "t.csv", "targets": "y"}"#
    let array = #""train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}"#
    #expect(try resolved("{\(table)}") == .string("standard"))
    #expect(try resolved("{\(array)}") == .string("none"))
    for method in ["\"none\"", "\"quantile\"", #"{"scale": 0.5}"#] {
      #expect(try resolved(#"{\#(table), "normalize": \#(method)}"#)?.compactText == json(method).compactText)
      #expect(
        try NormalizationMethod(json(method), path: "").configValue.compactText == json(method).compactText)
    }
    let reader = FieldReader(describing: "data")
    _ = try DataSection(from: reader)
    #expect(reader.properties.first { $0.key == "normalize" }.map { $0.defaultValue == nil && !$0.isRequired } == true)
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,y\n1,0\n3,1\n2,0\n")
    let data = try DatasetsTests.section("{\(table)}").prepare(in: directory.context, targets: .classes, seed: 1)
    #expect(abs(data.description.normalization[0].shift - 2) < 1e-15 && data.description.treatments.isEmpty)
  }
}
