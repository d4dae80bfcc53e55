package import Specs

/// The initializers that config.json can name. New initializer: one file beside this one, one line below.
package typealias InitializerRegistry = Registry<any InitializerSpec.Type, any InitializerSpec>

extension InitializerRegistry {
  package static var standard: InitializerRegistry { standardInitializers }
}

private let standardInitializers = InitializerRegistry(
  "initializer",
  [
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
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
