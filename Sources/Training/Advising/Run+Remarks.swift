internal import Datasets
internal import Kernels
internal import Metrics
internal import Networks
internal import Platform
internal import Specs

extension Run {
  /// What is visibly wrong with the config for these data, a sentence each: what `ptrain advise` knows too.
  package var remarks: [String] {
    [outputRemark, scaleRemark, zerosRemark].compactMap { $0 }
  }

  private static func text(_ number: Double, digits: Int) -> String {
    let rounded = number.rounded(digits: digits)
    return rounded == rounded.rounded() && rounded.magnitude < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }

  // MARK: - The last layer

  /// An activation behind which the loss looks for logits, scores or logarithms.
  private var outputRemark: String? {
    guard trainer.loss.prediction.hasLogits, case .array(let layers)? = config.resolved["model"]?["layers"],
      let last = layers.last, case .string(let type)? = last["type"]
    else { return nil }
    var activation = ActivationRegistry.standard.kinds.contains(type) ? type : nil
    if let own = last["activation"] {
      if case .string(let kind) = own { activation = kind }
      if case .string(let kind)? = own["type"] { activation = kind }
    }
    guard let activation, activation != "identity" else { return nil }
    return
      "model.layers[\(layers.count - 1)]: the last layer ends with '\(activation)', and '\(lossKind)' takes logits, scores or "
      + "logarithms of means as they are, of both signs; leave the activation out"
  }

  private var lossKind: String { type(of: config.loss.loss).kind }

  // MARK: - The scale of features

  /// Rows that features and targets are looked at in, evenly spread.
  private static let sample = 4096
  /// The mean size of a feature from which on first steps go astray.
  private static let large = 1000.0

  private func sampledRows(_ rows: DataRows) -> [Int] {
    let step = max(1, (rows.count + Self.sample - 1) / Self.sample)
    return Array(stride(from: 0, to: rows.count, by: step))
  }

  /// A feature that reaches the network in the thousands.
  private var scaleRemark: String? {
    guard let rows = trainer.data.prepared.rows(of: .train), rows.count > 0 else { return nil }
    let description = trainer.data.description, width = description.featureCount
    // Ids and masks are no numbers, and pictures have one scale.
    guard description.fields.allSatisfy({ $0.dataType == .float32 }), width <= 1 << 20 else { return nil }
    var chosen = sampledRows(rows)
    let most = max(16, (1 << 24) / max(1, width))
    if chosen.count > most { chosen = Array(chosen.prefix(most)) }
    var sums = [Double](repeating: 0, count: width)
    let buffer = AlignedBuffer<Float>(count: width)
    for row in chosen {
      rows.gatherFeatures(rows: [row], count: 1, into: buffer.pointer, stride: width)
      for feature in 0..<width { sums[feature] += Double(buffer.pointer[feature].magnitude) }
    }
    let means = sums.map { $0 / Double(chosen.count) }
    guard let largest = means.indices.max(by: { means[$0] < means[$1] }), means[largest] >= Self.large else {
      return nil
    }
    let others = means.count { $0 >= Self.large } - 1, names = description.featureNames
    let name = names.count == width ? "column '\(names[largest].excerpt(40))'" : "feature \(largest)"
    let more = others > 0 ? " (and \(others) more like it)" : ""
    return
      "\(name)\(more) reaches the network with values of a size around \(Self.text(means[largest], digits: 2)): learning rates are "
      + "made for a size of 1; set data.normalize to \"standard\" or \"robust\""
  }

  // MARK: - Zeros

  /// Numbers from 0 on that are mostly 0, under a loss that knows nothing of that.
  private var zerosRemark: String? {
    guard config.loss.loss.targets == .values, config.loss.loss.targetLimit == nil, !trainer.loss.prediction.hasLogits,
      let rows = trainer.data.prepared.rows(of: .train), trainer.data.description.targetWidth == 1,
      config.data.normalizeTargets.function == .identity
    else { return nil }
    let values = rows.rawTargets(sampledRows(rows))[0]
    let zeros = values.count { $0 == 0 }
    guard values.count >= 20, 2 * zeros >= values.count, values.allSatisfy({ $0 >= 0 }),
      let highest = values.max(), highest > 1
    else { return nil }
    let isWhole = values.allSatisfy { $0 == $0.rounded() }
    let share = min(99, Int((100 * Double(zeros) / Double(values.count)).rounded()))
    let problem =
      config.loss.loss.seeksMeans
      ? "is led by the few large ones and predicts numbers below 0" : "learns to predict little but 0, as most are"
    return
      "\(share)% of the training targets are 0, the others \(isWhole ? "counts" : "amounts") up to \(Self.text(highest, digits: 3)): "
      + "'\(lossKind)' \(problem); '\(isWhole ? "poisson" : "tweedie")' is made for them, and ptrain advise says more"
  }
}
