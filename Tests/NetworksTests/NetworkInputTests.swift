import FoundationEssentials
import Kernels
import Platform
import Specs
import Testing
import ToyLayers

@testable import Networks

/// Networks that read several inputs, some of them whole numbers.
@Suite struct NetworkInputTests {
  private static func dense(_ units: Int, name: String? = nil, inputs: [String] = []) throws -> LayerNode {
    var node = try GradientTests.layer("dense", "{\"units\": \(units)}")
    (node.name, node.inputs) = (name, inputs)
    return node
  }

  private static func layer(_ kind: String, name: String? = nil, inputs: [String] = []) throws -> LayerNode {
    var node = try GradientTests.layer(kind, "{}")
    (node.name, node.inputs) = (name, inputs)
    return node
  }

  private static let inputs = [
    NetworkInput("tokens", Port([4], element: .int32)), NetworkInput("length", Port([1], element: .int32)),
    NetworkInput("rest", Port([3])),
  ]

  /// Embedded tokens that attend to each other as far as the length says, beside numbers.
  static func layers() throws -> [LayerNode] {
    [
      LayerNode(ToyEmbedding(rows: 6, units: 5), name: "e", inputs: ["tokens"]),
      LayerNode(ToyAttention(), inputs: ["e", "e", "length"]), try layer("flatten", name: "a"),
      try layer("concatenate", inputs: ["a", "rest"]), try dense(2),
    ]
  }

  private static let tokens: [[Int32]] = [[0, 5, 5, 2], [1, 1, 1, 1], [3, 0, 4, 5]]
  private static let lengths: [Int32] = [3, 1, 4]

  /// A network's memory with three rows filled, and its outputs.
  private static func outputs(_ network: Network, tokens: [[Int32]] = tokens) throws -> [[Float]] {
    let arena = AlignedBuffer<Float>(count: network.storageCount)
    network.initialize(arena.pointer, seed: 5)
    let memory = NetworkMemory(network, rows: 3, arena: arena.pointer, training: true)
    for (input, place) in zip(network.inputs, memory.inputs) {
      for row in 0..<3 {
        switch (input.name, place) {
        case ("tokens", .integers(let matrix)): for index in 0..<4 { matrix[row][index] = tokens[row][index] }
        case ("length", .integers(let matrix)): matrix[row][0] = lengths[row]
        case ("rest", .floats(let matrix)): for index in 0..<3 { matrix[row][index] = Float(row * index) - 1 }
        default: Issue.record("\(input.name)")
        }
      }
    }
    let scratch = AlignedBuffer<Float>(count: max(16, memory.scratchCount))
    memory.forward(rows: 0..<3, scratch: scratch.pointer)
    return (0..<3).map { row in (0..<network.output.count).map { memory.output[row][$0] } }
  }

