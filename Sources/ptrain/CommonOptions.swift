internal import ArgumentParser
internal import Collectives
internal import CollectivesMPI
internal import Foundation
internal import Glibc
internal import MPI
internal import Platform
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
    try Self.validate(threads: threads)
    // Paths in it would begin at the root.
    if output?.isEmpty == true {
      throw ValidationError("--output: an empty text names no directory; give one, or leave the option out")
    }
  }

  /// The same for all commands.
  static func validate(threads: Int?) throws {
    if let threads { try OptionRange.require("--threads", threads, 1...4096) }
  }

  /// The config file's directory, from which its paths start; of a pipe the current one.
  var baseDirectory: String { GivenFile.directory(of: config) }

  /// The run's directory: `--output` as given, the config's from the current directory.
  func outputDirectory(_ config: RunConfig) -> String { output ?? config.output.directory }

  /// What a trainer is started with.
  func runOptions(_ launch: Launch, output: String) -> RunOptions {
    var options = RunOptions(
      baseDirectory: baseDirectory, outputDirectory: output, threads: launch.threads)
    options.trainer.spareCores = launch.spareCores
    options.environment = PTrain.environment
    return options
  }

  /// What hears each rank's work, where it is to be shown.
  func makeTraceSink() -> TraceSink? { trace.map { _ in TraceSink() } }

  private var traceFile: OutputFile? { trace.map { OutputFile($0, option: "--trace") } }

  /// Makes sure that the file of `--trace` can be written before anything is trained, and leaves it as it is;
  /// collective.
  func prepareTrace(_ cluster: any Cluster) throws {
    try cluster.agree(describe: describeFailure) { if cluster.rank == 0 { try traceFile?.probe() } }
  }

  /// Writes the file of `--trace`; collective.
  ///
  /// - Parameter consequence: what it means for the user that it cannot be written; nil: the way out says it.
  func writeTrace(_ sink: TraceSink?, _ cluster: any Cluster, consequence: String?) throws {
    guard let sink, let traceFile else { return }
    let bytes = try sink.collect(cluster)
    try cluster.agree(describe: describeFailure) {
      if cluster.rank == 0 { try traceFile.write(bytes, consequence: consequence) }
    }
  }

  /// Writes what was measured before a run stopped or failed, which its own error goes on to say; collective.
  func rescueTrace(_ sink: TraceSink?, _ cluster: any Cluster) throws {
    guard let sink, trace != nil else { return }
    // A start that measured nothing leaves the trace of an earlier one.
    guard try cluster.gather(sink.isEmpty).contains(false) else { return }
    do {
      try writeTrace(sink, cluster, consequence: "what was measured is lost")
    } catch let failure as AgreedFailure {
      if cluster.rank == 0 { StandardError.write("warning: \(failure.sentence)") }
    }
  }

  /// Reads the config on the first rank; every rank decodes the same bytes.
  func load(_ cluster: any Cluster) throws -> RunConfig { try read(cluster).config }

  /// As above, with the text that it was read from.
  func read(_ cluster: any Cluster) throws -> (value: ConfigValue, config: RunConfig) {
    let bytes = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try GivenFile.contents(config, remedy: "give the path of a config file") : []
    }
    let text = try cluster.broadcast(bytes, from: 0)
    return try cluster.agree(describe: describeFailure) {
      do {
        var value = try ConfigValue.parse(Data(text), file: config, comments: .skipped)
        for override in overrides { value = try value.overriding(override) }
        return (value, try RunConfig(value))
      } catch let error as ConfigError {
        throw error.inFile(config)
      }
    }
  }

  /// Names the config file in errors of its keys.
  func naming<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as ConfigError { throw error.inFile(config) }
  }

  /// Refuses a config that cannot be read again, where several starts of ptrain read it.
  func requireFile(_ why: String) throws {
    guard GivenFile.isPipe(config) else { return }
    throw RunError(.usage, "\(config): \(why), and this can be read once only; give the path of a file")
  }
}

