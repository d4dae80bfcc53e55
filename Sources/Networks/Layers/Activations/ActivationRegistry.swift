package import Specs

/// Every activation config.json can name. New activation: one file beside this one, one line here.
package enum ActivationRegistry {
  package static let all: [any ActivationSpec.Type] = [
    Identity.self,
    ReLU.self,
    LeakyReLU.self,
    ELU.self,
    GELU.self,
    SiLU.self,
    Sigmoid.self,
    Tanh.self,
    Softplus.self,
  ]

  package static let registry = Registry<any ActivationSpec>(
    "activation",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })
}
