internal import Datasets
internal import Specs

/// A loss that the rules propose, before the data are asked whether they take it.
struct Contender {
  var kind: String
  var score: Double
  var parameters: [ConfigValue.Member] = []
  var transform: TargetTransform = .none
  var outputs: Int?
  var group: LossGroup?
  var reasons: [String] = []
  var warnings: [String] = []
  var metrics: [String]

  init(
    _ kind: String, _ score: Double, parameters: [ConfigValue.Member] = [], transform: TargetTransform = .none,
    outputs: Int? = nil, group: LossGroup? = nil, reasons: [String] = [], warnings: [String] = [], metrics: [String]
  ) {
    (self.kind, self.score, self.parameters, self.transform) = (kind, score, parameters, transform)
    (self.outputs, self.group, self.reasons, self.warnings) = (outputs, group, reasons, warnings)
    self.metrics = metrics
  }
}
