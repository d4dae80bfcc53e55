package import Collectives
package import Datasets
package import Metrics
internal import Networks
package import Optimization
package import Specs

/// A whole config.json, read and checked.
package struct RunConfig: Sendable {
  package var name: String
  package var seed: UInt64
  package var data: DataSection
  package var model: ModelSection
  package var loss: LossSection
  package var optimizer: OptimizerSection
  package var training: TrainingSection
  package var parallel: ParallelSection
  package var metrics: [any MetricSpec]
  package var output: OutputSection
  package var checkpoint: CheckpointSection
  /// The config with defaults filled in.
  package var resolved: ConfigValue
  /// What it was read with, and what belongs to its run is read with.
  package let registries: Registries

  /// Reads the root object.
  ///
  /// - Parameters:
  ///   - registries: the kinds that it may name.
  ///   - isTrained: whether a model of it exists: then it is not refused for what only training needs.
  package init(
    _ value: ConfigValue, registries: Registries = .standard, isTrained: Bool = false
  ) throws(ConfigError) {
    (self, resolved) = try FieldReader.readObject(value, path: "", registries: registries) {
      fields throws(ConfigError) in
      try RunConfig(from: fields)
    }
    guard !isTrained else { return }
    try loss.requireTargets(data.normalizeTargets, path: "data.normalize_targets")
    for (key, transform) in data.statedTargetTransforms { try loss.requireTargets(transform, path: key) }
  }

  /// Reads the keys of the root object.
  package init(from fields: FieldReader) throws(ConfigError) {
    registries = fields.registries
    name = try fields.text("name", default: "run", "name of the run")
    // The run's directory is runs/NAME unless another is given.
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
      throw fields.error(
        "name",
        "'\(name.excerpt(60))' names no directory inside runs/; give a name like mnist-mlp, and the place in output.directory"
      )
    }
    seed = UInt64(try fields.integer("seed", default: 42, in: 0...Int.max, "seed of everything random"))
    data = try fields.object("data", "the data sources") { fields throws(ConfigError) in try DataSection(from: fields) }
    model = try fields.object("model", "the network") { fields throws(ConfigError) in
      try ModelSection(from: fields)
    }
    data.fields = model.inputs
    guard model.inputs.isEmpty || data.augmentation.isEmpty else {
      throw ConfigError(
        "samples are changed at random where they are the network's only input; remove 'model.inputs', or the augmentation",
        path: "data.augmentation")
    }
    loss = try fields.object(
      "loss", kindsOf: registries[default: LossRegistry.standard], "what training makes small"
    ) {
      fields, kind throws(ConfigError) in
      try LossSection(from: fields, describing: kind)
    }
    data.positiveClass = try Self.positiveClass(data: data, loss: loss, root: fields)
    optimizer = try fields.object(
      "optimizer", kindsOf: registries[default: OptimizerRegistry.standard], "how weights are updated"
    ) {
      fields, kind throws(ConfigError) in
      try OptimizerSection(from: fields, describing: kind)
    }
    training = try fields.section("training", "how long and in what batches") { fields throws(ConfigError) in
      try TrainingSection(from: fields)
    }
    parallel = try fields.section("parallel", "how work is shared") { fields throws(ConfigError) in
      try ParallelSection(from: fields)
    }
    metrics = try MetricRegistry.metrics(from: fields)
    let standard = "runs/\(name)"
    output = try fields.section("output", "where results go") { fields throws(ConfigError) in
      try OutputSection(from: fields, standard: standard)
    }
    checkpoint = try fields.section("checkpoint", "when the run's state is saved") { fields throws(ConfigError) in
      try CheckpointSection(from: fields)
    }
    resolved = .null
  }
}

/// The `training` object.
package struct TrainingSection: Sendable {
  package var epochs: Int
  /// Updates, where fewer than the epochs make.
  package var steps: Int?
  package var globalBatchSize: Int
  /// Groups in which a rank works through its shards of a batch.
  package var microSteps: Int
  package var clipping: GradientClipping
  /// An average of the weights that takes their place in evaluations and files.
  package var averaging: WeightAveraging?
  package var onNonFinite: NonFinitePolicy
  package var earlyStopping: EarlyStopping?
  /// Whether the best weights, not the last, are handed over.
  package var restoresBest: Bool
  /// Seconds after which the run saves its state and stops.
  package var timeLimit: Double?

  /// What happens when loss or gradient are not finite.
  package enum NonFinitePolicy: String, CaseIterable, Sendable {
    case stop
    case skipStep = "skip_step"
  }

  package init(from fields: FieldReader) throws(ConfigError) {
    epochs = try fields.integer("epochs", default: 10, in: 0...1_000_000, "passes over the training data")
    steps = try fields.optionalInteger("steps", in: 0...Int(Int32.max) * 1024, "stop after this many updates")
    globalBatchSize = try fields.integer(
      "global_batch_size", default: 64, in: 1...16_777_216, "samples of one update, over all ranks")
    clipping = try GradientClipping(from: fields)
    averaging = try fields.optionalObject("ema", "a moving average of the weights, evaluated and kept in their place") {
      fields throws(ConfigError) in try WeightAveraging(from: fields)
    }
    onNonFinite = try fields.option(
      "on_non_finite", default: NonFinitePolicy.stop, "what to do when loss or gradient are not finite")
    earlyStopping = try fields.optionalObject("early_stopping", "stop when validation no longer gets better") {
      fields throws(ConfigError) in try EarlyStopping(from: fields)
    }
    restoresBest = try fields.boolean(
      "restore_best", default: earlyStopping != nil, "hand over the weights of the best validation, not the last")
    microSteps = try fields.integer(
      "micro_steps", default: 1, in: 1...65536,
      "groups in which a rank works through its shards of a batch: more need less memory, the result is the same")
    timeLimit = try fields.optionalNumber(
      "time_limit", in: .positive, "seconds after which the run saves its state and stops, exit code 75")
  }
}