  @Test("inputs reach the layers that name them, row by row")
  func values() throws {
    let network = try Network(Self.layers(), inputs: Self.inputs, path: "model.layers")
    #expect(network.output.count == 2 && network.inputs.map(\.name) == ["tokens", "length", "rest"])
    #expect(
      network.integerRanges.map { [$0.input, $0.layer, $0.range.lowerBound, $0.range.upperBound] } == [
        [0, 0, 0, 5], [1, 1, 0, 4],
      ])
    let outputs = try Self.outputs(network)
    // A token behind the length is no key, but it is a query.
    var other = Self.tokens
    other[0][3] = 4
    let changed = try Self.outputs(network, tokens: other)
    #expect(outputs[2] == changed[2] && outputs[0] != changed[0])
  }

  @Test("the same network by another order of inputs has the same numbers")
  func order() throws {
    let network = try Network(Self.layers(), inputs: Self.inputs, path: "model.layers")
    let turned = try Network(Self.layers(), inputs: Self.inputs.reversed(), path: "model.layers")
    #expect(try Self.outputs(network) == Self.outputs(turned))
  }

  @Test("memory of whole numbers is counted")
  func memory() throws {
    let network = try Network(Self.layers(), inputs: Self.inputs, path: "model.layers")
    let layout = NetworkLayout(network, rows: 3, isTraining: true)
    #expect(layout.inputs.map { layout.areas[$0].element } == [.int32, .int32, .float32])
    let arena = AlignedBuffer<Float>(count: network.storageCount)
    // Sums of layers take the room of one number where there are none.
    #expect(Double(NetworkMemory(network, layout: layout, arena: arena.pointer).byteCount) == layout.byteCount + 8)
  }

  @Test("views of whole numbers stay whole numbers")
  func views() throws {
    let tokens = NetworkInput("tokens", Port([2, 3], element: .int32))
    let network = try Network(
      [try Self.layer("flatten"), LayerNode(ToyEmbedding(rows: 4, units: 2))], inputs: [tokens], path: "model.layers")
    #expect(network.output.shape == [6, 2] && network.nodes.count == 1 && network.nodes[0].sources == [.input(0)])
  }

  @Test("what does not fit is one sentence at its place")
  func sentences() throws {
    func sentence(_ layers: [LayerNode], _ inputs: [NetworkInput] = Self.inputs) -> String {
      do throws(ConfigError) {
        _ = try Network(layers, inputs: inputs, path: "model.layers")
        return "none"
      } catch { return error.sentence }
    }
    let embedding = LayerNode(ToyEmbedding(rows: 6, units: 5), name: "e", inputs: ["tokens"])
    #expect(
      sentence([try Self.dense(2)])
        == "model.layers[0]: there are several inputs (tokens, length, rest); name those that the layer reads in its 'inputs'"
    )
    #expect(
      sentence([try Self.dense(2, inputs: ["tokens"])])
        == "model.layers[0]: dense reads float32 here, found 4 int32; give it an input of that dtype, or a layer between them "
        + "that reads int32")
    #expect(
      sentence([LayerNode(ToyEmbedding(rows: 6, units: 5), inputs: ["rest"])]).hasPrefix(
        "model.layers[0]: toy_embedding reads int32 here, found 3; "))
    #expect(
      sentence([embedding, try Self.layer("flatten")])
        == "model.layers: no layer reads the input 'length'; name it in the 'inputs' of a layer, or take it out")
    #expect(
      sentence([try Self.dense(2, inputs: ["input"])])
        .hasPrefix("model.layers[0].inputs: no earlier layer is named 'input'; "))
    #expect(
      sentence([try Self.dense(2, inputs: ["token"])]).contains("did you mean 'tokens'?"))
    #expect(
      sentence([try Self.dense(2, name: "rest", inputs: ["rest"])])
        == "model.layers[0].name: 'rest' is the name of an input of the network; give another name")
    #expect(
      sentence([try Self.layer("flatten", inputs: ["tokens"])], [Self.inputs[0]])
        == "model.layers: the last layer puts out 4 int32, a loss reads float32")
  }

  @Test("the only input may be called by its name, or 'input'", arguments: ["x", "input"])
  func only(_ name: String) throws {
    let inputs = [NetworkInput("x", Port([3]))]
    let network = try Network([Self.dense(2, inputs: [name])], inputs: inputs, path: "model.layers")
    #expect(network.nodes[0].sources == [.input(0)])
  }

  @Test("attention: what a masked position holds changes nothing; negative control: where the mask is ignored it does")
  func masked() throws {
    for flaw in [ToyAttention.Flaw.none, .ignoresMask] {
      let network = try Network(
        [LayerNode(ToyAttention(flaw: flaw), inputs: ["q", "m", "mask"])],
        inputs: [
          NetworkInput("q", Port([2, 3])), NetworkInput("m", Port([3, 3])),
          NetworkInput("mask", Port([3], element: .int32)),
        ], path: "model.layers")
      let arena = AlignedBuffer<Float>(count: network.storageCount)
      network.initialize(arena.pointer, seed: 5)
      func output(_ masked: Float) -> [UInt32] {
        let memory = NetworkMemory(network, rows: 1, arena: arena.pointer, training: false)
        guard case .floats(let q) = memory.inputs[0], case .floats(let m) = memory.inputs[1],
          case .integers(let mask) = memory.inputs[2]
        else { return [] }
        for index in 0..<6 { q[0][index] = Float(index) - 2 }
        for index in 0..<9 { m[0][index] = 3...5 ~= index ? masked : Float(index % 4) - 1 }
        for index in 0..<3 { mask[0][index] = index == 1 ? 0 : 1 }
        let scratch = AlignedBuffer<Float>(count: 16 + memory.scratchCount)
        memory.forward(rows: 0..<1, scratch: scratch.pointer)
        return (0..<2).flatMap { position in
          (0..<3).map { memory.output[0][position * network.output.channelStride + $0].bitPattern }
        }
      }
      let plain = output(0), changed = output(7), broken = output(.nan)
      #expect((plain == changed && plain == broken) == (flaw == .none), "\(flaw)")
    }
  }
}
