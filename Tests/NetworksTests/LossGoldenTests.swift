import Foundation
import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// Every loss beside float64 values and gradients of PyTorch or of its formula; see Golden/losses.py.
@Suite struct LossGoldenTests {
  struct Entry: Codable, Sendable, CustomTestStringConvertible {
    var config: String
    var classes: Int
    var outputs: [[Double]]
    var targets: [[Double]]?
    var labels: [Int]?
    var losses: [Double]
    var gradients: [[Double]]
    var testDescription: String { "\(config), \(outputs.first?.count ?? 0) outputs" }
  }

  struct Golden: Codable { var cases: [Entry] }

  static let golden: [Entry] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/losses.json")
    return (try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: path)))?.cases ?? []
  }()

  static func spec(_ config: String) throws -> any LossSpec {
    try FieldReader.readVariant(
      ConfigValue.parse(Data(config.utf8), file: "loss"), LossRegistry.standard, path: "loss"
    ).0
  }

  /// Losses and gradients of all rows, computed in the given runs of rows.
  static func evaluate(_ entry: Entry, weight: Float, cuts: [Range<Int>]? = nil) throws -> ([Double], [[Float]]) {
    let rows = entry.outputs.count, width = entry.outputs[0].count, targetWidth = entry.targets?[0].count ?? 0
    let loss = try spec(entry.config).makeLoss(
      LossContext(output: Port([width]), classes: entry.classes, targetWidth: targetWidth, path: "loss"))
    func matrix(_ values: [[Double]], _ width: Int) -> (AlignedBuffer<Float>, Matrix) {
      let stride = Matrix.stride(for: max(1, width))
      let buffer = AlignedBuffer<Float>(count: rows * stride)
      for (row, line) in values.enumerated() {
        for (column, value) in line.enumerated() { buffer.pointer[row * stride + column] = Float(value) }
      }
      return (buffer, Matrix(buffer.pointer, stride: stride))
    }
    let (zMemory, z) = matrix(entry.outputs, width), (dMemory, d) = matrix([], width)
    let (yMemory, y) = matrix(entry.targets ?? [], targetWidth)
    let labels = (entry.labels ?? [Int](repeating: 0, count: rows)).map { Int32($0) }
    let weights = [Float](repeating: weight, count: rows)
    var losses = [Double](repeating: .nan, count: rows)
    labels.withUnsafeBufferPointer { labels in
      weights.withUnsafeBufferPointer { weights in
        losses.withUnsafeMutableBufferPointer { losses in
          guard let labels = labels.baseAddress, let weights = weights.baseAddress, let losses = losses.baseAddress
          else { return }
          let targets = LossRows(classes: labels, values: y, weights: weights)
          #expect(loss.problem(with: targets, rows: 0..<rows) == nil)
          for cut in cuts ?? [0..<rows] {
            loss.evaluate(z, targets, rows: cut, losses: losses, gradient: d)
          }
        }
      }
    }
    defer { withExtendedLifetime((zMemory, dMemory, yMemory)) {} }
    for row in 0..<rows {
      for column in width..<d.stride { #expect(d[row][column] == 0, "padding stays 0") }
    }
    return (losses, (0..<rows).map { row in (0..<width).map { d[row][$0] } })
  }

  /// Whether a row is within the bounds; `bend` multiplies what was found.
  static func fits(_ entry: Entry, _ found: ([Double], [[Float]]), row: Int, weight: Double, bend: Double = 1) -> Bool {
    let largest = entry.outputs[row].map { abs($0) }.max() ?? 0
    let loss = entry.losses[row]
    let bound = 4 * 0x1p-24 * max(1, abs(loss), largest) * weight
    guard abs(found.0[row] * bend - weight * loss) <= bound else { return false }
    let steepest = entry.gradients[row].map { abs($0) }.max() ?? 0
    return zip(found.1[row], entry.gradients[row]).allSatisfy {
      abs(Double($0) * bend - weight * $1) <= (1e-6 * steepest + 1e-7) * weight
    }
  }

  @Test("values and gradients", arguments: golden)
  func values(_ entry: Entry) throws {
    for weight in [Float(1), 2.5] {
      let found = try Self.evaluate(entry, weight: weight)
      for row in entry.outputs.indices {
        #expect(
          Self.fits(entry, found, row: row, weight: Double(weight)),
          """
          row \(row): outputs \(entry.outputs[row].prefix(4)), loss \(found.0[row]), reference \
          \(Double(weight) * entry.losses[row]), gradient \(found.1[row].prefix(4)), reference \
          \(entry.gradients[row].prefix(4))
          """)
      }
    }
  }

  @Test("negative control: 0.01 % off does not fit", arguments: golden)
  func control(_ entry: Entry) throws {
    let found = try Self.evaluate(entry, weight: 1)
    #expect(entry.outputs.indices.contains { !Self.fits(entry, found, row: $0, weight: 1, bend: 1.0001) })
  }

  @Test("any cut of the rows gives the same bits", arguments: golden)
  func cuts(_ entry: Entry) throws {
    let whole = try Self.evaluate(entry, weight: 1.5), rows = entry.outputs.count
    let parts = try Self.evaluate(entry, weight: 1.5, cuts: [0..<1, 1..<min(4, rows), min(4, rows)..<rows])
    #expect(whole.0.map(\.bitPattern) == parts.0.map(\.bitPattern))
    #expect(whole.1 == parts.1)
  }

  @Test("every loss of the registry has golden values and two examples")
  func complete() {
    let covered = Self.golden.map(\.config).joined()
    for type in LossRegistry.standard.all where type.kind != "expression" {
      #expect(covered.contains("\"\(type.kind)\""), "\(type.kind)")
      #expect(type.examples.count >= 2)
    }
  }

  @Test("targets out of a loss's domain are named")
  func domains() throws {
    func problem(_ config: String, _ values: [Double]) throws -> String? {
      let loss = try Self.spec(config).makeLoss(
        LossContext(output: Port([values.count]), classes: 0, targetWidth: values.count, path: "loss"))
      let y = AlignedBuffer<Float>(count: 32)
      for (index, value) in values.enumerated() { y.pointer[16 + index] = Float(value) }
      for index in values.indices { y.pointer[index] = index == 0 ? 1 : 0 }
      let labels: [Int32] = [0, 0], weights: [Float] = [1, 1]
      return labels.withUnsafeBufferPointer { labels in
        weights.withUnsafeBufferPointer { weights in
          guard let labels = labels.baseAddress, let weights = weights.baseAddress else { return nil }
          let rows = LossRows(classes: labels, values: Matrix(y.pointer, stride: 16), weights: weights)
          return loss.problem(with: rows, rows: 0..<2).map { "\($0.row): \($0.text)" }
        }
      }
    }
    #expect(try problem(#"{"type": "msle"}"#, [-1])?.contains("1: target -1.0 is not allowed") == true)
    #expect(try problem(#"{"type": "poisson"}"#, [-0.5])?.contains("from 0 on") == true)
    #expect(try problem(#"{"type": "gamma"}"#, [0])?.contains("above 0") == true)
    #expect(try problem(#"{"type": "tweedie"}"#, [-2])?.contains("from 0 on") == true)
    #expect(try problem(#"{"type": "binary_cross_entropy"}"#, [0.5, 1.5])?.contains("from 0 to 1") == true)
    #expect(try problem(#"{"type": "kl_divergence"}"#, [0.5, 0.4])?.contains("add up to 0.9") == true)
    #expect(try problem(#"{"type": "mse"}"#, [-7]) == nil)
  }
}
