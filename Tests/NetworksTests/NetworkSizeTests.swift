import Foundation
import Kernels
import Specs
import Testing

@testable import Networks

/// Sizes that a config can state and no machine can hold are refused before anything is made of them.
@Suite struct NetworkSizeTests {
  private func refusal(_ layers: [String], inputs: Shape = [4]) throws -> ConfigError? {
    let value = try ConfigValue.parse(Data("{\"layers\": [\(layers.joined(separator: ","))]}".utf8), file: "t")
    let nodes = try FieldReader.readObject(value, path: "model") { fields throws(ConfigError) in
      try fields.list("layers", of: .anything, "layers") { value, path throws(ConfigError) in
        try FieldReader.readVariant(value, LayerRegistry.standard, path: path)
      }
    }.0
    do throws(ConfigError) {
      _ = try Network(nodes, input: Port(inputs), path: "model.layers")
      return nil
    } catch { return error }
  }

  @Test("layers whose weights have more bytes than the machine, or than integers count")
  func weights() throws {
    let huge = #"{"type": "dense", "units": 1048576}"#
    for count in [2, 60, 2000] {
      let error = try refusal(Array(repeating: huge, count: count))
      #expect(error?.path == "model.layers[1]" && error?.problem.contains("the weights up to this layer take") == true)
    }
    #expect(try refusal([huge], inputs: [1 << 31])?.path == "model.layers[0]")
  }

  @Test("layers that double the width of the one before")
  func doubling() throws {
    for count in [27, 40, 64, 200] {
      let layers = (1...count).map {
        #"{"type": "concatenate", "inputs": ["l\#($0 - 1)", "l\#($0 - 1)"], "name": "l\#($0)"}"#
      }
      let error = try refusal(["{\"type\": \"dense\", \"units\": 64, \"name\": \"l0\"}"] + layers)
      #expect(
        error?.problem.contains("the outputs of 64 samples take") == true || error?.problem.contains("puts out") == true
      )
    }
  }

  @Test("samples of more numbers than a layer may have")
  func inputs() throws {
    #expect(
      try refusal([#"{"type": "flatten"}"#], inputs: [1 << 31, 2])?.problem.contains("at most 2147483648") == true)
    #expect(try refusal([#"{"type": "flatten"}"#], inputs: [28, 28]) == nil)
  }
}
