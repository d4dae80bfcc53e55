import Kernels
import Specs
import Testing

@testable import Networks

/// An activation may be a function without a kernel in C.
@Suite struct ElementFunctionTests {
  /// `y = scale · x²`.
  struct Square: ActivationSpec, ElementFunction {
    static let kind = "square"
    static let summary = "y = scale · x²"
    static let examples = ["{}", #"{"scale": 0.5}"#]
    var scale: Float
    /// What the slope is multiplied by: 1 is right.
    var bend: Float = 1

    init(from fields: FieldReader) throws(ConfigError) {
      scale = Float(try fields.number("scale", default: 0.125, in: .nonNegative, "the factor"))
    }

    func values(_ x: UnsafePointer<Float>, into values: UnsafeMutablePointer<Float>, count: Int) {
      for index in 0..<count { values[index] = scale * x[index] * x[index] }
    }

    func slopes(_ x: UnsafePointer<Float>, into slopes: UnsafeMutablePointer<Float>, count: Int) {
      for index in 0..<count { slopes[index] = 2 * scale * x[index] * bend }
    }
  }

  @Test("forward and back, in more than one block, alone and in a dense layer")
  func function() throws {
    for bend in [Float(1), 1.02] {
      var spec = try Square(from: FieldReader(.object([]), path: ""))
      spec.bend = bend
      let width = Activation.blockCount + 44, initializer = try FanInUniform(from: FieldReader(describing: ""))
      let dense = DenseLayer(
        input: Port([5]), units: width, activation: spec.activation, hasBias: true, weightInitializer: initializer,
        biasInitializer: initializer)
      let findings =
        LayerCase.findings(spec, inputs: [[Port([5])], [Port([width])]])
        + LayerBattery(layer: dense, inputs: [Port([5])]).findings()
      guard bend != 1 else {
        expectNone(findings, "square")
        continue
      }
      expectFinding(.gradient, in: findings, "a slope that is 2 % too steep")
    }
  }
}
