internal import Collectives
internal import Foundation
internal import Networks
internal import Specs

extension Run {
  /// What this run's checkpoints belong to.
  var identity: CheckpointIdentity {
    CheckpointIdentity(
      config: config.stored(shards: trainer.shards, baseDirectory: options.baseDirectory),
      fingerprint: trainer.data.fingerprint, origin: origin?.hash, registries: config.registries)
  }

  /// Where this run's model comes from.
  var provenance: ModelProvenance {
    let identity = identity
    return ModelProvenance(
      configHash: identity.configHash, dataFingerprint: identity.fingerprint, originHash: identity.origin)
  }

  /// Where this run's checkpoints are.
  var store: CheckpointStore {
    CheckpointStore(
      directory: options.checkpointDirectory(config), storage: DiskStorage(mark: cluster.phaseMark), identity: identity,
      tag: workTag)
  }

  /// Puts back the newest whole checkpoint of this run, where it is to go on; sets aside what is in the way;
  /// collective.
  ///
  /// Where there is none it begins.
  func restore(from start: RunStart) throws {
    let isFirst = cluster.rank == 0
    let found = try cluster.agree(describe: describeFailure) { () -> CheckpointStore.Checkpoint? in
      guard isFirst else {
        // Limits of a process may be others here; space is the first rank's to ask for.
        try requireSpace(spacePlan(from: 0, existing: (0, 0)), tries: false)
        return nil
      }
      try locks?.verify()
      let found = try findCheckpoint(start)
      try requireSpace(
        spacePlan(from: found?.step ?? 0, existing: found == nil ? (0, 0) : existingCheckpoints), tries: true)
      if found == nil { try clearTheWay(start) }
      return found
    }
    // The run may be handed to other ranks than its first.
    origin = try cluster.broadcast(origin, from: 0)
    guard let stored = try cluster.broadcast(found?.manifest["state"], from: 0), let state = RunState(stored) else {
      return
    }
    try trainer.restore(state, share(found?.tensors ?? []))
  }

  /// Reads the newest checkpoint of this run; those of others are refused, or set aside from a directory that is this
  /// run's own.
  private func findCheckpoint(_ start: RunStart) throws -> CheckpointStore.Checkpoint? {
    guard start != .anew else { return nil }
    if case .goOn = start { origin = try RunOrigin.read(in: options.outputDirectory) }
    let store = store
    try store.clean()
    let entries = try store.survey(identity)
    try refuseForeign(entries, start: start)
    let found = try store.newest(warn: sinks.warn, progress: cluster.showProgress, problem: problem)
    guard let found else {
      if case .goOn = start { try requireBeginning() }
      return nil
    }
    try requireArithmetic(of: found, in: store)
    if let before = found.manifest["config"].flatMap(EpochChange.epochs),
      let refusal = EpochChange.refusal(from: before, to: config)
    {
      throw RunError(
        .config,
        "\(store.directory): its checkpoints are of this config, but \(refusal); choose another --output or "
          + "checkpoint.directory, or start anew with --resume never")
    }
    try locks?.verify()
    // What newer ones of this run hold will be written again; what cannot be told to be this run's is kept.
    let damaged = entries.filter { entry in
      if case .damaged = entry.verdict { return (entry.step ?? Int.max) > found.step }
      return false
    }
    if !damaged.isEmpty {
      let place = try store.setAside(damaged.map(\.name))
      sinks.warn("\(damaged.map(\.name).joined(separator: ", ")): damaged, set aside in \(place)")
    }
    try store.removeAll(after: found.step)
    return found
  }

  /// Checkpoints of other runs are never read.
  private func refuseForeign(_ entries: [CheckpointStore.Entry], start: RunStart) throws {
    let directory = store.directory
    var foreign: [(name: String, words: String)] = []
    var onlyData: String?, hasOwn = false
    for entry in entries {
      switch entry.verdict {
      case .own, .foreign(.arithmetic): hasOwn = true
      case .foreign(.data):
        onlyData = entry.name
        foreign.append((entry.name, "a run with other data"))
      case .foreign(.other(let words)): foreign.append((entry.name, words))
      case .damaged: break
      }
    }
    guard let last = foreign.last else { return }
    // The run's own directory is its own, and so is what its config says of the data.
    let isOwnDirectory = config.checkpoint.directory == nil
    if onlyData != nil, !hasOwn, onlyData == last.name {
      throw RunError(
        .data,
        "\(directory): the data are not those that the run began with; put them back, or start anew with "
          + "--resume never")
    }
    guard case .goOn = start, isOwnDirectory else {
      throw RunError(
        .config,
        "\(isOwnDirectory ? options.outputDirectory : directory): holds a checkpoint (\(last.name)) of \(last.words); "
          + (isOwnDirectory ? "choose another --output" : "give each run a checkpoint.directory of its own")
          + ", or start anew with --resume never")
    }
    try locks?.verify()
    let place = try store.setAside(foreign.map(\.name))
    for (name, words) in foreign { sinks.warn("\(directory)/\(name): of \(words); not read, set aside in \(place)") }
  }

  /// Refuses to begin at the first step in a directory whose run was further.
  private func requireBeginning() throws {
    let directory = options.outputDirectory
    if let origin {
      throw RunError(
        .config,
        "\(directory): the run began with the weights of \(origin.path), and there is no checkpoint yet to go on from; start it "
          + "again with --resume and --force")
    }
    guard RunSummary.read(in: directory) == nil else {
      throw RunError(
        .config,
        "\(directory): the run is finished, but there is no checkpoint of its final state in \(store.directory), so it cannot "
          + "go on; choose another --output, or start anew with --resume never")
    }
  }

  /// Sets aside what a run that begins would overwrite.
  private func clearTheWay(_ start: RunStart) throws {
    try locks?.verify()
    let directory = options.outputDirectory
    let isInTheWay = if case .goOn = start { OlderRun.hasModel(directory) } else { OlderRun.isThere(directory) }
    if isInTheWay {
      let place = try locks?.setRunAside() ?? OlderRun.setAside(directory)
      if start != .anew { sinks.warn("\(directory): holds what is left of an older run; it is now \(place)") }
    }
    // Elsewhere than in the run's directory, which has gone with its own.
    let old = try store.survey(nil)
    guard !old.isEmpty else { return }
    let place = try store.setAside(old.map(\.name))
    sinks.warn(
      "\(store.directory): \(old.map(\.name).joined(separator: ", ")): of an older run, set aside in \(place)")
  }

  /// Why a whole checkpoint of this run cannot be gone on from; nil: it can.
  private func problem(with found: CheckpointStore.Checkpoint) -> String? {
    guard let state = RunState(found.manifest["state"]), state.step == found.step, state.step <= trainer.totalSteps
    else {
      return "manifest.json holds no state of this run"
    }
    return trainer.tensors.problem(with: found.tensors)
  }
}
