internal import ArgumentParser
internal import Collectives
internal import CollectivesMPI
internal import Foundation
internal import MPI
internal import Specs
internal import Training

/// What every command that reads a config takes.
struct CommonOptions: ParsableArguments {
  @Argument(help: "The config file.")
  var config: String

  @Option(name: .customLong("set"), help: "Override a key, like optimizer.learning_rate=0.05; repeatable.")
  var overrides: [String] = []

  @Option(help: "Threads of each rank.")
  var threads: Int?

  @Option(help: "The run's directory, instead of the config's.")
  var output: String?

  @Option(help: "Write what every rank did when to FILE, for Perfetto or chrome://tracing.")
  var trace: String?

  @Flag(help: "Print errors only.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 || threads > 4096 {
      throw ValidationError("--threads takes a whole number from 1 to 4096, found \(threads)")
    }
  }

  /// The config file's directory, from which its paths start.
  var baseDirectory: String {
    let directory = (config as NSString).deletingLastPathComponent
    return directory.isEmpty ? "." : directory
  }

  /// The run's directory: `--output` as given, the config's from the current directory.
  func outputDirectory(_ config: RunConfig) -> String { output ?? config.output.directory }

  /// What a trainer is started with.
  func runOptions(_ launch: Launch, output: String, isQuiet: Bool, showsProgress: Bool) -> RunOptions {
    var options = RunOptions(
      baseDirectory: baseDirectory, outputDirectory: output, threads: launch.threads, isQuiet: isQuiet,
      showsProgress: showsProgress)
    options.spareCores = launch.spareCores
    if trace != nil { options.trace = TraceRecorder() }
    return options
  }

  /// Makes sure that the file of `--trace` can be written before anything is trained; collective.
  func prepareTrace(_ cluster: any Cluster) throws {
    guard let trace else { return }
    try cluster.agree(describe: describeFailure) { if cluster.rank == 0 { try AtomicFile.write([], to: trace) } }
  }

  /// Writes the file of `--trace`; collective.
  func writeTrace(_ recorder: TraceRecorder?, _ cluster: any Cluster) throws {
    guard let recorder, let trace else { return }
    let bytes = try recorder.collect(cluster)
    try cluster.agree(describe: describeFailure) {
      if cluster.rank == 0 { try AtomicFile.write(bytes, to: trace) }
    }
  }

  /// Reads the config on the first rank; every rank decodes the same bytes.
  func load(_ cluster: any Cluster) throws -> RunConfig {
    let bytes = try cluster.agree(describe: describeFailure) { cluster.rank == 0 ? try readFile(config) : [] }
    let text = try cluster.broadcast(bytes, from: 0)
    return try cluster.agree(describe: describeFailure) {
      do {
        var value = try ConfigValue.parse(Data(text), file: config)
        for override in overrides { value = try value.overriding(override) }
        return try RunConfig(value)
      } catch let error as ConfigError {
        throw error.inFile(config)
      }
    }
  }

  /// Names the config file in errors of its keys.
  func naming<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as ConfigError { throw error.inFile(config) }
  }

  private func readFile(_ path: String) throws -> [UInt8] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw RunError(.missingInput, "\(path): no such file; give the path of a config")
    }
    guard !isDirectory.boolValue else {
      throw RunError(.missingInput, "\(path): a directory; give the path of a config file")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunError(.missingInput, "\(path): cannot be read; check its permissions")
    }
    return [UInt8](data)
  }
}

/// Runs a body with all ranks; failures that all ranks agree on are reported once, by the first.
func withCluster(_ body: (any Cluster) throws -> Void) throws {
  do {
    try withMPI(
      describe: { error, rank in
        if let agreed = error as? AgreedFailure {
          return RunFailure(exitCode: agreed.exitCode, sentence: rank == 0 ? "\(agreed)" : nil, isAgreed: true)
        }
        let (exitCode, sentence) = describeFailure(error)
        return RunFailure(exitCode: exitCode, sentence: "rank \(rank): \(sentence)", isAgreed: false)
      }
    ) { world in
      let cluster = try MPICluster(world)
      do {
        try body(cluster)
      } catch let error as any ReportableError {
        // Errors of the config are found by all ranks alike.
        throw AgreedFailure(
          rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: error.exitCode.rawValue,
          sentence: error.sentence)
      }
      try cluster.close()
    }
  } catch {
    throw RunError(.unavailable, "MPI: \(error)")
  }
}
