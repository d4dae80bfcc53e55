package import Datasets
package import Specs

/// A loss that is advised, with what speaks for it.
package struct Candidate: Sendable {
  /// The loss as the registry names it.
  package var kind: String
  /// Its keys that are not left at their defaults, filled in from the data.
  package var parameters: [ConfigValue.Member]
  package var group: LossGroup
  /// How much speaks for it, from 0 to 1; the first has the most.
  package var score: Double
  /// The loss of one sample in a line: `p` the prediction, `y` the target.
  package var formula: String
  /// Why, with numbers.
  package var reasons: [String]
  /// What it costs: what is given up by it.
  package var cost: String
  /// The metrics to watch, as the registry of metrics names them.
  package var metrics: [String]
  /// `data.normalize_targets` beside it.
  package var targetTransform: TargetTransform
  /// What has to be known with it.
  package var warnings: [String]
  /// Outputs of the network for each target column, or for each class.
  package var outputs: Int

  package init(
    kind: String, parameters: [ConfigValue.Member] = [], group: LossGroup, score: Double, formula: String,
    reasons: [String], cost: String, metrics: [String], targetTransform: TargetTransform = .none,
    warnings: [String] = [], outputs: Int = 1
  ) {
    (self.kind, self.parameters, self.group, self.score) = (kind, parameters, group, score)
    (self.formula, self.reasons, self.cost, self.metrics) = (formula, reasons, cost, metrics)
    (self.targetTransform, self.warnings, self.outputs) = (targetTransform, warnings, outputs)
  }

  /// Whether logarithms of the targets are learned.
  package var learnsLogarithms: Bool { targetTransform == .log || targetTransform == .log1p }

  /// The `loss` object.
  package var loss: ConfigValue { .object([.init("type", .string(kind))] + parameters) }

  /// What to paste into a config: `loss`, `metrics`, and `data.normalize_targets` where targets are transformed.
  package var fragment: ConfigValue {
    var members: [ConfigValue.Member] = []
    if targetTransform != .none {
      members.append(.init("data", .object([.init("normalize_targets", .string(targetTransform.rawValue))])))
    }
    members.append(.init("loss", loss))
    members.append(.init("metrics", .array(metrics.map(ConfigValue.string))))
    return .object(members)
  }
}

/// A loss that is not advised.
package struct RuledOut: Sendable, Equatable {
  package enum Sort: String, Sendable {
    /// The targets have a value that the loss refuses.
    case refused
    /// The loss is for another kind of problem.
    case otherProblem = "other_problem"
    /// It could be trained, and the data speak against it.
    case unsuitable
  }

  package var kind: String
  package var sort: Sort
  /// Why, with the value that rules it out where there is one.
  package var reason: String
  /// Where the value stands, such as `line 17`.
  package var place: String?

  package init(_ kind: String, _ sort: Sort, _ reason: String, place: String? = nil) {
    (self.kind, self.sort, self.reason, self.place) = (kind, sort, reason, place)
  }
}
