package import Collectives
internal import Foundation
internal import Networks
package import Platform
internal import Specs

/// Trains a run again from its own directory, and compares with what it has left there: checkpoints and model.
///
/// Weights do not depend on ranks, threads or CPU, so that any machine can do it for any other.
package struct Verification: Sendable, Equatable {
  /// Where the weights are others than those of the run.
  package struct Difference: Sendable, Equatable {
    /// The step after which they are.
    package var step: Int
    /// The step after which they were the run's for the last time.
    package var since: Int
    /// The first tensor that differs; nil: the run has others altogether.
    package var tensor: String?
    /// The first of its elements that does; nil: the run has no tensor of this name and size.
    package var element: Int?
    /// What was trained again, and what the run has.
    package var found: Float = 0
    package var expected: Float = 0
  }

  /// The steps that were made again begin behind this one.
  package private(set) var from: Int
  /// The steps at which weights were compared.
  package private(set) var compared: [Int] = []
  /// The weights' hash, where the end of the run was reached.
  package private(set) var hash: String?
  /// Whether the run's model was there to be compared with, where its end was reached.
  package private(set) var comparedModel = false
  /// nil: all are the same.
  package private(set) var difference: Difference?

  /// Trains again; collective.
  ///
  /// - Parameters:
  ///   - directory: that of the run.
  ///   - steps: how many steps are made at most, from a checkpoint to the next; nil: all from the first.
  package static func run(
    _ directory: String, steps: Int?, threads: Int, environment: ProcessEnvironment, cluster: any Cluster
  ) throws -> Verification {
    let (config, summary) = try read(directory, cluster)
    try cluster.startWatchdog(seconds: config.parallel.watchdogSeconds)
    var options = RunOptions(baseDirectory: directory, outputDirectory: directory, threads: threads)
    options.environment = environment
    options.trainer.shards = config.parallel.shards
    let run = try Run(config, options: options, cluster: cluster)
    guard summary?.dataFingerprint ?? run.trainer.data.fingerprint == run.trainer.data.fingerprint else {
      throw agreed(
        .data, "\(directory): the data are not those that the run was trained on; put them back to train it again",
        cluster)
    }
    // Its checkpoints say which weights it began with.
    let origin = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try RunOrigin.read(in: directory) : nil
    }
    run.origin = try cluster.broadcast(origin, from: 0)
    let points = try Points(run, summary: summary, directory: directory, cluster: cluster)
    let stretch = try points.stretch(steps, directory: directory, cluster)
    var verification = Verification(from: stretch.from)
    try verification.begin(run, cluster)
    try verification.train(run, through: stretch.stops, summary: summary, cluster)
    try run.trainer.close()
    return verification
  }

  private init(from: Int) { self.from = from }

  /// The run's config, and its summary where it has ended; collective.
  private static func read(_ directory: String, _ cluster: any Cluster) throws -> (RunConfig, RunSummary?) {
    let file = directory + "/config.json"
    let texts = try cluster.agree(describe: describeFailure) { () -> [[UInt8]] in
      guard cluster.rank == 0 else { return [] }
      let config = try RegularFile.contents(file, remedy: "give the directory of a run")
      let summary = RunSummary.read(in: directory).map { Array($0.json.compactText.utf8) }
      return [config] + (summary.map { [$0] } ?? [])
    }
    let count = try cluster.broadcast(texts.count, from: 0)
    let bytes = try (0..<count).map { try cluster.broadcast(cluster.rank == 0 ? texts[$0] : [], from: 0) }
    return try cluster.agree(describe: describeFailure) {
      let summary = try bytes.dropFirst().first.flatMap {
        RunSummary(json: try ConfigValue.parse(Data($0), file: "summary.json"))
      }
      if let number = summary?.arithmetic, number != ArithmeticNumber.current {
        throw RunError(
          .config,
          "\(directory): was trained with arithmetic number \(number), this build has \(ArithmeticNumber.current) and gives other "
            + "bits; verify it with a build of that number")
      }
      do { return (try RunConfig(ConfigValue.parse(Data(bytes[0]), file: file)), summary) } catch let error
        as ConfigError
      {
        throw error.inFile(file)
      }
    }
  }

  /// Goes to where the steps begin: the run's first weights, or a checkpoint.
  private func begin(_ run: Run, _ cluster: any Cluster) throws {
    let directory = run.options.outputDirectory
    if from > 0 {
      let found = try cluster.agree(describe: describeFailure) {
        cluster.rank == 0 ? try run.store.read(step: from) : nil
      }
      guard let stored = try cluster.broadcast(found?.manifest["state"], from: 0), let state = RunState(stored) else {
        throw Self.agreed(
          .data, "\(directory): the checkpoint of step \(from) holds no state of this run; give fewer --steps", cluster)
      }
      return try run.trainer.restore(state, run.share(found?.tensors ?? []))
    }
    guard let origin = run.origin else { return }
    try cluster.agree(describe: describeFailure) {
      guard cluster.rank == 0, !FileManager.default.fileExists(atPath: origin.path) else { return }
      throw RunError(
        .missingInput,
        "\(origin.path): the weights that the run began with are not there; put them back, or verify from a checkpoint "
          + "with --steps")
    }
    _ = try run.warmStart(from: origin.path)
    guard run.trainer.weightsHash == origin.hash else {
      throw Self.agreed(
        .data,
        "\(origin.path): these are not the weights that the run began with; put them back, or verify from a checkpoint with "
          + "--steps", cluster)
    }
  }

  /// Trains to each of some steps, and compares there.
  private mutating func train(
    _ run: Run, through stops: [Int], summary: RunSummary?, _ cluster: any Cluster
  ) throws {
    let trainer = run.trainer
    for stop in stops where difference == nil {
      if trainer.stepsTaken < stop {
        let outcome = try trainer.train { trainer.stepsTaken >= stop - 1 }
        if case .diverged(let divergence) = outcome { throw divergence.agreed(cluster) }
      }
      guard trainer.stepsTaken == stop else {
        difference = Difference(step: trainer.stepsTaken, since: compared.last ?? from)
        return
      }
      try compare(run, at: stop, cluster)
    }
    guard difference == nil, let summary, trainer.stepsTaken == summary.steps else { return }
    trainer.selection.choose()
    trainer.executor.renewDerived()
    let own = trainer.weightsHash
    hash = own
    let model = run.options.outputDirectory + "/model.safetensors"
    // Not the hash alone, which a file that has been changed since does not have.
    let expected = try cluster.agree(describe: describeFailure) { () -> [NamedTensor]? in
      guard cluster.rank == 0, own != summary.weightsHash || FileManager.default.fileExists(atPath: model) else {
        return nil
      }
      let file = try TensorFile(model, remedy: "the run has no model to compare with")
      try file.requireMemory(for: file.entries)
      return try file.entries.map { NamedTensor(name: $0.name, shape: $0.shape, values: try file.values(of: $0)) }
    }
    comparedModel = try cluster.broadcast(expected == nil ? 0 : 1, from: 0) == 1
    difference = try cluster.broadcast(
      expected.flatMap { firstDifference(run.trainer, $0, step: trainer.stepsTaken) }, from: 0)
    if difference == nil, own != summary.weightsHash {
      difference = Difference(step: trainer.stepsTaken, since: compared.last ?? from)
    }
  }

  /// Compares with the checkpoint of a step, where there is one; collective.
  private mutating func compare(_ run: Run, at step: Int, _ cluster: any Cluster) throws {
    let tensors = try cluster.agree(describe: describeFailure) { () -> [NamedTensor]? in
      guard cluster.rank == 0, try run.store.steps().contains(step) else { return nil }
      let prefix = "parameters/"
      return try run.store.read(step: step).tensors.filter { $0.name.hasPrefix(prefix) }.map {
        NamedTensor(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
      }
    }
    difference = try cluster.broadcast(tensors.flatMap { firstDifference(run.trainer, $0, step: step) }, from: 0)
    if difference == nil { compared.append(step) }
  }

  private func firstDifference(_ trainer: Trainer, _ expected: [NamedTensor], step: Int) -> Difference? {
    let known = Dictionary(expected.map { ($0.name, $0.values) }) { first, _ in first }
    for tensor in trainer.network.tensors {
      let own = trainer.network.values(of: tensor, in: trainer.arena.pointer)
      var difference = Difference(step: step, since: compared.last ?? from, tensor: tensor.name)
      guard let values = known[tensor.name], values.count == own.count else { return difference }
      let place = zip(own, values).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }?.offset
      guard let place else { continue }
      difference.element = place
      (difference.found, difference.expected) = (own[place], values[place])
      return difference
    }
    return nil
  }

  /// A failure that all ranks find alike.
  fileprivate static func agreed(_ code: ExitCode, _ sentence: String, _ cluster: any Cluster) -> AgreedFailure {
    AgreedFailure(
      rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: code.rawValue, sentence: sentence)
  }
}

