import FoundationEssentials
import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// First values: where they lie, how they are spread, what they depend on.
@Suite struct InitializerTests {
  static func make(_ kind: String, _ sample: String = "{}") throws -> any InitializerSpec {
    guard case .object(let keys) = try ConfigValue.parse(Data(sample.utf8), file: "sample") else {
      throw ConfigError("not an object")
    }
    return try FieldReader.readVariant(
      .object([.init("type", .string(kind))] + keys), InitializerRegistry.standard, path: "initializer"
    ).0
  }

  static func fill(_ distribution: InitialDistribution, count: Int, seed: UInt64 = 7, parameter: Int = 0) -> [Float] {
    let values = AlignedBuffer<Float>(count: count)
    distribution.fill(values.elements, seed: seed, parameter: parameter)
    return Array(values.elements)
  }

  /// Kind, variance of a parameter with 48 inputs and 80 outputs, and the bound that no value passes, if there is one.
  static let spreads: [(kind: String, variance: Double, bound: Double?)] = [
    ("fan_in_uniform", 1 / (3 * 48), (1.0 / 48).squareRoot()),
    ("glorot_uniform", 2.0 / 128, (6.0 / 128).squareRoot()), ("glorot_normal", 2.0 / 128, nil),
    ("he_uniform", 2.0 / 48, (6.0 / 48).squareRoot()), ("he_normal", 2.0 / 48, nil),
    ("lecun_uniform", 1.0 / 48, (3.0 / 48).squareRoot()), ("lecun_normal", 1.0 / 48, nil),
    ("uniform", 0.01 / 12, 0.05), ("normal", 0.0025, nil), ("zeros", 0, 0), ("constant", 0, 0),
  ]

  @Test("mean, variance and bounds of every kind")
  func moments() throws {
    #expect(
      Set(Self.spreads.map(\.kind)) == Set(InitializerRegistry.standard.all.map { $0.kind }), "every kind has its row")
    let count = 200_000
    for (kind, variance, bound) in Self.spreads {
      let values = Self.fill(try Self.make(kind).distribution(fanIn: 48, fanOut: 80), count: count).map(Double.init)
      let mean = values.reduce(0, +) / Double(count)
      let found = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      // Five standard errors; that of a normal's variance, the greater one, is variance · √(2 / n).
      #expect(abs(mean) <= 5 * (variance / Double(count)).squareRoot(), "\(kind) \(mean)")
      #expect(abs(found - variance) <= 5 * variance * (2 / Double(count)).squareRoot(), "\(kind) \(found)")
      guard let bound else { continue }
      let greatest = values.map(abs).max() ?? .nan
      #expect(greatest <= Double(Float(bound)) && greatest >= 0.999 * bound, "\(kind) \(greatest)")
    }
  }

  static func network(_ layers: [String], inputs: Int) throws -> (Network, AlignedBuffer<Float>) {
    let network = try Network(
      layers.map { try GradientTests.layer("dense", $0) }, input: Port([inputs]), path: "layers")
    let arena = AlignedBuffer<Float>(count: max(16, network.storageCount))
    network.initialize(arena.pointer, seed: 11)
    return (network, arena)
  }

  @Test(
    "a dense layer starts uniform in ±1/√inputs, weights and biases, before any activation, at the end and at any width",
    arguments: ["identity"] + ActivationRegistry.standard.all.map { $0.kind })
  func standard(activation: String) throws {
    let (network, arena) = try Self.network(
      [
        #"{"units": 1024, "activation": "\#(activation)"}"#, #"{"units": 300, "activation": "\#(activation)"}"#,
        #"{"units": 3}"#,
      ], inputs: 20)
    for (index, slot) in network.slots.enumerated() {
      let inputs = [20, 20, 1024, 1024, 300, 300][index]
      let bound = Float((1 / Double(inputs)).squareRoot())
      let values = network.canonicalValues(of: slot, in: arena.pointer)
      #expect(values.allSatisfy { abs($0) <= bound }, "\(slot.name)")
      // The very numbers of the stream of this parameter: no rank, thread or layout is part of its key.
      let stream = RandomStream(seed: 11, purpose: .initialization, item: UInt64(index))
      let expected = AlignedBuffer<Float>(count: values.count)
      stream.fill(uniform: expected.pointer, count: values.count, low: -bound, high: bound)
      #expect(values == Array(expected.elements), "\(slot.name)")
      if values.count >= 1000 { #expect(values.map(abs).max() ?? 0 > 0.99 * bound, "\(slot.name)") }
    }
  }

  @Test("the keys initializer and bias_initializer decide, and the resolved config names the defaults")
  func keys() throws {
    let text = #"{"units": 6, "initializer": "zeros", "bias_initializer": {"type": "constant", "value": 0.5}}"#
    let (network, arena) = try Self.network([text], inputs: 4)
    #expect(network.canonicalValues(of: network.slots[0], in: arena.pointer) == [Float](repeating: 0, count: 24))
    #expect(network.canonicalValues(of: network.slots[1], in: arena.pointer) == [Float](repeating: 0.5, count: 6))
    let (_, resolved) = try FieldReader.readVariant(
      ConfigValue.parse(Data(#"{"type": "dense", "units": 2}"#.utf8), file: "t"), LayerRegistry.standard, path: "l")
    let fan = ConfigValue.object([.init("type", .string("fan_in_uniform"))])
    #expect(resolved["initializer"] == fan && resolved["bias_initializer"] == fan)
  }
}
