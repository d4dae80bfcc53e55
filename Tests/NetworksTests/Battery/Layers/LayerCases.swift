import FoundationEssentials
import Specs
import Testing

@testable import Networks

/// A layer as the config names it, with inputs that it takes.
struct LayerCase: Sendable, CustomTestStringConvertible {
  var kind: String
  var example: String
  var testDescription: String { "\(kind) \(example)" }

  /// Every registered layer's examples, dense layers of more than one panel of units with every registered activation,
  /// and one of so many that its products copy their inputs.
  static let all =
    LayerRegistry.standard.all.flatMap { type in type.examples.map { LayerCase(kind: type.kind, example: $0) } }
    + ActivationRegistry.standard.all.flatMap { type in
      type.examples.map { example in
        let keys =
          example.dropFirst().dropLast().allSatisfy(\.isWhitespace) ? "" : ", " + example.dropFirst().dropLast()
        return LayerCase(
          kind: "dense", example: #"{"units": 70, "activation": {"type": "\#(type.kind)"\#(keys)}}"#)
      }
    }

  /// What layers may read: rows of less than a vector, of several items of work, several layers, positions without
  /// padding and with it. Each takes some of them.
  static let inputs: [[Port]] = [
    [Port([5])], [Port([203])], [Port([2, 3, 4])], [Port([21]), Port([21])], [Port([4]), Port([17]), Port([1])],
    [Port([3, 5], channelStride: 16)], [Port([2, 20], channelStride: 48)],
    [Port([3, 5], channelStride: 16), Port([3, 5]), Port([3, 5], channelStride: 32)],
    [Port([2, 3, 5]), Port([2, 3, 18], channelStride: 32)],
    [Port([1], element: .int32)], [Port([3, 5], element: .int32)],
    [Port([3, 5], channelStride: 16), Port([4, 5]), Port([4], element: .int32)],
    [Port([2, 20], channelStride: 48), Port([3, 20], channelStride: 32), Port([1], element: .int32)],
  ]

  func spec() throws -> any LayerSpec {
    let value = try ConfigValue.parse(Data(example.utf8), file: "example")
    guard case .object(let members) = value else { throw ConfigError("not an object") }
    return try FieldReader.readVariant(
      .object([.init("type", .string(kind))] + members), LayerRegistry.standard, path: "layer"
    ).0.spec
  }

  /// What the battery finds with all of some inputs that a layer takes.
  static func findings(_ spec: any LayerSpec, inputs: [[Port]] = LayerCase.inputs) -> [Finding] {
    var isUsed = false
    let findings = inputs.flatMap { ports -> [Finding] in
      guard ports.indices.allSatisfy({ spec.elements(ofInput: $0).contains(ports[$0].element) }),
        let layer = try? spec.makeLayer(inputs: ports, path: "layer"),
        // A view of whole numbers computes nothing.
        !layer.isView || layer.output.element == .float32
      else { return [] }
      isUsed = true
      return LayerBattery(layer: layer, inputs: ports).findings().map {
        Finding(kind: $0.kind, text: "inputs \(ports), \($0.text)")
      }
    }
    return isUsed ? findings : [Finding(kind: .unusable, text: "takes none of \(inputs)")]
  }
}
