import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// Positions × channels: layers that see more of a sample than one flat row.
@Suite struct PositionTests {
  private static let inputs: [[Port]] = [
    [Port([7, 3])], [Port([5, 20], channelStride: 48)], [Port([6, 5], channelStride: 16)],
  ]

  @Test("a convolution over positions, and each way to get it wrong", arguments: ConvolutionLayer.Flaw.allCases)
  func convolution(_ flaw: ConvolutionLayer.Flaw) {
    let findings = LayerCase.findings(
      ConvolutionLayer.Spec(units: 6, taps: 3, flaw: flaw), inputs: Self.inputs)
    guard let kind = flaw.finding else { return expectNone(findings, "no flaw") }
    expectFinding(kind, in: findings, "\(flaw)")
  }

  private static func layer(_ kind: String, _ keys: String = "{}") throws -> any LayerSpec {
    try GradientTests.layer(kind, keys).spec
  }

  /// Dense layers at positions, branches that meet there, a convolution, and a copy into a flat row.
  private static func layers() throws -> [LayerNode] {
    [
      LayerNode(try layer("dense", #"{"units": 6, "activation": "gelu"}"#), name: "a"),
      LayerNode(try layer("dense", #"{"units": 6, "activation": "silu"}"#), name: "b", inputs: ["input"]),
      LayerNode(try layer("add"), name: "sum", inputs: ["a", "b"]),
      LayerNode(try layer("tanh"), name: "t"),
      LayerNode(try layer("dropout", #"{"rate": 0.3}"#), name: "dropped"),
      LayerNode(try layer("concatenate"), inputs: ["dropped", "a", "input"]),
      LayerNode(ConvolutionLayer.Spec(units: 5, taps: 2)),
      LayerNode(try layer("dense", #"{"units": 32, "activation": "softplus"}"#)),
      LayerNode(try layer("dense", #"{"units": 3, "activation": "sigmoid"}"#)),
      LayerNode(try layer("flatten")),
      LayerNode(try layer("dense", #"{"units": 4}"#)),
    ]
  }

  @Test("gradients through a network of positions, with what is derived kept and made anew", arguments: [Int.max, 0])
  func gradients(derivedLimit: Int) throws {
    let rig = try GradientTests.Rig(Self.layers(), input: Port([5, 3]), derivedLimit: derivedLimit)
    #expect(rig.network.outline[5].output.shape == [5, 15] && rig.network.outline[9].output == Port([12]))
    let error = GradientTests.error(rig)
    #expect(error < 2e-3, "relative error \(error)")
    #expect(GradientTests.error(rig, damage: 1.02) > 2e-3, "negative control")
  }

  @Test("a dense layer at positions computes what it computes for rows of their own", arguments: [2, 8, 16, 17])
  func rowsOfTheirOwn(channels: Int) throws {
    let positions = 5, dense = try Self.layer("dense", #"{"units": 21, "activation": "silu"}"#)
    for input in [Port([positions, channels]), Port([positions, channels], channelStride: 48)] {
      let layer = try dense.makeLayer(inputs: [input], path: "")
      let flat = try dense.makeLayer(inputs: [Port([channels])], path: "")
      #expect(layer.output.shape == [positions, 21] && layer.parameters[0].shape == flat.parameters[0].shape)
      let bench = LayerBench(layer, inputs: [input]), one = LayerBench(flat, inputs: [Port([channels])])
      _ = bench.trace()
      for position in 0..<positions {
        let rows = 0..<LayerBench.rows
        one.inputs[0].values = rows.flatMap { row in
          (0..<channels).map { bench.inputs[0][(row * positions + position) * channels + $0] }
        }
        one.forward()
        let found = rows.flatMap { row in
          (0..<21).map { bench.output[(row * positions + position) * 21 + $0].bitPattern }
        }
        #expect(found == one.output.bits, "\(input), position \(position)")
      }
    }
  }

  @Test("a row is flat in memory where no channel is followed by padding")
  func views() throws {
    func flatten(_ port: Port) throws -> any Layer { try Self.layer("flatten").makeLayer(inputs: [port], path: "") }
    for port in [Port([28, 28]), Port([4, 32], channelStride: 32), .aligned([9, 16])] {
      #expect(try flatten(port).isView && port.rowCount == port.count)
    }
    for port in [Port([4, 30], channelStride: 32), .aligned([9, 256])] {
      #expect(try !flatten(port).isView && port.rowCount > port.count)
    }
    #expect(Port([1, 30], channelStride: 32) == Port([1, 30]), "one position needs no stride")
    #expect(Port([4, 30]) != Port([4, 30], channelStride: 32))
  }

  @Test("a dense layer that reads data of several axes is warned of, one behind weights or a flatten is not")
  func warnings() throws {
    func warnings(_ layers: [LayerNode], input: Port) throws -> [String] {
      try Network(layers, input: input, path: "model.layers").warnings
    }
    let dense = LayerNode(try Self.layer("dense", #"{"units": 4}"#)), dropout = LayerNode(try Self.layer("dropout"))
    let flatten = LayerNode(try Self.layer("flatten"))
    #expect(
      try warnings([dense, dense], input: Port([28, 28])) == [
        "model.layers[0]: a dense layer reads shape 28×28 position by position; put {\"type\": \"flatten\"} before it "
          + "to read the whole sample"
      ])
    #expect(try warnings([dropout, dense], input: Port([2, 3, 4])).first?.hasPrefix("model.layers[1]: ") == true)
    #expect(try warnings([flatten, dense], input: Port([28, 28])).isEmpty)
    #expect(try warnings([dense], input: Port([28])).isEmpty)
  }

  @Test("a loss of one row of outputs says how they become flat")
  func loss() throws {
    let context = LossContext(output: .aligned([28, 10]), classes: 10, targetWidth: 0, path: "loss")
    let error = #expect(throws: ConfigError.self) { try context.requireOutputs(10, for: "there are 10 classes") }
    #expect(
      error?.problem == "the network's output has shape 28×10, but there are 10 classes; "
        + "put {\"type\": \"flatten\"} before the last layer, and give that 10 units")
  }
}
