internal import Kernels
package import Specs

/// Poly-1 loss from logits: `−log q + epsilon (1 − q)`, q the probability of the right class (Leng et al. 2022,
/// equation 7).
///
/// Cross-entropy whose first term of its expansion in 1 − q is tuned: `epsilon` above 0 pushes harder while a sample is
/// uncertain; for unbalanced classes values below 0 (from −1) help. One output: two classes; else one output for each
/// class.
package struct Poly1: LossSpec {
  package static let kind = "poly1"
  package static let summary = "cross-entropy + epsilon (1 − q)"
  package static let examples = [#"{"epsilon": 1}"#, #"{"epsilon": -0.5}"#]
  package var targets: LossTargets { .classes }

  var epsilon: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    epsilon = try fields.number("epsilon", default: 1, in: Interval(-1, 1000), "weight of 1 − q")
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    if context.output.count == 1 {
      try context.requireTwoClasses(Self.kind, instead: "an output for each class")
      return ElementwiseLoss(
        element: ElementLoss("binary_poly", Float(epsilon)), width: 1, factor: 1, prediction: .sigmoidClass,
        readsClasses: true)
    }
    try context.requireOutputs(context.classes, for: "the targets have \(context.classes.counted("class"))")
    let epsilon = epsilon
    return SoftmaxClassLoss(classes: context.classes) { rest, logProbability, _ in
      (epsilon * rest - logProbability, -1 - epsilon * (1 - rest))
    }
  }
}
