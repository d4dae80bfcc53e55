package import Specs

/// Every layer config.json can name. New layer: one file in Layers/, one line here.
package enum LayerRegistry {
  package static let all: [any LayerSpec.Type] =
    [
      Add.self,
      Concatenate.self,
      Dense.self,
      DropoutSpec.self,
      Flatten.self,
    ] + ActivationRegistry.all.map { $0 as any LayerSpec.Type }

  package static let registry = Registry<LayerNode>(
    "layer",
    all.map { type in
      .init(type.kind, type.summary) { fields throws(ConfigError) in
        try LayerNode(try type.init(from: fields), from: fields)
      }
    })
}
