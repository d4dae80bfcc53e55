/// Layers that do not fit together.
extension ErrorCase {
  private static func layers(_ text: String, says: String) -> ErrorCase { alone("model.layers", text, says: says) }

  static let graphs: [ErrorCase] = [
    layers(
      #"[{"type": "dense", "units": 2, "name": "a"}, {"type": "dense", "units": 2, "name": "a"}]"#,
      says: "two layers are named 'a'"),
    layers(#"[{"type": "dense", "units": 2, "name": "input"}]"#, says: "'input' means the network's input"),
    layers(#"[{"type": "dense", "units": 2, "inputs": ["z"]}]"#, says: "no earlier layer is named 'z'; known: input"),
    layers(#"[{"type": "dense", "units": 2, "inputs": []}]"#, says: "expected a list of layers' names"),
    layers(
      #"""
      [{"type": "dense", "units": 2, "name": "a"}, {"type": "dense", "units": 3, "name": "b", "inputs": ["input"]},
       {"type": "add", "inputs": ["a", "b"]}]
      """#, says: "add needs inputs of one shape, found 2, 3"),
    layers(#"[{"type": "add", "inputs": ["input"]}]"#, says: "add needs at least two layers in 'inputs', found 1"),
    layers(
      #"[{"type": "dense", "units": 2, "name": "a"}, {"type": "dense", "units": 2, "inputs": ["input"]}]"#,
      says: "no layer reads this one"),
    layers(
      #"[{"type": "dense", "units": 3, "name": "a"}, {"type": "dense", "units": 2, "share_weights_with": "a"}]"#,
      says: "have other shapes"),
    layers(#"[{"type": "dense", "units": 2, "share_weights_with": "q"}]"#, says: "no earlier layer with weights"),
    layers(
      #"[{"type": "dense", "units": 2, "name": "a"}, {"type": "dense", "units": 2, "share_weights_with": "b"}]"#,
      says: "is named 'b'"),
  ]
}
