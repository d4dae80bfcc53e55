import CKernels
import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// Networks that are more than a list: several readers, several inputs, shared weights, states.
@Suite struct GraphTests {
  /// Keeps the mean of what it sees, and subtracts nothing: a layer with a state.
  struct RunningMean: SingleInputLayerSpec {
    static let kind = "running_mean"
    static let summary = ""
    static let examples: [String] = []
    init() {}
    init(from fields: FieldReader) throws(ConfigError) {}
    func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer { RunningMeanLayer(output: input) }
  }

  struct RunningMeanLayer: Layer {
    let output: Port
    var states: [LayerState] { [LayerState(name: "mean", shape: [output.count], initial: 0.5)] }
    var needs: LayerNeeds { LayerNeeds(forwardSums: output.count) }

    func forward(_ pass: LayerPass, rows: Range<Int>) {
      for row in rows { pass.output[row].update(from: pass.input[row], count: output.count) }
    }

    func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
      for row in rows { pass.inputGradient?[row].update(from: pass.outputGradient[row], count: output.count) }
    }

    func addForwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {
      for row in rows { for index in 0..<output.count { sums[index] += Double(pass.input[row][index]) } }
    }

    func updateStates(_ pass: LayerPass, sums: UnsafePointer<Double>, samples: Int) {
      for index in 0..<output.count {
        (pass.arena + pass.stateOffsets[0])[index] = Float(sums[index] / Double(samples))
      }
    }
  }

  static func dense(_ text: String) throws -> any LayerSpec { try GradientTests.layer("dense", text).spec }

  /// Residual blocks, a wide concatenation, shared weights, readers of the network's input, a gated layer with two
  /// readers.
  static func layers() throws -> [LayerNode] {
    let empty = FieldReader(describing: "")
    return [
      LayerNode(try dense(#"{"units": 6, "activation": "relu"}"#), name: "a"),
      LayerNode(try dense(#"{"units": 6, "activation": "tanh"}"#), name: "b"),
      LayerNode(try Add(from: empty), name: "sum", inputs: ["a", "b"]),
      LayerNode(try dense(#"{"units": 6, "activation": "sigmoid"}"#), name: "c", sharing: "b"),
      LayerNode(try Concatenate(from: empty), inputs: ["sum", "c", "input", "sum"]),
      LayerNode(try Flatten(from: empty), name: "flat"),
      LayerNode(try dense(#"{"units": 4}"#), name: "out"),
    ]
  }

  @Test("gradients through branches, joints and shared weights")
  func gradients() throws {
    let rig = try GradientTests.Rig(Self.layers(), input: Port([5]))
    #expect(rig.network.slots.map(\.name).count == 6, "two layers share one weight and one bias")
    #expect(rig.network.tiedGradients.count == 2)
    let error = GradientTests.error(rig)
    #expect(error < 2e-3, "relative error \(error)")
    #expect(GradientTests.error(rig, damage: 1.02) > 2e-3, "negative control")
  }

  @Test("states have a place in the model and are renewed from sums over the batch")
  func states() throws {
    let nodes = [
      LayerNode(RunningMean()), LayerNode(try Self.dense(#"{"units": 4}"#)), LayerNode(RunningMean()),
    ]
    let rig = try GradientTests.Rig(nodes, input: Port([5]))
    #expect(
      rig.network.tensors.map(\.name) == ["layers.0.mean", "layers.1.weight", "layers.1.bias", "layers.2.mean"])
    let before = rig.network.values(of: rig.network.tensors[0], in: rig.arena.pointer)
    #expect(before == [Float](repeating: 0.5, count: 5))
    _ = rig.gradient()
    rig.memory.groups.setBatch(samples: rig.rows)
    for node in [0, 2] {
      rig.memory.addSums(.forward, of: node, rows: 0..<rig.rows, shard: 0)
      let sums = rig.memory.sums(.forward, of: node)
      sums.ofBatch.update(from: sums[shard: 0], count: sums.count)
    }
    rig.memory.updateStates()
    for (tensor, matrix) in [(0, rig.memory.input), (3, rig.memory.output)] {
      for (index, value) in rig.network.values(of: rig.network.tensors[tensor], in: rig.arena.pointer).enumerated() {
        let mean = (0..<rig.rows).reduce(0.0) { $0 + Double(matrix[$1][index]) } / Double(rig.rows)
        #expect(abs(Double(value) - mean) < 1e-6)
      }
    }
  }

  @Test("graphs that cannot be are refused")
  func refused() throws {
    func problem(_ change: (inout [LayerNode]) -> Void) throws -> String {
      var nodes = try Self.layers()
      change(&nodes)
      do throws(ConfigError) {
        _ = try Network(nodes, input: Port([5]), path: "layers")
        return "none"
      } catch { return error.sentence }
    }
    #expect(try problem { _ in } == "none")
    #expect(try problem { $0[2].inputs = ["a", "q"] }.contains("no earlier layer is named 'q'"))
    #expect(try problem { $0[2].inputs = ["a"] }.contains("at least two"))
    #expect(try problem { $0[2].inputs = ["a", "input"] }.contains("one shape"))
    #expect(try problem { $0[1].name = "a" }.contains("two layers are named 'a'"))
    #expect(try problem { $0[3].sharing = "a" }.contains("other shapes"))
    #expect(try problem { $0[3].sharing = "sum" }.contains("other shapes"))
    #expect(try problem { $0[3].inputs = ["sum", "a"] }.contains("reads one layer"))
    #expect(try problem { $0[4].inputs = ["sum", "input"] }.contains("no layer reads this one"))
  }
}
