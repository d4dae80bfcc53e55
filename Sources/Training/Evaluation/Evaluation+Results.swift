package import Metrics
package import Specs

extension Evaluation {
  /// What an evaluation gives.
  package struct Result: Sendable {
    package let samples: Int
    package let loss: MetricNumber
    /// What each metric of the config yields, in its order.
    package let metrics: [MetricValue]
    /// Loss and metrics as files have them, made anew at each call.
    package var report: MetricReport { MetricReport([.number("loss", loss)] + metrics) }

    init(loss: MetricNumber, metrics: [MetricValue], samples: Int) {
      self.samples = samples
      self.loss = loss
      self.metrics = metrics
    }

    /// The loss or a metric.
    func value(of watched: WatchedMetric) -> MetricReport.Entry { report[watched.name] ?? .init(none: watched.name) }

    /// Loss and metrics as members of a JSON object; where a number is null, `undefined` says why.
    package var members: [ConfigValue.Member] { report.members }
  }
}
