package import Specs

/// The activations that config.json can name. New activation: one file beside this one, one line below.
///
/// Every activation is a layer too: one that is added is added to ``LayerRegistry`` as well.
package typealias ActivationRegistry = Registry<any ActivationSpec.Type, any ActivationSpec>

extension ActivationRegistry {
  package static var standard: ActivationRegistry { standardActivations }
}

private let standardActivations = ActivationRegistry(
  "activation",
  [
    Identity.self,
    ReLU.self,
    LeakyReLU.self,
    ELU.self,
    GELU.self,
    SiLU.self,
    Sigmoid.self,
    Tanh.self,
    Softplus.self,
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
