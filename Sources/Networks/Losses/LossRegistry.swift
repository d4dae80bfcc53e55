package import Specs

/// Every loss config.json can name. New loss: one file beside this one, one line here.
package enum LossRegistry {
  package static let all: [any LossSpec.Type] = [
    BinaryCrossEntropy.self,
    CategoricalCrossEntropy.self,
    Hinge.self,
    SquaredHinge.self,
    KLDivergence.self,
    Focal.self,
    Poly1.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
    Huber.self,
    SmoothL1.self,
    MeanSquaredLogError.self,
    Quantile.self,
    LogCosh.self,
    Poisson.self,
    GaussianNLL.self,
    TweedieDeviance.self,
    GammaDeviance.self,
    CosineDistance.self,
    ExpressionSpec.self,
    SumLoss.self,
  ]

  package static let registry = Registry<any LossSpec>(
    "loss",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })
}
