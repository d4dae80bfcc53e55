import Foundation
import Kernels
import Specs
import TestSupport
import Testing

@testable import Datasets

@Suite struct PreparedDataTests {
  /// All normalized features of a part.
  private func gather(_ rows: DataRows, stride: Int? = nil) -> [Float] {
    let stride = stride ?? rows.featureCount
    var output = [Float](repeating: .nan, count: rows.count * stride)
    rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &output, stride: stride)
    return output
  }

  private func prepare(
    _ table: String, _ keys: String, targets: TargetDemand = .values
  ) throws -> DataPreparation {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", table)
    return try section(#"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, \#(keys)}"#).prepare(
      in: directory.context, targets: targets, seed: 11)
  }

  private static let randomTable: (text: String, values: [[Double]]) = {
    var generator = TestGenerator(state: 7)
    let rows = (0..<200).map { _ in
      (0..<4).map { column in Double(Float(Double(generator.next() % 10_000) / 100 + pow(10, Double(column)))) }
    }
    let lines = rows.map { $0.map(\.description).joined(separator: ",") + ",5" }
    return ("a,b,c,y,constant\n" + lines.joined(separator: "\n") + "\n", rows)
  }()

  @Test func standardizesEachColumnByTheTrainingPart() throws {
    let preparation = try prepare(
      Self.randomTable.text,
      #""validation": {"fraction": 0.3}, "normalize": "standard", "normalize_targets": "standard""#)
    let description = preparation.description
    #expect(description.counts == [140, 60, 0])
    let split = RowSplit(count: 200, classes: nil, validation: 0.3, test: 0, seed: 11)
    let data = preparation.makePreparedData()
    let train = try #require(data.rows(of: .train)), validation = try #require(data.rows(of: .validation))
    #expect(data.rows(of: .test) == nil)
    let trained = gather(train), held = gather(validation)
    for (feature, column) in [0, 1, 2].enumerated() {
      let values = split.train.map { Self.randomTable.values[$0][column] }
      let mean = values.reduce(0, +) / 140
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 140).squareRoot()
      #expect(abs(description.normalization[feature].shift - mean) <= abs(mean) * 1e-14)
      #expect(abs(description.normalization[feature].scale / deviation - 1) < 1e-13)
      for (index, row) in split.validation.enumerated() {
        let expected = (Self.randomTable.values[row][column] - mean) / deviation
        #expect(abs(Double(held[index * 4 + feature]) - expected) < 2e-5)
      }
    }
    // The constant column becomes 0, not NaN.
    #expect(description.normalization[3] == (shift: 5, scale: 1))
    #expect(stride(from: 3, to: trained.count, by: 4).allSatisfy { trained[$0] == 0 })
    var targets = [Float](repeating: 0, count: 140)
    train.gatherValues(rows: Array(0..<140), count: 140, into: &targets, stride: 1)
    #expect(abs(targets.reduce(0, +)) < 1e-3)
    for (index, row) in split.train.enumerated() {
      let restored = description.targetNormalization.restore(targets[index], feature: 0)
      #expect(abs(restored - Self.randomTable.values[row][3]) < 1e-3)
    }
  }

  @Test func minmaxAndScale() throws {
    let table = "a,b,y\n1,10,0\n3,10,0\n2,10,0\n"
    let range = try prepare(table, #""normalize": "minmax""#).makePreparedData()
    #expect(gather(try #require(range.rows(of: .train))) == [0, 0, 1, 0, 0.5, 0])
    let scaled = try prepare(table, #""normalize": {"scale": 0.5}"#).makePreparedData()
    #expect(gather(try #require(scaled.rows(of: .train))) == [0.5, 5, 1.5, 5, 1, 5])
    let raw = try prepare(table, #""normalize": "none""#).makePreparedData()
    #expect(gather(try #require(raw.rows(of: .train))) == [1, 10, 3, 10, 2, 10])
  }

  @Test func categoriesStayZeroAndOne() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,c,y\n1,u,0\n3,v,1\n")
    let data = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "c"}, "normalize": "standard"}"#
    ).prepare(in: directory.context, targets: .classes, seed: 0).makePreparedData()
    #expect(gather(try #require(data.rows(of: .train))) == [-1, 1, 0, 1, 0, 1])
    #expect(data.description.featureNames == ["a", "c=u", "c=v"])
  }

  @Test func imagesAreOneQuantityAndStayBytes() throws {
    let directory = try TemporaryDirectory()
    let pixels: [UInt8] = [0, 10, 20, 30, 40, 50, 60, 70]
    try directory.write("x", idx([2, 2, 2], pixels)).write("y", idx([2], [4, 4]))
    let preparation = try section(
      #"{"train": {"format": "idx", "features": "x", "targets": "y"}, "normalize": "standard"}"#
    ).prepare(in: directory.context, targets: .classes, seed: 0)
    let description = preparation.description
    #expect(preparation.layout.sources[0].features == [.init(element: .uint8, width: 4)])
    #expect(description.normalization.isUniform)
    // 8 bytes of pixels and 2 classes of a byte, each on 64 bytes.
    #expect(preparation.layout.byteCount == 128)
    let deviation = Float(Double(525).squareRoot())
    let rows = try #require(preparation.makePreparedData().rows(of: .train))
    for (value, pixel) in zip(gather(rows), pixels) { #expect(abs(value - (Float(pixel) - 35) / deviation) < 1e-6) }
    // A stride wider than a row leaves zeros.
    #expect(gather(rows, stride: 6)[4..<6] == [0, 0])
  }

  @Test func anotherProcessMapsTheSameRegion() throws {
    let preparation = try prepare(
      Self.randomTable.text, #""validation": {"fraction": 0.2}, "test": {"fraction": 0.2}, "normalize": "standard""#)
    let text = preparation.description.configValue.compactText
    let description = try DataDescription(try ConfigValue.parse(Data(text.utf8), file: "description"))
    #expect(description == preparation.description)
    let layout = try #require(
      DataLayout(
        try ConfigValue.parse(Data(preparation.layout.configValue.compactText.utf8), file: "layout")))
    #expect(layout == preparation.layout)
    let region = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.byteCount, alignment: 64)
    defer { region.deallocate() }
    preparation.write(into: region)
    let mapped = PreparedData(description, layout: layout, region: UnsafeRawBufferPointer(region))
    let own = preparation.makePreparedData()
    for part in DataPart.allCases {
      #expect(gather(try #require(mapped.rows(of: part))) == gather(try #require(own.rows(of: part))))
    }
  }

  @Test func damagedDescriptionsAreRefused() throws {
    let good = try prepare("a,y\n1,2\n2,3\n", #""normalize": "standard""#).description.configValue.compactText
    _ = try DataDescription(try json(good))
    for (old, new) in [
      (#""shape": [1]"#, #""shape": [1099511627776, 1099511627776]"#), (#""shape": [1]"#, #""shape": [2]"#),
      (#""counts": [2, 0, 0]"#, #""counts": [2, 0]"#), (#""counts": [2, 0, 0]"#, #""counts": [2, -1, 0]"#),
      (#""scale": ["#, #""scale": [1, "#),
    ] {
      #expect(good.contains(old))
      #expect(throws: ConfigError.self) {
        try DataDescription(try json(good.replacingOccurrences(of: old, with: new)))
      }
    }
  }

  @Test func weightsAndClassesAreGathered() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,y,w\n1,n,0.5\n2,m,2\n").write("v.csv", "a,y\n3,m\n")
    let data = try section(
      #"""
      {"train": {"format": "csv", "path": "t.csv", "targets": "y", "sample_weight": "w"},
       "validation": {"format": "csv", "path": "v.csv", "targets": "y"}}
      """#
    ).prepare(in: directory.context, targets: .classes, seed: 0).makePreparedData()
    let train = try #require(data.rows(of: .train)), validation = try #require(data.rows(of: .validation))
    var classes: [Int32] = [9, 9], weights: [Float] = [9, 9]
    train.gatherClasses(rows: [1, 0], count: 2, into: &classes)
    train.gatherWeights(rows: [1, 0], count: 2, into: &weights)
    #expect(classes == [0, 1] && weights == [2, 0.5])
    #expect(data.description.classNames == ["m", "n"])
    validation.gatherWeights(rows: [0], count: 1, into: &weights)
    validation.gatherClasses(rows: [0], count: 1, into: &classes)
    #expect(weights[0] == 1 && classes[0] == 0)
  }

  @Test func predictsWithoutTargetsInTheTrainingOrder() throws {
    let trained = try prepare("a,b,y\n1,10,0\n3,20,1\n", #""normalize": "minmax""#, targets: .classes).description
    let directory = try TemporaryDirectory()
    try directory.write("p.csv", "b,note,a\n15,hello,2\n")
    let source = try format(#"{"format": "csv", "path": "p.csv"}"#)
    let data = try DataPreparation(source, like: trained, targets: .none, in: directory.context).makePreparedData()
    #expect(gather(try #require(data.rows(of: .test))) == [0.5, 0.5])
    #expect(throws: DataError.noTargets(file: "p.csv")) {
      try DataPreparation(source, like: trained, targets: .classes, in: directory.context)
    }
  }
}
