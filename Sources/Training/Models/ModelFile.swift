package import Datasets
package import Metrics
package import Networks
internal import Platform
package import Specs

/// A trained model as a file: weights, and all that a prediction needs.
package struct ModelFile: Sendable {
  package var tensors: [NamedTensor]
  package var metadata: [ConfigValue.Member]

  /// The weights of a network.
  /// - Parameters:
  ///   - classWeights: what samples of each class counted in training, nil: all 1.
  ///   - decision: how classes are decided on.
  ///   - threshold: the decision threshold as a probability, where one was chosen.
  ///   - provenance: where it comes from, where that is known.
  package init(
    _ network: Network, arena: UnsafePointer<Float>, config: ConfigValue, description: DataDescription,
    classWeights: [Float]? = nil, decision: DecisionRule = .greatest, threshold: Double? = nil,
    provenance: ModelProvenance? = nil
  ) {
    tensors = network.tensors.map { tensor in
      NamedTensor(name: tensor.name, shape: tensor.shape.extents, values: network.values(of: tensor, in: arena))
    }
    metadata = Self.metadata(
      config: config, description: description, classWeights: classWeights, decision: decision, threshold: threshold,
      provenance: provenance)
  }

  /// What a model's file says beside its tensors.
  static func metadata(
    config: ConfigValue, description: DataDescription, classWeights: [Float]?, decision: DecisionRule,
    threshold: Double?, provenance: ModelProvenance?
  ) -> [ConfigValue.Member] {
    var members: [ConfigValue.Member] = [.init("format", .string("ptrain-1")), ArithmeticNumber.metadata]
    members += provenance?.metadata ?? []
    for key in ["model", "loss", "metrics"] where config[key] != nil {
      members.append(.init(key, .string(config[key]?.compactText ?? "")))
    }
    if let classWeights {
      let numbers = classWeights.map { ConfigValue.number(Double($0)) }
      members.append(.init("class_weights", .string(ConfigValue.array(numbers).compactText)))
    }
    if let threshold { members.append(.init("threshold", .string("\(threshold)"))) }
    switch decision {
    case .greatest, .probability: break
    case .logOdds(let threshold): members.append(.init("threshold_log_odds", .string("\(threshold)")))
    case .leastCost: members.append(.init("decision", .string("least_cost")))
    }
    members.append(.init("data", .string(description.configValue.compactText)))
    return members
  }

  /// The SHA-256 of all tensors' bytes, in order.
  package var hash: String {
    let hash = SHA256()
    for tensor in tensors { tensor.values.withUnsafeBytes { hash.update($0) } }
    return hash.finish()
  }

  /// - Parameter progress: called for each block that is written.
  package func write(to path: String, progress: () -> Void = {}) throws {
    try AtomicFile.write(Safetensors.encode(tensors, metadata: metadata), to: path, progress: progress)
  }
}
