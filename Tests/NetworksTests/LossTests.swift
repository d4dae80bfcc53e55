import Foundation
import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// Losses against references in double precision, at ordinary and at extreme outputs.
@Suite struct LossTests {
  static let extremes: [[Float]] = [
    [0.3, -1.2, 2.5], [0, 0, 0], [1e4, -1e4, 3], [-1e4, -1e4, -1e4], [88, 89, 90], [-0.0, 1e-30, -1e-30], [30, -30, 0],
  ]

  static func make(_ kind: String, outputs: Int, classes: Int) throws -> any Loss {
    try FieldReader.readVariant(.string(kind), LossRegistry.standard, path: "loss").0
      .makeLoss(LossContext(output: Port([outputs]), classes: classes, targetWidth: outputs, path: "loss"))
  }

  /// Loss and gradient of one sample.
  static func evaluate(_ loss: any Loss, _ outputs: [Float], target: Int32, values: [Float], weight: Float) -> (
    Double, [Float]
  ) {
    let stride = Matrix.stride(for: outputs.count)
    let z = AlignedBuffer<Float>(count: stride), d = AlignedBuffer<Float>(count: stride),
      y = AlignedBuffer<Float>(count: stride)
    for (index, value) in outputs.enumerated() { z.pointer[index] = value }
    for (index, value) in values.enumerated() { y.pointer[index] = value }
    var result = 0.0
    withUnsafePointer(to: target) { target in
      withUnsafePointer(to: weight) { weight in
        loss.evaluate(
          Matrix(z.pointer, stride: stride),
          LossRows(classes: target, values: Matrix(y.pointer, stride: stride), weights: weight), rows: 0..<1,
          losses: &result, gradient: Matrix(d.pointer, stride: stride))
      }
    }
    return (result, (0..<outputs.count).map { d.pointer[$0] })
  }

  static func check(_ found: (Double, [Float]), _ loss: Double, _ gradient: [Double], _ outputs: [Float]) {
    let largest = Double(outputs.map { abs($0) }.max() ?? 0)
    #expect(abs(found.0 - loss) <= 4 * 0x1p-24 * max(1, abs(loss), largest), "loss \(found.0), reference \(loss)")
    let steepest = gradient.map { abs($0) }.max() ?? 0
    for (g, reference) in zip(found.1, gradient) {
      #expect(abs(Double(g) - reference) <= 1e-6 * steepest + 1e-7, "gradient \(g), reference \(reference)")
    }
  }

  @Test("categorical cross-entropy", arguments: extremes, [Int32(0), 1, 2])
  func categorical(_ outputs: [Float], target: Int32) throws {
    let z = outputs.map(Double.init), top = z.max() ?? 0
    let sum = z.reduce(0) { $0 + exp($1 - top) }
    let loss = top + log(sum) - z[Int(target)]
    let gradient = z.enumerated().map { exp($1 - top) / sum - ($0 == Int(target) ? 1 : 0) }
    for weight in [Float(1), 2.5] {
      Self.check(
        Self.evaluate(
          try Self.make("categorical_cross_entropy", outputs: 3, classes: 3), outputs, target: target, values: [],
          weight: weight), Double(weight) * loss, gradient.map { Double(weight) * $0 }, outputs)
    }
  }

  @Test("binary cross-entropy", arguments: [Float(0), 0.7, -3, 30, -30, 1e4, -1e4], [Int32(0), 1])
  func binary(_ output: Float, target: Int32) throws {
    let z = Double(output)
    let loss = max(z, 0) - z * Double(target) + log1p(exp(-abs(z)))
    let sigmoid = z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z))
    Self.check(
      Self.evaluate(
        try Self.make("binary_cross_entropy", outputs: 1, classes: 2), [output], target: target, values: [], weight: 1),
      loss, [sigmoid - Double(target)], [output])
  }

  @Test("mean squared error", arguments: extremes)
  func squared(_ outputs: [Float]) throws {
    let y: [Float] = [1, -2, 0.5]
    let difference = zip(outputs, y).map { Double($0) - Double($1) }
    Self.check(
      Self.evaluate(try Self.make("mse", outputs: 3, classes: 0), outputs, target: 0, values: y, weight: 1),
      difference.reduce(0) { $0 + $1 * $1 } / 3, difference.map { 2 * $0 / 3 }, outputs)
  }

  @Test("outputs that do not fit the targets are refused")
  func shapes() {
    #expect(throws: ConfigError.self) { try Self.make("categorical_cross_entropy", outputs: 3, classes: 4) }
    #expect(throws: ConfigError.self) { try Self.make("binary_cross_entropy", outputs: 2, classes: 2) }
    #expect(throws: ConfigError.self) { try Self.make("binary_cross_entropy", outputs: 1, classes: 3) }
  }
}
