import FoundationEssentials
import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// The battery of layers and losses: gradients against directional derivatives.
@Suite struct GradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: String
    var example: String
    var testDescription: String { "\(kind) \(example)" }
  }

  static let layers = LayerRegistry.standard.all.flatMap { type in
    type.examples.map { Case(kind: type.kind, example: $0) }
  }
  static let losses = LossRegistry.standard.all.flatMap { type in
    type.examples.map { Case(kind: type.kind, example: $0) }
  }

  static func layer(_ kind: String, _ example: String) throws -> LayerNode {
    let value = try ConfigValue.parse(Data(example.utf8), file: "example")
    guard case .object(let members) = value else { throw ConfigError("not an object") }
    return try FieldReader.readVariant(
      .object([.init("type", .string(kind))] + members), LayerRegistry.standard, path: "layer"
    ).0
  }

  /// A network with memory, random inputs, and Σ output · c as its loss.
  final class Rig {
    let network: Network
    let arena: AlignedBuffer<Float>
    let memory: NetworkMemory
    let rows = 7
    let direction: [Float]
    let samples = AlignedBuffer<UInt64>(count: 7)
    let scratch: AlignedBuffer<Float>

    init(_ layers: [LayerNode], input: Port, derivedLimit: Int = .max) throws {
      network = try Network(layers, input: input, path: "layers")
      arena = AlignedBuffer(count: max(16, network.storageCount))
      network.initialize(arena.pointer, seed: 3)
      // Wide enough that steps along a direction seldom cross the kink of a rectifier.
      for (index, slot) in network.slots.enumerated() {
        let bound = (6 / Double(slot.parameter.fanIn)).squareRoot()
        let values = AlignedBuffer<Float>(count: slot.parameter.count)
        InitialDistribution.uniform(low: -bound, high: bound).fill(values.elements, seed: 3, parameter: index)
        network.setCanonicalValues(Array(values.elements), of: slot, in: arena.pointer)
      }
      for slot in network.slots where slot.name.hasSuffix("bias") {
        network.setCanonicalValues(GradientTests.random(slot.parameter.count, 50), of: slot, in: arena.pointer)
      }
      memory = NetworkMemory(network, rows: rows, arena: arena.pointer, training: true, derivedLimit: derivedLimit)
      scratch = AlignedBuffer(
        count: max(
          memory.layout.gradientScratchCount + WeightGradient.scratchCount(leaves: 64), memory.scratchCount))
      direction = GradientTests.random(rows * network.output.count, 51)
      for row in 0..<rows {
        samples.pointer[row] = UInt64(row * 3)
        let values = GradientTests.random(input.count, UInt64(60 + row))
        for (index, value) in values.enumerated() { memory.input[row][index] = value }
      }
      memory.begin(StepContext(isTraining: true, seed: 1, step: 2, samples: UnsafePointer(samples.pointer)))
    }

    func forward(_ rows: Range<Int>) { memory.forward(rows: rows, scratch: scratch.pointer) }

    func renew() { for item in memory.derivedItems.indices { memory.renewDerived(item: item) } }

    func loss() -> Double {
      renew()
      forward(0..<rows)
      var sum = 0.0
      for row in 0..<rows {
        for column in 0..<network.output.count {
          sum += Double(memory.output[row][column]) * Double(direction[row * network.output.count + column])
        }
      }
      return sum
    }

    func gradient() -> AlignedBuffer<Float> {
      _ = loss()
      for row in 0..<rows {
        for column in 0..<network.output.count {
          memory.outputGradient[row][column] = direction[row * network.output.count + column]
        }
      }
      let gradient = AlignedBuffer<Float>(count: max(16, network.gradientCount))
      memory.backward(rows: 0..<rows, scratch: scratch.pointer)
      let leaf = GradientLeaf(rows: 0..<rows, merges: 0)
      withUnsafePointer(to: leaf) { leaf in
        for item in memory.gradientItems.indices {
          memory.accumulateWeightGradient(
            item: item, leaves: leaf, leafCount: 1, gradient: gradient.pointer, scratch: scratch.pointer)
        }
      }
      memory.addTiedGradients(gradient.pointer)
      return gradient
    }
  }

  static func random(_ count: Int, _ item: UInt64) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    RandomStream(seed: 11, purpose: .noise, item: item).fill(normal: &values, count: count)
    return values
  }

  /// The relative difference of g · v and (L(w + hv) − L(w − hv)) / 2h, the best of several h; v is nonzero where
  /// parameters are.
  static func error(_ rig: Rig, damage: Float = 1) -> Double {
    let gradient = rig.gradient()
    var worst = 0.0
    for slot in rig.network.slots {
      let before = rig.network.canonicalValues(of: slot, in: rig.arena.pointer)
      let v = random(slot.parameter.count, 77)
      let g = rig.network.canonicalValues(of: slot, in: gradient.pointer).map { $0 * damage }
      let predicted = zip(g, v).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let scale = zip(g, v).reduce(1e-3) { $0 + abs(Double($1.0) * Double($1.1)) }
      var best = Double.infinity
      for h: Float in [1.0 / 128, 1.0 / 512, 1.0 / 2048] {
        func moved(_ sign: Float) -> Double {
          rig.network.setCanonicalValues(zip(before, v).map { $0 + sign * h * $1 }, of: slot, in: rig.arena.pointer)
          return rig.loss()
        }
        let measured = (moved(1) - moved(-1)) / Double(2 * h)
        best = min(best, abs(measured - predicted) / scale)
      }
      rig.network.setCanonicalValues(before, of: slot, in: rig.arena.pointer)
      worst = max(worst, best)
    }
    return worst
  }

  /// The layer between two dense layers, so that both its inputs' and its weights' gradients are seen.
  static func rig(_ node: LayerNode, derivedLimit: Int = .max) throws -> Rig {
    var layer = node
    // Layers that join read two others.
    if !(layer.spec is any SingleInputLayerSpec) { layer.inputs = ["first", "second"] }
    return try Rig(
      [
        LayerNode(GradientTests.layer("dense", #"{"units": 6, "activation": "relu"}"#).spec, name: "first"),
        LayerNode(
          GradientTests.layer("dense", #"{"units": 6, "activation": "tanh"}"#).spec, name: "second"), layer,
        GradientTests.layer("dense", #"{"units": 4}"#),
      ], input: Port([5]), derivedLimit: derivedLimit)
  }

  @Test("each layer's gradients agree with directional derivatives", arguments: layers)
  func layerGradient(_ entry: Case) throws {
    let error = Self.error(try Self.rig(Self.layer(entry.kind, entry.example)))
    #expect(error < 2e-3, "relative error \(error)")
  }

  @Test("negative control: a gradient that is 2 % off fails")
  func wrongGradient() throws {
    let layer = try Self.layer("dense", #"{"units": 5, "activation": "sigmoid"}"#)
    #expect(Self.error(try Self.rig(layer), damage: 1.02) > 2e-3)
  }

  @Test("rows give the same bits however they are cut", arguments: layers)
  func cut(_ entry: Case) throws {
    let rig = try Self.rig(Self.layer(entry.kind, entry.example))
    rig.renew()
    rig.forward(0..<7)
    let whole = (0..<7).flatMap { row in (0..<4).map { rig.memory.output[row][$0].bitPattern } }
    for part in [0..<2, 2..<3, 3..<7] { rig.forward(part) }
    #expect(whole == (0..<7).flatMap { row in (0..<4).map { rig.memory.output[row][$0].bitPattern } })
  }

  @Test("what layers derive from their weights may be kept or made anew on every use", arguments: layers)
  func derived(_ entry: Case) throws {
    let layer = try Self.layer(entry.kind, entry.example)
    let kept = try Self.rig(layer), anew = try Self.rig(layer, derivedLimit: 0)
    #expect(anew.memory.derivedItems.isEmpty && anew.memory.scratchCount > 0 && !kept.memory.derivedItems.isEmpty)
    let expected = kept.gradient(), found = anew.gradient()
    let areEqual = withExtendedLifetime((expected, found)) {
      expected.elements.elementsEqual(found.elements) { $0.bitPattern == $1.bitPattern }
    }
    #expect(areEqual)
  }

  @Test("every registered layer has at least two examples")
  func examples() {
    for type in LayerRegistry.standard.all { #expect(type.examples.count >= 2, "\(type.kind)") }
    for type in LossRegistry.standard.all { #expect(type.examples.count >= 2, "\(type.kind)") }
    for type in InitializerRegistry.standard.all { #expect(type.examples.count >= 2, "\(type.kind)") }
  }
}
