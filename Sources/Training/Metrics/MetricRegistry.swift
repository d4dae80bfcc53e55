package import Specs

/// Every metric config.json can name, beside the loss. New metric: one file beside this one, one line here.
package enum MetricRegistry {
  package static let all: [any MetricSpec.Type] = [
    Accuracy.self
  ]

  package static let registry = Registry<any MetricSpec>(
    "metric",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } },
    later: ["precision", "recall", "f1"])
}
