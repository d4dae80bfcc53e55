import Kernels
import Specs
import TestSupport
import Testing

@testable import Datasets

/// Folds and bootstraps are lists of rows; each has the statistics of its own training rows.
@Suite struct DataViewTests {
  private static func table(_ rows: [Int]) -> String {
    "a,c,b,y,w\n"
      + rows.map { "\($0 * 37 % 101).5,k\($0 % 4),\(1_700_000_000 + $0 * 13),\(Double($0 % 17) / 10),\(1 + $0 % 3)\n" }
      .joined()
  }

  private func prepare(_ rows: [Int], _ keys: String, _ directory: TemporaryDirectory) throws -> PreparedData {
    try directory.write("t.csv", Self.table(rows))
    return try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "c", "sample_weight": "w"}\#(keys)}"#
    ).prepare(in: directory.context, targets: .values, seed: 5).makePreparedData()
  }

  private func gather(_ data: PreparedData, _ part: DataPart) throws -> [[Float]] {
    let rows = try #require(data.rows(of: part)), width = rows.featureCount, all = Array(0..<rows.count)
    var features = [Float](repeating: .nan, count: rows.count * width),
      weights = [Float](repeating: 0, count: rows.count)
    var targets = weights
    rows.gatherFeatures(rows: all, count: rows.count, into: &features, stride: width)
    rows.gatherValues(rows: all, count: rows.count, into: &targets, stride: 1)
    rows.gatherWeights(rows: all, count: rows.count, into: &weights)
    return all.map { Array(features[$0 * width..<($0 + 1) * width]) + [targets[$0], weights[$0]] }
  }

  @Test(
    "a fold is what the same rows are in a file of their own, bit for bit", arguments: ["standard", "minmax", "none"],
    [TargetTransform.standard, .log1p])
  func folds(method: String, targets: TargetTransform) throws {
    let directory = try TemporaryDirectory()
    let keys = #", "normalize": "\#(method)", "normalize_targets": "\#(targets.rawValue)""#
    let whole = try prepare(Array(0..<120), keys + #", "test": {"fraction": 0.25}"#, directory)
    let preparation = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "c", "sample_weight": "w"}, "test": {"fraction": 0.25}}"#
    ).prepare(in: directory.context, targets: .values, seed: 5)
    let origin = preparation.origin(of: .train).rows
    for fold in 0..<3 {
      // Every category is in every fold's training rows.
      let held = origin.indices.filter { $0 % 3 == fold }, rest = origin.indices.filter { $0 % 3 != fold }
      let view = try whole.view(
        of: .train, [rest, held, []], normalize: try NormalizationMethod(.string(method), path: ""),
        normalizeTargets: targets)
      #expect(view.rows(of: .test) == nil && view.description.counts == [rest.count, held.count, 0])
      let own = try prepare(rest.map { origin[$0] }, keys, directory)
      #expect(view.description.normalization == own.description.normalization)
      #expect(view.description.targetNormalization == own.description.targetNormalization)
      #expect(try gather(view, .train) == gather(own, .train))
      let pairs = view.description.normalization
      for (row, values) in zip(held, try gather(view, .validation)) {
        let a = Double(origin[row] * 37 % 101) + 0.5
        #expect(values[0] == Float((a - pairs[0].shift) / pairs[0].scale))
      }
    }
    // What they are views of is as it was.
    #expect(try gather(whole, .train).count == origin.count)
  }

  @Test("a bootstrap has rows several times, and a fold of a fold is one")
  func bootstrap() throws {
    let directory = try TemporaryDirectory()
    let whole = try prepare(Array(0..<60), #", "normalize": "none""#, directory)
    let all = try gather(whole, .train)
    var generator = TestGenerator(state: 3)
    let drawn = (0..<60).map { _ in Int.random(in: 0..<60, using: &generator) }
    let view = try whole.view(
      of: .train, [drawn, [], [4, 4]], normalize: .none, normalizeTargets: .none)
    #expect(try gather(view, .train) == drawn.map { all[$0] })
    #expect(try gather(view, .test) == [all[4], all[4]])
    let again = try view.view(of: .train, [[7, 7, 0], [1], []], normalize: .none, normalizeTargets: .none)
    #expect(try gather(again, .train) == [7, 7, 0].map { all[drawn[$0]] })
    #expect(try gather(again, .validation) == [all[drawn[1]]])
  }

  @Test("a fold without weight is refused")
  func weightless() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "x,w,y\n1,1,0\n2,0,1\n3,0,2\n")
    let whole = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "sample_weight": "w"}}"#
    ).prepare(in: directory.context, targets: .values, seed: 5).makePreparedData()
    let error = #expect(throws: DataError.self) {
      try whole.view(of: .train, [[1, 2], [0], []], normalize: .none, normalizeTargets: .none)
    }
    #expect(error == .noWeight(file: "the data", part: "train"))
  }
}