/// The `parallel` object.
package struct ParallelSection: Sendable {
  /// Threads per rank: a number, or as many as there are cores.
  package enum Threads: Sendable, Equatable {
    case auto
    case count(Int)
  }

  /// Shards of a batch; nil: one for each worker of the first launch.
  package var shards: Int?
  package var threads: Threads
  package var allreduce: String
  /// Those that ``allreduce`` may name.
  let algorithms: AllReduceRegistry
  package var isInvariant: Bool
  /// MiB of gradients that are exchanged together.
  package var bucketMegabytes: Double
  /// Whether gradients travel while layers are still at work; nil: where that pays.
  package var overlap: Bool?
  package var update: Update
  package var wire: WireFormat
  /// Steps between comparisons of the ranks' weights; 0: never.
  package var replicaCheckEvery: Int

  /// Seconds of silence after which a rank that others wait for is given up; 0: never.
  package var watchdogSeconds: Double

  /// Who updates the parameters.
  package enum Update: String, CaseIterable, Sendable {
    /// Sharded where the ranks of one node hand each other the parameters in memory, else replicated.
    case auto
    /// Every rank all of them.
    case replicated
    /// Every rank its slice, for which alone it keeps the optimizer's arrays.
    case sharded
  }

  /// Floats of a bucket, whole cache lines.
  var bucketFloats: Int { max(16, Int(bucketMegabytes * 262_144) / 16 * 16) }

  package init(from fields: FieldReader) throws(ConfigError) {
    shards = try fields.read(
      "shards", schema: .anyOf([.integer(1...65536), .fixed("auto")]), default: (8, .integer(8)), example: 8,
      summary: "pieces of a batch; the model depends on their number, not on ranks or threads"
    ) { value, path throws(ConfigError) in
      if value == .string("auto") { return (nil, value) }
      return (try FieldReader.integer(value, in: 1...65536, path: path), value)
    }
    threads = try fields.read(
      "threads_per_rank", schema: .anyOf([.integer(1...4096), .fixed("auto")]), default: (.auto, .string("auto")),
      example: .auto, summary: "threads of each rank"
    ) { value, path throws(ConfigError) in
      if value == .string("auto") { return (.auto, value) }
      return (.count(try FieldReader.integer(value, in: 1...4096, path: path)), value)
    }
    algorithms = fields.registries[default: AllReduceRegistry.standard]
    let names = algorithms.names
    allreduce = try fields.text(
      "allreduce", default: "auto", "how gradients are added over ranks: \(names.joined(separator: ", "))")
    isInvariant = try fields.boolean(
      "invariant", default: true, "only ways of adding whose result does not depend on ranks")
    guard names.contains(allreduce) else {
      throw fields.error(
        "allreduce", "unknown allreduce '\(allreduce.excerpt(60))'; \(NearestName.hint(allreduce, among: names))")
    }
    if isInvariant, !algorithms.isInvariant(allreduce) {
      throw fields.error(
        "allreduce",
        "'\(allreduce)' rounds differently on other numbers of ranks; set parallel.invariant to false to allow that")
    }
    bucketMegabytes = try fields.number(
      "bucket_mb", default: 4, in: Interval(0.001, 4096), "MiB of gradients that are exchanged together, with overlap")
    overlap = try fields.read(
      "overlap", schema: .anyOf([.boolean, .fixed("auto")]), default: (nil, .string("auto")), example: true,
      summary: "exchange gradients while layers are still at work; auto: where ranks are on several nodes"
    ) { value, path throws(ConfigError) in
      if value == .string("auto") { return (nil, value) }
      guard case .boolean(let isOn) = value else {
        throw ConfigError("expected true, false or \"auto\", found \(value.compactText)", path: path)
      }
      return (isOn, value)
    }
    update = try fields.option(
      "update", default: Update.auto,
      "whether every rank updates all parameters, or its slice of them; auto: its slice where ranks share a node's memory"
    )
    wire = try fields.option(
      "wire", default: WireFormat.float32, "how gradients travel; 16 bits change the result and need invariant: false")
    replicaCheckEvery = try fields.integer(
      "replica_check_every", default: 100, in: 0...Int(Int32.max),
      "steps between comparisons of the ranks' weights; 0: never")
    if isInvariant, wire != .float32 {
      throw fields.error(
        "wire",
        "'\(wire.rawValue)' rounds differently on other numbers of ranks; set parallel.invariant to false to allow that"
      )
    }
    if wire != .float32, allreduce != "auto", allreduce != OrderedAllReduce.kind {
      throw fields.error(
        "wire", "16 bits on the wire go with allreduce 'ordered' only, found '\(allreduce)'; leave allreduce at 'auto'")
    }
    watchdogSeconds = try fields.number(
      "watchdog_seconds", default: 300, in: .nonNegative,
      "seconds of silence after which a rank that others wait for is named and the run ends with code 69; 0: never")
  }
}

/// The `output` object.
package struct OutputSection: Sendable {
  package var directory: String
  package var logEverySteps: Int

  package init(from fields: FieldReader, standard: String) throws(ConfigError) {
    directory = try fields.text("directory", default: standard, "the run's directory")
    // Paths in it would begin at the root.
    if directory.isEmpty {
      throw fields.error(
        "directory", "an empty text names no directory; give one, such as runs/a, or leave the key out")
    }
    logEverySteps = try fields.integer(
      "log_every_steps", default: 50, in: 1...Int(Int32.max), "steps between log lines")
  }
}
