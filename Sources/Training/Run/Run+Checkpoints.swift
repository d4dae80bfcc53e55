internal import Collectives
internal import Foundation
internal import Kernels
internal import Networks
internal import Optimization
internal import Platform
internal import Specs

extension Run {
  /// Begins a checkpoint; collective.
  func save(with writer: CheckpointWriter) throws {
    try trainer.data.prepared.requireUnchanged(cluster)
    let state = trainer.state
    let members: [ConfigValue.Member] =
      identity.members + [
        .init("state", state.value), .init("shards", .integer(trainer.shards)),
        .init("seed", .integer(Int(config.seed))),
        .init(
          "written_by",
          .object([
            .init("ranks", .integer(cluster.size)), .init("threads_per_rank", .integer(options.trainer.threads)),
            .init("isa", .string(InstructionSet.active.name)),
          ])),
      ]
    try writer.begin(step: state.step, members: members, best: trainer.selection.bestStep) { memory in
      try trainer.tensors.snapshot(
        rank: cluster.rank, ranks: cluster.size, best: trainer.selection.bestCopy, cluster: cluster, into: memory)
    }
  }

  /// Refuses a checkpoint whose run was computed with other arithmetic, unless `--force` asks to go on from it.
  func requireArithmetic(of found: CheckpointStore.Checkpoint, in store: CheckpointStore) throws {
    let place = "\(store.directory)/\(CheckpointStore.name(of: found.step))"
    guard case .object(let members) = found.manifest, let number = ArithmeticNumber.stated(in: members) else {
      throw RunError(.data, "\(place): 'arithmetic' in manifest.json is no number; start anew with --resume never")
    }
    guard number != ArithmeticNumber.current else { return }
    let found = "was saved by a build with arithmetic number \(number), this build has \(ArithmeticNumber.current)"
    guard options.goesOnFromOtherArithmetic else {
      throw RunError(
        .config,
        "\(place): \(found), so the run would end with the weights of neither; go on with that build, start anew with "
          + "--resume never, or add --force to go on all the same")
    }
    sinks.warn("\(place): \(found); going on all the same, the run ends with the weights of neither")
  }

  /// The first rank's tensors on all ranks; collective.
  func share(_ tensors: [NamedTensor]) throws -> [NamedTensor] {
    // One by one, so that what is under way is one tensor.
    let nothing = NamedTensor(name: "", shape: [], values: [])
    return try (0..<cluster.broadcast(tensors.count, from: 0)).map { place in
      try cluster.broadcast(cluster.rank == 0 ? tensors[place] : nothing, from: 0)
    }
  }

  /// Sets the weights that a model's file or a checkpoint has under the same names and shapes; collective.
  ///
  /// - Returns: the names that keep their first values.
  package func warmStart(from path: String) throws -> [String] {
    let isFirst = cluster.rank == 0
    cluster.enter(.readingCheckpoint)
    let storage = DiskStorage(mark: cluster.phaseMark)
    let found = try cluster.agree(describe: describeFailure) { () -> [NamedTensor] in
      guard isFirst else { return [] }
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw RunError(.missingInput, "\(path): no such checkpoint or model; give the path of one after --resume")
      }
      if isDirectory.boolValue {
        return try CheckpointStore.read(path, storage, progress: cluster.showProgress).tensors.filter {
          $0.name.hasPrefix("parameters/")
        }.map {
          NamedTensor(name: String($0.name.dropFirst("parameters/".count)), shape: $0.shape, values: $0.values)
        }
      }
      let file = try TensorFile(path, remedy: "give the path of a checkpoint or model after --resume")
      let shapes = Dictionary(trainer.network.tensors.map { ($0.name, $0.shape.extents) }) { first, _ in first }
      let fitting = file.entries.filter { shapes[$0.name] == $0.shape }
      try file.requireMemory(for: fitting)
      let found = try fitting.map { entry in
        NamedTensor(
          name: entry.name, shape: entry.shape, values: try file.values(of: entry, progress: cluster.showProgress))
      }
      try file.requireUnchanged()
      return found
    }
    let arrays = try share(found)
    guard let missing = trainer.warmStart(with: arrays) else {
      throw RunError(.data, "\(path): no tensor has the name and shape of one of this model; give a model that fits")
    }
    origin = RunOrigin(hash: trainer.weightsHash, path: path)
    return missing
  }
}
