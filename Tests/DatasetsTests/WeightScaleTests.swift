import Foundation
import Kernels
import Specs
import Testing

@testable import Datasets

/// Weights on their way to float32, and features over its whole range.
@Suite struct WeightScaleTests {
  private func prepared(_ weights: [Double]) throws -> [Float] { try prepared(weights.map(\.description)) }

  private func prepared(_ weights: [String]) throws -> [Float] {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,y,w\n" + weights.map { "1,2,\($0)\n" }.joined())
    let data = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "sample_weight": "w"}}"#
    ).prepare(in: directory.context, targets: .values, seed: 1).makePreparedData()
    let rows = try #require(data.rows(of: .train))
    var output = [Float](repeating: .nan, count: rows.count)
    rows.gatherWeights(rows: Array(0..<rows.count), count: rows.count, into: &output)
    return output
  }

  @Test("usual weights stay as they are; of others the ratios")
  func ratios() throws {
    #expect(try prepared([1, 0.25, 3, 0]) == [1, 0.25, 3, 0])
    #expect(try prepared([1_048_576, 0.1]) == [1_048_576, 0.1])
    let expected = try prepared([1, 0.75, 0, 1.9])
    for exponent in stride(from: -1000, through: 1000, by: 37) where !(-20...20).contains(exponent) {
      #expect(try prepared([1, 0.75, 0, 1.9].map { scalbn($0, exponent) }) == expected, "2^\(exponent)")
    }
    let tiny = try prepared([4e-42, 3e-42, 1e-42])
    #expect(abs(tiny[0] / tiny[2] - 4) < 1e-6 && abs(tiny[1] / tiny[2] - 3) < 1e-6)
  }

  @Test("weights that are lost, negative, missing or all 0 are refused with their place")
  func refused() throws {
    func sentence(_ weights: [String]) throws -> String {
      let directory = try TemporaryDirectory()
      try directory.write("t.csv", "a,y,w\n" + weights.map { "1,2,\($0)\n" }.joined())
      do {
        _ = try section(
          #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "sample_weight": "w"}}"#
        ).prepare(in: directory.context, targets: .values, seed: 1)
      } catch let error as DataError { return error.sentence }
      return ""
    }
    for (weights, says) in [
      (["1", "1e-40"], "line 3: the sample weight 1e-40 is lost beside the largest, 1"),
      (["1e300", "1"], "line 3: the sample weight 1 is lost beside the largest, 1e+300"),
      (["1", "-1e-320"], "line 3: the sample weight -1e-320 is not allowed"),
      (["1e-330", "1"], "line 2: the sample weight 1e-330 is not allowed"),
      (["1e309", "1"], "line 2: the sample weight 1e309 is not allowed"),
      (["0", "0.0"], "all train samples weigh 0"),
      (["1", "nan"], "line 3"), (["inf", "1"], "line 2"),
    ] {
      let found = try sentence(weights)
      #expect(found.contains(says), "\(weights): \(found)")
    }
  }

  @Test("weights of NPY files are read in double")
  func npyWeights() throws {
    let directory = try TemporaryDirectory()
    func bytes(_ values: [Double]) -> [UInt8] {
      values.flatMap { v in withUnsafeBytes(of: v.bitPattern) { Array($0) } }
    }
    try directory.write("x.npy", npy("<f8", "(2,)", bytes([1, 2])))
    try directory.write("y.npy", npy("<f8", "(2,)", bytes([1, 2])))
    try directory.write("w.npy", npy("<f8", "(2,)", bytes([1e-300, 2e-300])))
    let data = try section(
      #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy", "sample_weight": "w.npy"}}"#
    ).prepare(in: directory.context, targets: .values, seed: 1).makePreparedData()
    var output = [Float](repeating: 0, count: 2)
    try #require(data.rows(of: .train)).gatherWeights(rows: [0, 1], count: 2, into: &output)
    #expect(output[1] == 2 * output[0] && (1..<2).contains(output[1]))
  }

  @Test("normalization over the whole range of float32", arguments: ["minmax", "standard"])
  func wide(method: String) throws {
    let directory = try TemporaryDirectory()
    let values: [[Double]] = [[-3.3e38, 3e38, 5, 1e38], [3.3e38, 3e38, 6, 1.0001e38], [0, 3e38, 7, 1.0002e38]]
    try directory.write(
      "t.csv", "a,b,c,d,y\n" + values.map { $0.map(\.description).joined(separator: ",") + ",\($0[0])\n" }.joined())
    let preparation = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "normalize": "\#(method)", "normalize_targets": "standard"}"#
    ).prepare(in: directory.context, targets: .values, seed: 1)
    // As a model keeps it.
    let description = try DataDescription(
      ConfigValue.parse(Data(preparation.description.configValue.compactText.utf8), file: "d"))
    #expect(description == preparation.description)
    let rows = try #require(preparation.makePreparedData().rows(of: .train))
    var output = [Float](repeating: .nan, count: 12)
    rows.gatherFeatures(rows: [0, 1, 2], count: 3, into: &output, stride: 4)
    for column in 0..<4 {
      let x = values.map { Double(Float($0[column])) }
      let mean = x.reduce(0, +) / 3
      let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot()
      let (shift, width) = method == "minmax" ? (x.min() ?? 0, (x.max() ?? 0) - (x.min() ?? 0)) : (mean, deviation)
      for row in 0..<3 {
        let expected = width == 0 ? 0 : (x[row] - shift) / width
        #expect(abs(Double(output[row * 4 + column]) - expected) < 2e-3, "\(column), \(row)")
        if column != 3 { #expect(abs(Double(output[row * 4 + column]) - expected) < 1e-6, "\(column), \(row)") }
      }
    }
    var targets = [Float](repeating: 0, count: 3)
    rows.gatherValues(rows: [0, 1, 2], count: 3, into: &targets, stride: 1)
    for row in 0..<3 {
      let restored = description.targetNormalization.restore(targets[row], feature: 0)
      #expect(abs(restored - values[row][0]) <= 1e33)
    }
  }
}
