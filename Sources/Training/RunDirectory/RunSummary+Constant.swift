internal import Datasets
internal import Metrics
internal import Specs

/// A model beside the best constant prediction, for a person.
package struct ConstantComparison: Sendable, Equatable {
  /// Whether the model's loss is the smaller one.
  package let isBetter: Bool
  /// One line, without the word "warning" in front.
  package let line: String
}

extension RunSummary {
  /// How the model compares with the best constant on the test rows, or else the validation rows: by the loss, and by
  /// the first metric of the config that knows a better; nil where there is nothing to compare, or no step was made.
  package func constantComparison(_ config: RunConfig) -> ConstantComparison? {
    guard let constant, steps != 0 else { return nil }
    func pair(_ name: String) -> (own: MetricReport, constant: MetricReport)? {
      guard let own = metrics.first(where: { $0.name == name }),
        let other = constant.metrics.first(where: { $0.name == name })
      else { return nil }
      return (own.report, other.report)
    }
    let parts = [DataPart.test, .validation].lazy.map(\.name)
    guard let part = parts.first(where: { pair($0) != nil }), let (own, other) = pair(part),
      let loss = own["loss"]?.value, let least = other["loss"]?.value, loss.isFinite, least.isFinite
    else { return nil }
    let isBetter = loss < least
    var text = "\(part) loss \(ProgressBar.short(loss)), \(ProgressBar.short(least)) for \(constant.prediction)"
    if let metric = Self.main(config, own), let a = own[metric.name]?.value, let b = other[metric.name]?.value,
      a.isFinite,
      b.isFinite
    {
      text += "; \(metric.name) \(ProgressBar.short(a)), \(ProgressBar.short(b))"
      if isBetter, metric.higherIsBetter ? a <= b : a >= b { text += ", which is no better" }
    }
    guard !isBetter else { return ConstantComparison(isBetter: true, line: "better than a constant: \(text)") }
    var causes = ["a learning rate that is too large or too small", "too few steps"]
    if config.resolved["data"]?["normalize"] == .string("none") {
      causes.insert("features that are not on a common scale (data.normalize is none)", at: 0)
    }
    return ConstantComparison(
      isBetter: false,
      line:
        "no better than a constant: \(text); likely causes: \(causes.joined(separator: ", ")), or data whose features say "
        + "nothing about the targets")
  }

  /// The first metric of the config of which more, or less, is better, by the key of its result.
  private static func main(_ config: RunConfig, _ report: MetricReport) -> (name: String, higherIsBetter: Bool)? {
    for metric in config.metrics {
      guard let higherIsBetter = metric.higherIsBetter else { continue }
      let kind = type(of: metric).kind
      let entry = report.entries.first { $0.name == kind } ?? report.entries.first { $0.name.hasPrefix(kind + "_") }
      if let entry { return (entry.name, higherIsBetter) }
    }
    return nil
  }
}
