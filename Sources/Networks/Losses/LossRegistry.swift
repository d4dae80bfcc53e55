package import Specs

/// Every loss config.json can name. New loss: one file beside this one, one line here.
package enum LossRegistry {
  package static let all: [any LossSpec.Type] = [
    BinaryCrossEntropy.self,
    CategoricalCrossEntropy.self,
    MeanSquaredError.self,
    ExpressionSpec.self,
  ]

  package static let registry = Registry<any LossSpec>(
    "loss",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })
}
