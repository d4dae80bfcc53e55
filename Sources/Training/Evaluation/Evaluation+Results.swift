internal import Metrics
package import Specs

extension Evaluation.Result {
  /// The loss or a metric.
  func value(of watched: WatchedMetric) -> MetricValue {
    ([loss] + metrics).first { $0.name == watched.name } ?? MetricValue(watched.name, .nan)
  }

  /// Loss and metrics as members of a JSON object. JSON knows neither NaN nor infinity: where a number is null, `undefined` says why.
  package var members: [ConfigValue.Member] {
    // A model of an earlier build may name a metric twice.
    var seen: Set<String> = []
    let all = ([loss] + metrics).filter { seen.insert($0.name).inserted }
    return all.map { .init($0.name, .number($0.value)) } + MetricValue.undefined(all)
  }
}
