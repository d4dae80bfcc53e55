internal import Specs

/// A layer as the config's list names it: the layer, and how it is tied into the network.
package struct LayerNode: Sendable {
  package var spec: any LayerSpec
  /// What other layers call it.
  package var name: String?
  /// The layers and inputs of the network it reads, by name; `input` is the only input. Empty: the layer before it.
  package var inputs: [String]
  /// The layer whose parameters it uses.
  package var sharing: String?

  package init(_ spec: any LayerSpec, name: String? = nil, inputs: [String] = [], sharing: String? = nil) {
    self.spec = spec
    self.name = name
    self.inputs = inputs
    self.sharing = sharing
  }

  /// Reads the keys that all layers have in common.
  init(_ spec: any LayerSpec, from fields: FieldReader) throws(ConfigError) {
    self.spec = spec
    name = try fields.optionalText("name", "what other layers call this one")
    inputs = try fields.read(
      "inputs", schema: .list(.text), default: ([], nil), example: [],
      summary: "names of the layers it reads; 'input' is the network's input; default: the layer before"
    ) { value, path throws(ConfigError) in
      guard case .array(let names) = value, !names.isEmpty else {
        throw ConfigError("expected a list of layers' names, found \(value.excerpt)", path: path)
      }
      var texts: [String] = []
      for (index, name) in names.enumerated() { texts.append(try FieldReader.text(name, path: "\(path)[\(index)]")) }
      return (texts, value)
    }
    sharing = try fields.optionalText("share_weights_with", "name of an earlier layer whose weights it uses")
    if name == NetworkInput.only {
      throw fields.error("name", "'\(NetworkInput.only)' means the network's input; give another name")
    }
  }
}
