package import Collectives
package import Datasets
internal import Foundation
internal import Kernels
package import Metrics
package import Networks
package import Platform
package import Specs

/// A trained model read back from its file: all that a prediction needs.
package final class SavedModel {
  package let network: Network
  package let loss: any Loss
  /// The loss as the config names it.
  package let lossKind: String
  package let targets: TargetKind
  package let description: DataDescription
  package let arena: AlignedBuffer<Float>
  /// The SHA-256 of all weights, as in the run's summary.
  package let hash: String
  /// What tells it from another model: its weights, and all that its file says of them.
  private let fingerprint: String
  /// How classes are decided on.
  private let decision: DecisionRule
  /// What the config's loss says wrong classes cost.
  private let cost: [[Double]]?
  /// Version, hash of the config, fingerprint of the data and arithmetic number, as far as the file says them.
  package let provenance: ConfigValue
  /// What the run's evaluations reported beside the loss.
  package let metrics: [any MetricSpec]
  /// What samples of each class counted in training, nil: all 1.
  package let classWeights: [Float]?

  /// What it was read with, and what its data are read with.
  let registries: Registries

  /// Reads a model file, or the model of a run's directory.
  ///
  /// - Parameter registries: the kinds that it may name.
  package init(_ path: String, registries: Registries = .standard) throws {
    self.registries = registries
    var file = path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw RunError(.missingInput, "\(path): no such run or model; give a run's directory or a model.safetensors")
    }
    if isDirectory.boolValue { file = path + "/model.safetensors" }
    guard FileManager.default.fileExists(atPath: file) else {
      throw RunError(.missingInput, "\(file): no such model; train first, or give another run")
    }
    let tensors = try TensorFile(file, remedy: "give a run's directory or a model.safetensors")
    let metadata = tensors.metadata
    guard let arithmetic = ArithmeticNumber.stated(in: metadata) else {
      throw TensorFileError(file: file, problem: "the metadata's 'arithmetic' is no number")
    }
    guard arithmetic <= ArithmeticNumber.current else {
      throw RunError(
        .data,
        "\(file): made by a later build, with arithmetic number \(arithmetic), and this one knows numbers up to "
          + "\(ArithmeticNumber.current); use that build or a later one")
    }
    provenance = ModelProvenance.words(of: metadata)
    func text(_ key: String) throws -> ConfigValue {
      guard case .string(let text)? = metadata.first(where: { $0.key == key })?.value else {
        throw TensorFileError(file: file, problem: "the metadata have no '\(key)'")
      }
      return try ConfigValue.parse(Data(text.utf8), file: file)
    }
    do {
      description = try DataDescription(try text("data"))
      let model = try FieldReader.readObject(try text("model"), path: "model", registries: registries) {
        fields throws(ConfigError) in
        try ModelSection(from: fields)
      }.0
      let section = try FieldReader.readObject(try text("loss"), path: "loss", registries: registries) {
        fields throws(ConfigError) in
        try LossSection(from: fields)
      }.0
      lossKind = type(of: section.loss).kind
      cost = try section.cost?.matrix(description.classNames, path: "loss.cost")
      network = try model.makeNetwork(description)
      targets = description.targetKind
      loss = try section.loss.makeLoss(
        for: network, classes: description.classNames.count, targetWidth: description.targetWidth, path: "loss")
      metrics = try FieldReader.readObject(
        .object([.init("metrics", metadata.contains { $0.key == "metrics" } ? try text("metrics") : .array([]))]),
        path: "", registries: registries
      ) { fields throws(ConfigError) in try MetricRegistry.metrics(from: fields) }.0
      classWeights = try Self.classWeights(
        metadata.contains { $0.key == "class_weights" } ? try text("class_weights") : nil,
        classes: description.classNames.count)
    } catch var error as ConfigError {
      // What is wrong in a model's file are data, not a config.
      error.exitCode = .data
      throw error.inFile(file)
    }
    decision = try Self.decision(
      metadata, plugIn: .plugIn(cost, loss: loss, classWeights: classWeights),
      classes: description.classNames.count, file: file)
    // The weights must be there, and all be this network's, before they are read and memory is taken for them.
    let byName = Dictionary(tensors.entries.map { ($0.name, $0) }) { first, _ in first }
    let needed = network.tensors
    for tensor in needed {
      guard let found = byName[tensor.name] else {
        throw TensorFileError(file: file, problem: "tensor '\(tensor.name)' of shape \(tensor.shape) is missing")
      }
      guard found.shape == tensor.shape.extents else {
        throw TensorFileError(
          file: file,
          problem: "tensor '\(tensor.name)' has the shape \(Shape(found.shape)), and its network's has \(tensor.shape)")
      }
    }
    let names = Set(needed.map(\.name))
    if let other = tensors.entries.first(where: { !names.contains($0.name) }) {
      throw TensorFileError(file: file, problem: "tensor '\(other.name.excerpt(60))' is none of its network")
    }
    try tensors.requireMemory(for: tensors.entries)
    arena = AlignedBuffer(count: max(16, network.storageCount))
    let hash = SHA256()
    for tensor in needed {
      guard let entry = byName[tensor.name] else { continue }
      let values = try tensors.values(of: entry)
      values.withUnsafeBytes { hash.update($0) }
      network.setValues(values, of: tensor, in: arena.pointer)
    }
    try tensors.requireUnchanged()
    self.hash = hash.finish()
    fingerprint = self.hash + ConfigValue.object(metadata).compactText
  }

  /// Reads a model on every rank, and makes sure that it is the same on all and the one that its run ended with;
  /// collective.
  package static func load(
    _ path: String, registries: Registries = .standard, cluster: any Cluster
  ) throws -> SavedModel {
    let model = try cluster.agree(describe: describeFailure) { try ofRun(path, registries) }
    let all = try cluster.gather(model.fingerprint)
    if let other = all.firstIndex(where: { $0 != all[0] }) {
      throw RunError(
        .data, "\(path): rank \(other) read another model than rank 0; start again when nobody writes to it any more")
    }
    return model
  }

  /// Reads a model; that of a run's directory has the weights that the run's summary tells.
  private static func ofRun(_ path: String, _ registries: Registries) throws -> SavedModel {
    // Twice, because the run may end between the two files.
    for _ in 0..<2 {
      let stated = RunSummary.read(in: path)?.weightsHash
      let model = try SavedModel(path, registries: registries)
      guard let stated, stated != model.hash else { return model }
    }
    throw RunError(
      .data,
      "\(path)/model.safetensors: has other weights than the run ended with (weights_sha256 in summary.json), so it is damaged or "
        + "another run's; put back the run's own, or give the path of the file itself and --data to use it all the same"
    )
  }

  /// How outputs become predictions.
  package var context: MetricContext {
    MetricContext(
      prediction: loss.prediction, outputs: network.output.count, classNames: description.classNames,
      targetNames: description.targetNames, units: description.targetNormalization, decision: decision, cost: cost)
  }

  private static func classWeights(_ value: ConfigValue?, classes: Int) throws(ConfigError) -> [Float]? {
    guard let value else { return nil }
    guard case .array(let entries) = value, entries.count == classes else {
      throw ConfigError(
        "expected \(classes) numbers, one for each class, found \(value.excerpt)", path: "class_weights")
    }
    var weights: [Float] = []
    for entry in entries {
      weights.append(Float(try FieldReader.number(entry, in: .nonNegative, path: "class_weights")))
    }
    return weights
  }

  /// The rule that training ended with. Files of earlier builds have a threshold on the probability, or none where
  /// there were no validation rows: then the greatest output decided.
  private static func decision(
    _ metadata: [ConfigValue.Member], plugIn: DecisionRule, classes: Int, file: String
  ) throws -> DecisionRule {
    func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
      guard case .string(let text)? = metadata.first(where: { $0.key == key })?.value else { return nil }
      guard let number = Double(text), range.contains(number) else {
        throw TensorFileError(
          file: file, problem: "the metadata's '\(key)' is not a number from \(range.lowerBound) to \(range.upperBound)"
        )
      }
      return number
    }
    guard classes == 2 else { return plugIn }
    if let logOdds = try number("threshold_log_odds", in: -.infinity ... .infinity) { return .logOdds(logOdds) }
    if let probability = try number("threshold", in: 0...1.1) {
      return probability == 0.5 ? .greatest : .probability(probability)
    }
    return metadata.contains { $0.key == "decision" } ? plugIn : .greatest
  }

  /// The first row for which the network's outputs are not finite.
  package func firstNotFinite(_ rows: DataRows, threads: Int) -> Int? {
    outputs(rows, 0..<rows.count, threads: threads).firstIndex { !$0.isFinite }.map {
      $0 / max(1, network.output.count)
    }
  }

  /// The network's outputs for all rows, each rank computing its share; collective.
  ///
  /// - Returns: `rows × outputs`, row by row, on every rank.
  package func outputs(_ rows: DataRows, threads: Int, cluster: any Cluster) throws -> [Float] {
    let own = rows.count * cluster.rank / cluster.size..<rows.count * (cluster.rank + 1) / cluster.size
    let part = outputs(rows, own, threads: threads)
    if cluster.size == 1 { return part }
    let parts = try cluster.gather(consume part)
    var all: [Float] = []
    all.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { all += part }
    return all
  }

  /// The network's outputs for some rows, computed in blocks of 64.
  private func outputs(_ rows: DataRows, _ range: Range<Int>, threads: Int) -> [Float] {
    let block = Evaluation.blockRows, width = network.output.count
    let memory = NetworkMemory(network, rows: threads * block, arena: arena.pointer, training: false)
    let ids = AlignedBuffer<Int>(count: threads * block),
      result = AlignedBuffer<Float>(count: max(1, range.count * width))
    let samples = UnsafeRawPointer(ids.pointer).assumingMemoryBound(to: UInt64.self)
    let stride = memory.layout.forwardScratchStride, scratch = AlignedBuffer<Float>(count: threads * stride)
    memory.begin(StepContext(isTraining: false, seed: 0, step: 0, samples: samples))
    WorkQueue().parallelItems(count: (range.count + block - 1) / block, workers: threads) { item, worker in
      let start = item * block, count = min(block, range.count - start), first = worker * block
      for index in 0..<count { ids.pointer[first + index] = range.lowerBound + start + index }
      rows.gather(rows: ids.pointer + first, count: count, into: memory.inputs, at: first)
      memory.forward(rows: first..<first + count, scratch: scratch.pointer + worker * stride)
      for index in 0..<count {
        (result.pointer + (start + index) * width).update(from: memory.output[first + index], count: width)
      }
    }
    return Array(result.elements.prefix(range.count * width))
  }
}
