internal import Datasets
internal import Kernels
package import Metrics
package import Networks
package import Specs

/// The `loss` object: a loss of the registry and the keys common to all.
package struct LossSection: Sendable {
  /// What samples of each class count.
  package enum ClassWeights: Sendable, Equatable {
    /// All the same.
    case equal
    /// In the order of classes.
    case given([Double])
    /// By name, each class once.
    case named([String: Double])
    /// All classes count the same in total: samples / (classes · samples of the class), as in scikit-learn.
    case balanced
  }

  package var loss: any LossSpec
  package var classWeights: ClassWeights
  /// What wrong predictions cost; nil where all cost the same.
  package var cost: MisclassificationCost?

  /// - Parameter describing: the kind to describe, where only the keys are wanted.
  package init(from fields: FieldReader, describing described: String? = nil) throws(ConfigError) {
    let registry = fields.registries[default: LossRegistry.standard]
    let kind = try fields.text(
      "type", default: described, "the loss: \(registry.kinds.joined(separator: ", "))")
    loss = try registry.make(kind, from: fields, path: fields.pathOf("type"))
    classWeights = try Self.readClassWeights(fields)
    cost = try MisclassificationCost.read(fields)
    if fields.has("positive_class") {
      throw fields.error(
        "positive_class", "the positive class is named once for loss and metrics; give it as data.positive_class")
    }
    guard loss.targets == .values, !fields.isDescribing else { return }
    if classWeights != .equal {
      throw fields.error("class_weights", "only losses on classes have class weights; remove the key")
    }
    if cost != nil { throw fields.error("cost", "only losses on classes have costs of wrong classes; remove the key") }
  }

  private static func readClassWeights(_ fields: FieldReader) throws(ConfigError) -> ClassWeights {
    try fields.read(
      "class_weights",
      schema: .anyOf([.list(.number(.nonNegative)), .map(.number(.nonNegative)), .fixed("balanced")]),
      default: (.equal, nil), example: .equal,
      summary: "weight of each class: by name, as a list in the order of classes, or \"balanced\""
    ) { value, path throws(ConfigError) in
      switch value {
      case .string("balanced"): return (.balanced, value)
      case .array(let entries) where !entries.isEmpty:
        var weights: [Double] = []
        for (index, entry) in entries.enumerated() {
          weights.append(try FieldReader.number(entry, in: .nonNegative, path: "\(path)[\(index)]"))
        }
        return (.given(weights), value)
      case .object(let members) where !members.isEmpty:
        let numbers = try FieldReader.numbersByName(value, in: .nonNegative, path: path)
        return (.named(Dictionary(numbers.map { ($0.name, $0.number) }) { first, _ in first }), value)
      default:
        throw ConfigError(
          "expected weights by class name, a list of numbers or \"balanced\", found \(value.excerpt)", path: path)
      }
    }
  }

  /// Throws where targets are normalized and the loss takes only some numbers: it would see other ones than the data
  /// hold; and where it predicts what a logarithm does not bring back.
  func requireTargets(_ transform: TargetTransform, path: String) throws(ConfigError) {
    guard transform != .none else { return }
    let key = path.hasSuffix(".transform") ? "transform" : "normalize_targets"
    if loss.targets == .classes {
      throw ConfigError("'\(transform.rawValue)' is for values, but the loss wants classes; remove the key", path: path)
    }
    if transform.function != .identity, loss.predictsDeviations {
      throw ConfigError(
        "the loss '\(type(of: loss).kind)' predicts deviations, and those of logarithms are none of the targets; set "
          + "\(key) to standard, or use a loss that predicts values alone, such as mse, or quantile for intervals",
        path: path)
    }
    guard let limit = loss.targetLimit else { return }
    throw ConfigError(
      "the loss '\(type(of: loss).kind)' takes \(limit), and "
        + (transform.function == .identity ? "normalized targets" : "logarithms of targets, normalized,")
        + " are numbers of both signs around 0; remove \(key), or use a loss that takes any number, such as mse or huber",
      path: path)
  }

  /// The targets the loss reads.
  var demand: TargetDemand {
    switch loss.targets {
    case .classes: .kind(.classes)
    case .values: .kind(.values)
    case .classesOrValues: .byColumns
    }
  }

  /// The weight of each class: class weights times costs; nil where all are 1.
  ///
  /// Costs weigh a sample by what its class costs when it is missed (Elkan 2001; Ting 2002 for several classes).
  func classWeights(_ description: DataDescription, training rows: DataRows) throws(ConfigError) -> [Float]? {
    guard classWeights != .equal || cost != nil else { return nil }
    let names = description.classNames
    guard !names.isEmpty else {
      let key = classWeights != .equal ? "class_weights" : "cost"
      throw ConfigError("the targets are values, not classes; remove the key", path: "loss.\(key)")
    }
    var weights = try statedWeights(names, training: rows)
    if let cost {
      let costs = MisclassificationCost.classCosts(try cost.matrix(names, path: "loss.cost"))
      weights = zip(weights, costs).map { $0 * $1 }
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw ConfigError("all classes weigh 0, so nothing can be learned; give a weight above 0", path: "loss")
    }
    return try Self.singlePrecision(weights)
  }

  /// The weights that `class_weights` states.
  private func statedWeights(_ names: [String], training rows: DataRows) throws(ConfigError) -> [Double] {
    let path = "loss.class_weights"
    switch classWeights {
    case .equal: return [Double](repeating: 1, count: names.count)
    case .given(let given):
      guard given.count == names.count else {
        throw ConfigError("expected \(names.count) numbers, one for each class, found \(given.count)", path: path)
      }
      return given
    case .named(let given):
      for name in given.keys.sorted() { _ = try ClassNames.index(of: name, in: names, path: path) }
      return try names.map { name throws(ConfigError) in
        guard let weight = given[name] else {
          throw ConfigError("class '\(name.excerpt(60))' has no weight; give each class one", path: path)
        }
        return weight
      }
    case .balanced:
      let sums = rows.weightsOfClasses(names.count)
      let total = sums.reduce(0, +)
      return sums.map { $0 == 0 ? 0 : total / (Double(names.count) * $0) }
    }
  }

  /// The weights in float32, brought to its range where they are outside: only their proportions count.
  private static func singlePrecision(_ weights: [Double]) throws(ConfigError) -> [Float] {
    func isInRange(_ weight: Double) -> Bool {
      weight == 0 || (weight <= 0x1p64 && weight >= 0x1p-64)
    }
    guard !weights.allSatisfy(isInRange), let largest = weights.max() else { return weights.map { Float($0) } }
    let scaled = weights.map { $0 / largest }
    guard largest.isFinite, zip(weights, scaled).allSatisfy({ $0 == 0 || $1 >= 0x1p-100 }) else {
      throw ConfigError(
        "classes weigh from \(weights.filter { $0 > 0 }.min() ?? 0) to \(largest), more than a factor of 1e30 apart; "
          + "give weights and costs that are nearer to each other", path: "loss")
    }
    return scaled.map { Float($0) }
  }
}

extension DataRows {
  /// The sum of the sample weights of each class, in row order.
  fileprivate func weightsOfClasses(_ count: Int) -> [Double] {
    let rows = Array(0..<self.count)
    var classes = [Int32](repeating: 0, count: rows.count), weights = [Float](repeating: 1, count: rows.count)
    gatherClasses(rows: rows, count: rows.count, into: &classes)
    gatherWeights(rows: rows, count: rows.count, into: &weights)
    var sums = [Double](repeating: 0, count: count)
    for (index, weight) in zip(classes, weights) { sums[Int(index)] += Double(weight) }
    return sums
  }
}
