package import Collectives
internal import Datasets
internal import Foundation
internal import Glibc
package import Specs

/// How a run begins, decided by its directory; the same on all ranks.
package enum RunStart: Sendable, Equatable {
  /// Begins; a run in the directory is set aside.
  case anew
  /// The directory has no config: goes on from a checkpoint of this config where there is one, else begins. With the
  /// shards of the newest checkpoint, which a launch that nothing else is known of may have chosen.
  case unknown(shards: Int?)
  /// With this many shards, which an earlier launch may have chosen.
  case goOn(shards: Int)
  /// The summary of a run that has nothing left to do.
  case finished(RunSummary)

  /// Looks at the run's directory on the first rank; collective.
  ///
  /// - Throws: the agreed failure when the directory holds a run of another config.
  package static func decide(
    _ config: RunConfig, options: RunOptions, mode: ResumeMode, cluster: any Cluster
  ) throws -> RunStart {
    let decision = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try decideAlone(config, options: options, mode: mode) : .anew
    }
    return try cluster.broadcast(decision, from: 0)
  }

  private static func decideAlone(_ config: RunConfig, options: RunOptions, mode: ResumeMode) throws -> RunStart {
    guard mode == .auto else { return .anew }
    let directory = options.outputDirectory, path = directory + "/config.json"
    guard let bytes = try contents(of: path) else {
      let store = CheckpointStore(directory: options.checkpointDirectory(config))
      let newest = config.parallel.shards == nil ? try store.survey(nil).last { $0.verdict == .own } : nil
      return .unknown(shards: newest?.shards)
    }
    var stored: ConfigValue
    do { stored = try ConfigValue.parse(Data(bytes), file: path) } catch {
      throw RunError(.data, "\(path): not the config of a run; start anew with --resume never")
    }
    guard case .integer(let shards)? = stored["parallel"]?["shards"], shards > 0, shards <= 65536 else {
      throw RunError(.data, "\(path): parallel.shards is not there; start anew with --resume never")
    }
    // Keys that builds since then have added hold there too, at their defaults.
    func complete(_ stored: ConfigValue) -> ConfigValue {
      (try? RunConfig(stored, registries: config.registries)).map {
        $0.stored(shards: shards, baseDirectory: options.baseDirectory)
      } ?? stored
    }
    let wanted = config.stored(
      shards: config.parallel.shards ?? shards, baseDirectory: options.baseDirectory)
    let earlier = EarlierConfig.withoutItsDefaults(stored)
    stored = complete(stored)
    var differences = ConfigDifference.between(stored, wanted, config.registries)
    if let earlier = earlier.map(complete), !differences.isEmpty {
      let others = ConfigDifference.between(earlier, wanted, config.registries)
      if others.count < differences.count { (stored, differences) = (earlier, others) }
    }
    guard differences.isEmpty else {
      throw RunError(
        .config,
        "\(directory): holds a run of another config: \(ConfigDifference.text(differences)); choose another "
          + "--output, or start anew with --resume never")
    }
    let epochs = EpochChange.epochs(of: stored) ?? config.training.epochs
    if let refusal = EpochChange.refusal(from: epochs, to: config) {
      throw RunError(
        .config, "\(directory): \(refusal); choose another --output, or start anew with --resume never")
    }
    if let summary = RunSummary.read(in: directory),
      epochs == config.training.epochs || summary.isStoppedEarly == true
    {
      return .finished(summary)
    }
    return .goOn(shards: shards)
  }

  /// The bytes of a file of the run; nil where it is not there.
  private static func contents(of path: String) throws -> [UInt8]? {
    guard access(path, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR else { return nil }
    return try DiskStorage().read(path)
  }
}

extension RunStart: Portable {
  package init(from reader: inout PortableReader) throws {
    switch try reader.read(UInt8.self) {
    case 0: self = .anew
    case 1: self = .unknown(shards: try reader.read())
    case 2: self = .goOn(shards: try reader.read())
    case 3:
      guard let summary = RunSummary(json: try reader.read()) else { throw reader.failure("there is no summary") }
      self = .finished(summary)
    case let kind: throw reader.failure("there is no start of kind \(kind)")
    }
  }

  package func write(to writer: inout PortableWriter) {
    switch self {
    case .anew: writer.write(UInt8(0))
    case .unknown(let shards):
      writer.write(UInt8(1))
      writer.write(shards)
    case .goOn(let shards):
      writer.write(UInt8(2))
      writer.write(shards)
    case .finished(let summary):
      writer.write(UInt8(3))
      writer.write(summary.json)
    }
  }
}
