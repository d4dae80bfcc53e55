package import Specs

/// Every optimizer config.json can name. New optimizer: one file beside this one, one line here.
package enum OptimizerRegistry {
  package static let all: [any OptimizerSpec.Type] = [
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
  ]

  package static let registry = Registry<any OptimizerSpec>(
    "optimizer",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })
}