/// Runs a body with all ranks; failures that all ranks agree on are reported once, by the first.
///
/// A process that no launcher has started is alone, and needs no MPI.
func withCluster(_ body: (any Cluster) throws -> Void) throws {
  let launcher = PTrain.launcher
  guard launcher.knowsMPI else {
    try launcher.refuseStrangers(size: 1)
    do { return try body(SoloCluster(host: ProcessInfo.processInfo.hostName)) } catch let error as AgreedFailure {
      throw error.asRunError
    } catch {
      let (exitCode, sentence) = describeFailure(error)
      throw RunError(ExitCode(rawValue: exitCode) ?? .internalError, sentence)
    }
  }
  beginStart(launcher)
  if let lack = OpenFiles.lack(of: neededByMPI) {
    leaveStart(RunError(.inputOutput, "\(lack.words), for MPI: raise that limit"))
  }
  do {
    try withMPI(
      describe: { error, rank in
        beginEnd()
        if let agreed = error as? AgreedFailure {
          return RunFailure(exitCode: agreed.exitCode, sentence: rank == 0 ? "\(agreed)" : nil, isAgreed: true)
        }
        let (exitCode, sentence) = describeFailure(SharedMemoryFailure(error) ?? error)
        return RunFailure(exitCode: exitCode, sentence: "rank \(rank): \(sentence)", isAgreed: false)
      }
    ) { world in
      endStart()
      let cluster = try MPICluster(world)
      do {
        try cluster.agree(describe: describeFailure) { if cluster.size > 1 { try requireFilesOfMPI() } }
        try body(cluster)
      } catch let failure as AgreedFailure where failure.size < cluster.size {
        // A group's ranks alone know of it: in MPI_Finalize they would wait for the others.
        throw RunError(ExitCode(rawValue: failure.exitCode) ?? .internalError, "\(failure)")
      } catch let error as any ReportableError {
        // Errors of the config are found by all ranks alike.
        throw AgreedFailure(
          rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: error.exitCode.rawValue,
          sentence: error.sentence)
      }
      try cluster.close()
      beginEnd()
    }
    ProcessGuard.end()
  } catch {
    let failure = RunError(.unavailable, "MPI: \(error)")
    if StartGuard.isOn { leaveStart(failure) }
    ProcessGuard.end()
    throw failure
  }
}

/// MPI has not got the memory that the ranks of a node share.
private struct SharedMemoryFailure: ReportableError {
  let exitCode = ExitCode.inputOutput
  let sentence: String

  /// - Returns: nil where an error is another one.
  init?(_ error: any Error) {
    guard let error = error as? MPIError, error.routine == "MPI_Win_allocate_shared" else { return nil }
    var room = statvfs()
    let free = statvfs("/dev/shm", &room) == 0 ? " (\(UInt64(room.f_bavail) * UInt64(room.f_frsize)) bytes free)" : ""
    sentence =
      "MPI cannot have the memory that ranks of a node share: \(error.text); look at /dev/shm\(free): remove what killed programs "
      + "have left there, or enlarge it, as with docker's --shm-size"
  }
}

/// Refuses a limit on the size of files that leaves no room for MPI's own.
func requireFilesOfMPI() throws {
  guard let limit = FileSpace.sizeLimit, limit < FileSpace.neededByMPI else { return }
  throw RunError(
    .inputOutput,
    "a file may have \(Int(limit)) bytes (ulimit -f), and the memory that ranks share is a file: MPI needs \(Int(FileSpace.neededByMPI)); "
      + "raise that limit, or train alone, without mpirun")
}

/// Files, sockets and the like that Open MPI 4.1 opens on one node while it starts: with 15 it has started here, with
/// fewer it never has, or what it has to say cannot be read.
private let neededByMPI = 16

/// Before MPI is started, which may wait for a daemon that does not answer, or end the process by itself.
private func beginStart(_ launcher: Launcher) {
  StartGuard.begin(
    mark: launcher.startMark, isFirstOfNode: launcher.isFirstOfNode, isOnlyNode: launcher.isOnlyNode,
    gone: """
      ptrain: MPI could not be started; the lines of Open MPI beside this one say why; try mpirun -n 1 hostname, then ptrain \
      doctor\n
      """,
    ended: """
      ptrain: ended by SIGTERM while MPI was starting; where nobody asked for that, the lines of Open MPI beside this one say \
      why; try mpirun -n 1 hostname, then ptrain doctor\n
      """)
  ProcessGuard.begin(
    seconds: 300,
    late: """
      ptrain: MPI has not started within 300 s: MPI_Init waits for the other ranks or for mpirun's daemon; look at those \
      machines, and try ptrain doctor\n
      """)
}

private func endStart() {
  StartGuard.end()
  ProcessGuard.end()
}

/// Ends a process whose MPI cannot be used, or has not been started: one of a node's says why, before mpirun hears of
/// any one's end.
private func leaveStart(_ failure: RunError) -> Never {
  let speaks = StartGuard.claim()
  endStart()
  if speaks { StandardError.write("ptrain: \(failure.sentence)") }
  exit(failure.exitCode.rawValue)
}

/// Before MPI is ended, which waits for all ranks.
private func beginEnd() {
  ProcessGuard.begin(
    seconds: 300,
    late: """
      ptrain: MPI has not ended within 300 s: MPI_Finalize waits for ranks that are gone or stopped; the files of the run are \
      complete\n
      """)
}

/// Writes the answer of a command on the first rank; collective.
func answer(_ text: String, _ cluster: any Cluster) throws {
  try cluster.agree(describe: describeFailure) {
    if cluster.rank == 0 { try StandardOutput.answer(text, terminator: "") }
  }
}
