package import Datasets
package import Networks
package import Specs

/// The object `model` of a config, and of a model's file.
package struct ModelSection: Sendable {
  /// What of the data layers read by name; empty: all features are the only input.
  package var inputs: [FieldRequest]
  package var layers: [LayerNode]

  package init(from fields: FieldReader) throws(ConfigError) {
    inputs = try FieldRequest.list("inputs", fields)
    let schema = try fields.describedSchema(of: LayerRegistry.standard, path: fields.pathOf("layers"))
    layers = try fields.list("layers", of: schema, atLeast: 1, "the layers, first to last") {
      value, path throws(ConfigError) in
      try fields.readVariant(value, LayerRegistry.standard, path: path)
    }
  }

  /// The network for data of a description.
  package func makeNetwork(_ description: DataDescription) throws(ConfigError) -> Network {
    let inputs = description.fields.map { field in
      NetworkInput(field.name, Port(field.shape, element: field.dataType == .int32 ? .int32 : .float32))
    }
    return try Network(
      layers, inputs: inputs.isEmpty ? [NetworkInput(NetworkInput.only, Port(description.featureShape))] : inputs,
      path: "model.layers")
  }
}
