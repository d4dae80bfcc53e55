internal import Collectives
internal import Glibc
internal import Metrics
internal import Networks
internal import Platform
internal import Specs

/// Refuses a limit on open files that leaves less than is needed, with exit code 74.
///
/// - Parameter count: files that are going to be open beside those that are.
package func requireOpenFiles(_ count: Int) throws {
  guard let lack = OpenFiles.lack(of: count) else { return }
  throw RunError(.inputOutput, "\(lack.words): raise that limit")
}

extension Run {
  /// The files of this run's end, and its checkpoints.
  ///
  /// - Parameters:
  ///   - first: the step that it goes on after.
  ///   - existing: its checkpoints that are there, with their bytes.
  func spacePlan(from first: Int, existing: (count: Int, bytes: Double)) -> SpacePlan {
    let network = trainer.network, selection = trainer.selection, stepsPerEpoch = trainer.stepsPerEpoch
    let totalSteps = trainer.totalSteps
    let shapes = network.tensors.map { (name: $0.name, shape: $0.shape.extents, count: $0.shape.count) }
    let metadata = ModelFile.metadata(
      config: trainer.modelConfig, description: trainer.data.description, classWeights: trainer.classWeights,
      decision: trainer.context.decision,
      threshold: nil, provenance: provenance)
    // A decision threshold has two numbers.
    let model = Double(Safetensors.size(shapes, metadata: metadata) + (trainer.context.cost == nil ? 0 : 128))
    // Weights that are handed over can only be others than the last ones where these are kept too.
    let hasOthers = trainer.parameters.average != nil || selection.keepsBest
    let files =
      [SpacePlan.File(name: "model.safetensors", bytes: model)]
      + (hasOthers ? [SpacePlan.File(name: "last.safetensors", bytes: model)] : [])
      + [SpacePlan.File(name: "summary.json", bytes: 4096 + 512 * Double(cluster.size))]
    func logBytes(_ steps: Int) -> Double {
      // A run that may end early may log little.
      guard selection.patience == nil, config.training.timeLimit == nil else { return 0 }
      return 115 * (Double(steps) / Double(config.output.logEverySteps) + Double(steps) / Double(stepsPerEpoch))
    }
    var plan = SpacePlan(
      files: files, log: logBytes(totalSteps),
      parts: trainer.tensors.fileSizes(ranks: cluster.size, hasBest: selection.keepsBest).map(Double.init),
      checkpoints: SpacePlan.checkpoints(
        config.checkpoint, from: first, to: totalSteps, stepsPerEpoch: stepsPerEpoch, keepsBest: selection.keepsBest,
        existing: existing.count))
    plan.existing = existing
    plan.logged = logBytes(first)
    return plan
  }

  /// Refuses to begin what there is no room for, with exit code 74.
  ///
  /// Nothing is written, and no space taken.
  package func requireSpace() throws { try requireSpace(spacePlanOfNext, tries: false) }

  /// As above.
  ///
  /// - Parameter tries: takes the space for a moment, on the first rank.
  func requireSpace(_ plan: SpacePlan, tries: Bool) throws {
    let run = options.outputDirectory, store = options.checkpointDirectory(config)
    try requireOpenFiles(Self.openFiles)
    try plan.requireFileSize(rank: cluster.rank, run: run, store: store, limit: FileSpace.sizeLimit)
    guard cluster.rank == 0 else { return }
    for place in plan.places(run: run, store: store) { try place.require(tries: tries) }
  }

  /// Files that a run opens beside those that it has when it begins: its log, a checkpoint's file, which is written in
  /// the background, a directory that is flushed or cleared then, and meanwhile the model or a look at a lock.
  private static let openFiles = 4

  /// The plan of a start that goes on with what is in the directories.
  private var spacePlanOfNext: SpacePlan { spacePlan(from: 0, existing: existingCheckpoints) }

  /// How much space the run needs and has, a line for each file system.
  var spaceLines: [String] {
    spacePlanOfNext.places(run: options.outputDirectory, store: options.checkpointDirectory(config)).map(\.line)
  }

  /// The checkpoints in the run's directory.
  var existingCheckpoints: (count: Int, bytes: Double) {
    let store = store, steps = (try? store.steps()) ?? []
    var bytes = 0.0
    for step in steps {
      let path = store.directory + "/" + CheckpointStore.name(of: step)
      for name in (try? store.storage.names(in: path)) ?? [] {
        var info = stat()
        if lstat(path + "/" + name, &info) == 0 { bytes += Double(info.st_size) }
      }
    }
    return (steps.count, bytes)
  }
}
