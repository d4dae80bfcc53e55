internal import Datasets
internal import Metrics
internal import Specs

// What a run takes the classes for, in words: what a person has to see before training, because a label's spelling may
// decide it.

extension Trainer {
  /// Which class is the positive one, what classes weigh, what mistakes cost, and how classes are decided on; empty for
  /// values and where there is nothing to say.
  package var classLines: [String] {
    guard data.description.targetKind == .classes else { return [] }
    var lines = positiveLine + weightLine
    if let cost = context.cost { lines += priceLines(cost) + [decisionLine] }
    for case let metric as ExpectedCost in config.metrics {
      guard let cost = try? metric.cost?.matrix(data.description.classNames, path: "") else { continue }
      lines += priceLines(cost).map { "expected_cost: " + $0 }
    }
    return lines
  }

  /// Names as they are shown: short and on one line.
  private var names: [String] { data.description.classNames.map { $0.excerpt(40) } }

  private var positiveLine: [String] {
    let names = names
    guard names.count == 2 else { return [] }
    guard let named = config.data.positiveClass else {
      return [
        "positive class: \(names[1]), the second of \(names[0]), \(names[1]) in their order; "
          + "data.positive_class names another"
      ]
    }
    return ["positive class: \(names[1]) (\(named.key)); the other: \(names[0])"]
  }

  private var weightLine: [String] {
    guard config.loss.classWeights != .equal, let classWeights else { return [] }
    let with = config.loss.cost == nil ? "" : ", costs included"
    return ["class weights\(with): \(Self.list(zip(names, classWeights).map { "\($0) \($1)" }))"]
  }

  private func priceLines(_ cost: [[Double]]) -> [String] {
    let names = names
    var lines: [String] = []
    for actual in names.indices {
      for predicted in names.indices where actual != predicted || cost[actual][actual] != 0 {
        let price = ConfigValue.number(cost[actual][predicted]).compactText
        lines.append("predicting \(names[predicted]) where it is \(names[actual]) costs \(price)")
      }
    }
    if lines.count > 20 { lines = lines.prefix(20) + ["… and \(lines.count - 20) more pairs of classes"] }
    return lines
  }

  private var decisionLine: String {
    guard case .greatest = context.decision else {
      guard names.count == 2, data.description.count(of: .validation) > 0 else {
        return "the class of least expected cost is predicted"
      }
      return "\(names[1]) is predicted from the probability on that costs least on the validation rows"
    }
    let kind = type(of: config.loss.loss).kind
    return
      "costs weigh training samples only: \(kind) has no probabilities, so the class of the greatest score is predicted"
  }

  private static func list(_ entries: [String]) -> String {
    entries.prefix(20).joined(separator: ", ") + (entries.count > 20 ? ", … (\(entries.count) classes)" : "")
  }
}