/// The steps at which a run can be compared with itself.
private struct Points {
  /// Those of its checkpoints, ascending.
  let checkpoints: [Int]
  /// The last step, where it has ended.
  let end: Int?

  /// - Throws: the agreed failure of a run none of whose checkpoints belongs to its config and data.
  init(_ run: Run, summary: RunSummary?, directory: String, cluster: any Cluster) throws {
    let own = try cluster.agree(describe: describeFailure) { () -> [Int] in
      guard cluster.rank == 0 else { return [] }
      let entries = try run.store.survey(run.identity), own = entries.filter { $0.verdict == .own }.compactMap(\.step)
      if own.isEmpty, let foreign = entries.lazy.compactMap(\.verdict.mismatch).first {
        throw Self.foreign(foreign, directory)
      }
      return own
    }
    checkpoints = try cluster.broadcast(own, from: 0)
    end = summary?.steps
  }

  private static func foreign(_ mismatch: CheckpointIdentity.Mismatch, _ directory: String) -> RunError {
    switch mismatch {
    case .other(let what):
      RunError(
        .config,
        "\(directory): its checkpoints belong to \(what); put the config.json back that the run was trained with, or move them away"
      )
    case .arithmetic(let number):
      RunError(
        .config,
        "\(directory): was trained with arithmetic number \(number), this build has \(ArithmeticNumber.current) and gives other bits; verify it "
          + "with a build of that number")
    case .data:
      RunError(
        .data, "\(directory): the data are not those that the run was trained on; put them back to train it again")
    }
  }

