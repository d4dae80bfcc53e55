package import Specs

/// The layers that config.json can name. New layer: one file in Layers/, one line below; every activation is one as
/// well.
package typealias LayerRegistry = Registry<any LayerSpec.Type, LayerNode>

extension LayerRegistry {
  package static var standard: LayerRegistry { standardLayers }
}

private let standardLayers = LayerRegistry(
  "layer",
  [
    Add.self,
    Concatenate.self,
    Dense.self,
    DropoutSpec.self,
    Flatten.self,
  ] + ActivationRegistry.standard.all.map { $0 as any LayerSpec.Type },
  spec: { $0 }
) { type, fields throws(ConfigError) in try LayerNode(try type.init(from: fields), from: fields) }
