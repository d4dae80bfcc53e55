package import Specs

/// The optimizers that config.json can name. New optimizer: one file beside this one, one line below.
package typealias OptimizerRegistry = Registry<any OptimizerSpec.Type, any OptimizerSpec>

extension OptimizerRegistry {
  package static var standard: OptimizerRegistry { standardOptimizers }
}

private let standardOptimizers = OptimizerRegistry(
  "optimizer",
  [
    SGD.self,
    Adam.self,
    AdamW.self,
    Adagrad.self,
    Adadelta.self,
    RMSProp.self,
    AMSGrad.self,
    NAdam.self,
    RAdam.self,
    AdaMax.self,
    Lion.self,
    LAMB.self,
    LARS.self,
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
