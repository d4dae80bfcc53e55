package import Specs

/// The losses that config.json can name. New loss: one file beside this one, one line below.
package typealias LossRegistry = Registry<any LossSpec.Type, any LossSpec>

extension LossRegistry {
  package static var standard: LossRegistry { standardLosses }
}

private let standardLosses = LossRegistry(
  "loss",
  [
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
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
