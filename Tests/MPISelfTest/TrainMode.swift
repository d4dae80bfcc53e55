import Collectives
import Foundation
import Networks
import Platform
import Specs
import ToyLayers
import Training

/// Trains as the program does, with layers that look at more than a row beside the standard ones.
///
/// `train CONFIG OUTPUT THREADS [SETTING...]`; a setting is one of the config's keys, `parallel.overlap=true`, or what
/// a launch finds out about the machine: `spare_cores=1` for a core that no worker uses, `ranks_per_node=2` for several
/// nodes; `groups=2` for as many groups of ranks, each of which trains the same in a directory of its own,
/// OUTPUT-GROUP.
struct TrainMode {
  private let config: String
  private var output: String
  private let threads: Int
  private var overrides: [String] = []
  private var spareCores = 0
  private(set) var ranksPerNode: Int?
  private var groups: Int?

  init(_ arguments: [String]) throws {
    guard arguments.count >= 3, let threads = Int(arguments[2]), threads > 0 else {
      throw SelfTestFailure(sentence: "train takes CONFIG OUTPUT THREADS, found \(arguments.joined(separator: " "))")
    }
    (config, output, self.threads) = (arguments[0], arguments[1], threads)
    for setting in arguments[3...] {
      let words = setting.split(separator: "=", maxSplits: 1).map(String.init)
      switch (words[0], Int(words.last ?? "")) {
      case ("spare_cores", let count?): spareCores = count
      case ("ranks_per_node", let count?) where count > 0: ranksPerNode = count
      case ("groups", let count?) where count > 0: groups = count
      default: overrides.append(setting)
      }
    }
  }

  /// Trains to the end, and prints on the first rank how, and the weights' hash; collective.
  func run(_ cluster: any Cluster) throws {
    do {
      let config = try load(cluster)
      try cluster.startWatchdog(seconds: config.parallel.watchdogSeconds)
      _ = try InstructionLevels.settle(cluster)
      guard let groups else { return try train(config, cluster) }
      // Ranks that follow each other are in different groups, so that these span the nodes there are.
      guard let group = try cluster.split(color: cluster.rank % groups) else { return }
      var mode = self
      mode.output += "-\(cluster.rank % groups)"
      try mode.train(config, group)
      try group.close()
    } catch let error as any ReportableError {
      // All ranks have read one config, and find alike what is wrong with it.
      throw AgreedFailure(
        rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: error.exitCode.rawValue,
        sentence: error.sentence)
    }
  }

  private func train(_ config: RunConfig, _ cluster: any Cluster) throws {
    var options = RunOptions(
      baseDirectory: GivenFile.directory(of: self.config), outputDirectory: output, threads: threads)
    options.trainer.spareCores = spareCores
    options.trainer.sinks = [TerminalSink(isQuiet: false, showsProgress: false, environment: [:])]
    options.environment = ProcessEnvironment.ofThisProcess()
    let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: cluster)
    if case .finished(let summary) = start { return speak(cluster, ["weights_sha256 \(summary.weightsHash)"]) }
    switch start {
    case .goOn(let shards): options.trainer.shards = shards
    case .unknown(let shards): options.trainer.shards = shards
    default: break
    }
    let run = try Run(config, options: options, cluster: cluster)
    let summary = try run.run(from: start, locks: locks)
    let movers = try cluster.gather(Self.hasExchangeThread).count { $0 }
    speak(
      cluster,
      [
        run.trainer.executor.parallelism.line, "\(movers) of \(cluster.size) ranks have a thread for the exchange",
        "weights_sha256 \(summary.weightsHash)",
      ])
  }

  private func load(_ cluster: any Cluster) throws -> RunConfig {
    let registries = Registries.standard.with(
      try LayerRegistry.standard.adding(ToyStatistics.self).adding(ToyPanels.self).adding(ToyEmbedding.self)
        .adding(ToyAttention.self))
    let bytes = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try GivenFile.contents(config, remedy: "give the path of a config file") : []
    }
    var value = try ConfigValue.parse(Data(try cluster.broadcast(bytes, from: 0)), file: config)
    for override in overrides { value = try value.overriding(override) }
    return try RunConfig(value, registries: registries)
  }

  private func speak(_ cluster: any Cluster, _ lines: [String]) {
    if cluster.rank == 0 { for line in lines { print(line) } }
  }

  /// Whether a thread of this process moves messages and does nothing else: by its name, as the system knows it.
  private static var hasExchangeThread: Bool {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.contains {
      FileManager.default.contents(atPath: "/proc/self/task/\($0)/comm") == Data("ptrain exchange\n".utf8)
    }
  }
}