  /// From where steps are made, and where is compared.
  func stretch(
    _ limit: Int?, directory: String, _ cluster: any Cluster
  ) throws -> (from: Int, stops: [Int]) {
    let stops = Set(checkpoints + [end].compactMap { $0 }).filter { $0 > 0 }.sorted()
    guard let last = stops.last else {
      throw Verification.agreed(
        .data, "\(directory): has neither checkpoints nor a finished run to compare with; let it train first", cluster)
    }
    guard let limit else { return (0, stops) }
    let begins = [0] + checkpoints.filter { $0 > 0 && $0 < last }
    let stretches = begins.compactMap { begin in stops.first { $0 > begin }.map { (begin, $0) } }
    if let found = stretches.last(where: { $1 - $0 <= limit }) { return (found.0, [found.1]) }
    let shortest = stretches.map { $1 - $0 }.min() ?? last
    throw Verification.agreed(
      .usage,
      "--steps \(limit): from one checkpoint of \(directory) to the next, or to its end, it is \(shortest) steps at least; give "
        + "--steps \(shortest) or more, or leave it out", cluster)
  }
}

extension CheckpointStore.Entry.Verdict {
  fileprivate var mismatch: CheckpointIdentity.Mismatch? {
    if case .foreign(let mismatch) = self { mismatch } else { nil }
  }
}

extension Verification.Difference: Portable {
  package init(from reader: inout PortableReader) throws {
    self.init(
      step: try reader.read(), since: try reader.read(), tensor: try reader.read(), element: try reader.read(),
      found: Float(bitPattern: UInt32(truncatingIfNeeded: try reader.read(Int.self))),
      expected: Float(bitPattern: UInt32(truncatingIfNeeded: try reader.read(Int.self))))
  }

  package func write(to writer: inout PortableWriter) {
    writer.write(step)
    writer.write(since)
    writer.write(tensor)
    writer.write(element)
    writer.write(Int(found.bitPattern))
    writer.write(Int(expected.bitPattern))
  }
}
