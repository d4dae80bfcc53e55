internal import Datasets
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
    /// All classes count the same in total: samples / (classes · samples of the class), as in scikit-learn.
    case balanced
  }

  package var loss: any LossSpec
  package var classWeights: ClassWeights
  /// What wrong predictions cost; nil where all cost the same.
  package var cost: MisclassificationCost?

  /// - Parameter describing: the kind to describe, where only the keys are wanted.
  package init(from fields: FieldReader, describing described: String? = nil) throws(ConfigError) {
    let kinds = LossRegistry.registry.kinds
    let kind = try fields.text(
      "type", default: described, "the loss: \(kinds.joined(separator: ", "))")
    loss = try LossRegistry.registry.make(kind, from: fields, path: fields.pathOf("type"))
    classWeights = try Self.readClassWeights(fields)
    cost = try fields.optionalObject("cost", "what wrong predictions cost; weighs samples by their class's cost") {
      fields throws(ConfigError) in try MisclassificationCost(from: fields)
    }
    guard loss.targets == .values, !fields.isDescribing else { return }
    if classWeights != .equal {
      throw fields.error("class_weights", "only losses on classes have class weights; remove the key")
    }
    if cost != nil { throw fields.error("cost", "only losses on classes have costs of wrong classes; remove the key") }
  }

  private static func readClassWeights(_ fields: FieldReader) throws(ConfigError) -> ClassWeights {
    try fields.read(
      "class_weights", schema: .anyOf([.list(.number(.nonNegative)), .fixed("balanced")]), default: (.equal, nil),
      example: .equal, summary: "weight of each class, in the order of classes, or \"balanced\""
    ) { value, path throws(ConfigError) in
      if value == .string("balanced") { return (.balanced, value) }
      guard case .array(let entries) = value, !entries.isEmpty else {
        throw ConfigError("expected a list of numbers or \"balanced\", found \(value.excerpt)", path: path)
      }
      var weights: [Double] = []
      for (index, entry) in entries.enumerated() {
        weights.append(try FieldReader.number(entry, in: .nonNegative, path: "\(path)[\(index)]"))
      }
      return (.given(weights), value)
    }
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
    let count = description.classNames.count
    guard count > 0 else {
      let key = classWeights != .equal ? "class_weights" : "cost"
      throw ConfigError("the targets are values, not classes; remove the key", path: "loss.\(key)")
    }
    var weights = [Double](repeating: 1, count: count)
    switch classWeights {
    case .equal: break
    case .given(let given):
      guard given.count == count else {
        throw ConfigError(
          "expected \(count) numbers, one for each class, found \(given.count)", path: "loss.class_weights")
      }
      weights = given
    case .balanced:
      var samples = [Int](repeating: 0, count: count)
      for index in rows.classes() { samples[Int(index)] += 1 }
      weights = samples.map { $0 == 0 ? 0 : Double(rows.count) / (Double(count) * Double($0)) }
    }
    if let cost {
      weights = zip(weights, try cost.classCosts(classes: count, path: "loss.cost")).map { $0 * $1 }
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw ConfigError("all classes weigh 0, so nothing can be learned; give a weight above 0", path: "loss")
    }
    return weights.map { Float($0) }
  }
}

extension DataRows {
  /// The class of every row.
  fileprivate func classes() -> [Int32] {
    var classes = [Int32](repeating: 0, count: count)
    gatherClasses(rows: Array(0..<count), count: count, into: &classes)
    return classes
  }
}
