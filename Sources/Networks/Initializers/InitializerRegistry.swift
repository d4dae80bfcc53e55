package import Specs

/// Every initializer config.json can name. New initializer: one file beside this one, one line here.
package enum InitializerRegistry {
  package static let all: [any InitializerSpec.Type] = [
    Zeros.self,
    Constant.self,
    UniformInitializer.self,
    NormalInitializer.self,
    FanInUniform.self,
    GlorotUniform.self,
    GlorotNormal.self,
    HeUniform.self,
    HeNormal.self,
    LeCunUniform.self,
    LeCunNormal.self,
  ]

  package static let registry = Registry<any InitializerSpec>(
    "initializer",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })
}
