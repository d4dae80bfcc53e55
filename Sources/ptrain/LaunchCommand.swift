internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Platform
internal import Specs
internal import Supervision
internal import Training

/// `ptrain launch -n N config.json`: the supervisor around mpirun.
///
/// What the started ranks find out about themselves is ``Launch``.
struct LaunchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Train under mpirun: bind ranks to cores, restart after failures, stop with the state saved.",
    discussion:
      "SIGTERM, SIGINT and SIGUSR1 save the run's state and end it with exit code 75; a second SIGINT ends it at once.")

  @OptionGroup var common: CommonOptions

  @OptionGroup var train: TrainOptions

  @Option(
    name: [.customShort("n"), .customLong("ranks")],
    help: "Ranks; by default as many as the hosts have slots, or as the batch system has tasks.")
  var ranks: Int?

  @Option(help: "Hosts and the ranks that each takes, like a:2,b:2.")
  var hosts: String?

  @Option(help: "A file with a line 'a slots=2' for each host.")
  var hostfile: String?

  @Option(help: "Restarts after failures.")
  var maxRestarts = 5

  @Option(help: "Seconds that the ranks have to save their state when asked to stop.")
  var grace = 60.0

  @Option(help: "The mpirun to start; a script in its place must exec it.")
  var mpirun = "mpirun"

  func validate() throws {
    if let ranks { try OptionRange.require("-n", ranks, 1...4096) }
    try OptionRange.require("--max-restarts", maxRestarts, 0...1_000_000)
    guard grace > 0, grace <= 86400 else {
      throw ValidationError("--grace takes seconds, more than 0 and at most 86400, found \(grace)")
    }
    if hosts != nil, hostfile != nil {
      throw ValidationError("--hosts and --hostfile both say where the ranks go; give one of them")
    }
  }

  func run() throws {
    let inbox = SignalInbox()
    let environment = PTrain.environment
    guard !environment.isUnderMPIRun else {
      throw RunError(.usage, "launch starts mpirun itself; run it without mpirun")
    }
    try requireFilesOfMPI()
    try MPILeftovers.requirePlace(environment.variables)
    try common.requireFile("launch and the ranks of every start read the config")
    let config: RunConfig
    do { config = try common.load(SoloCluster()) } catch let error as AgreedFailure { throw error.asRunError }
    let isQuiet = common.quiet
    let supervisor = Supervisor(
      try settings(config, environment: environment), inbox: inbox,
      say: { line, isNews in
        if !isQuiet || !isNews { StandardError.write("launch: \(line)") }
      })
    let outcome = try supervisor.run()
    if let sentence = outcome.sentence { StandardError.write("ptrain: \(sentence)") }
    Foundation.exit(outcome.code)
  }

  private func settings(_ config: RunConfig, environment: ProcessEnvironment) throws -> Supervisor.Settings {
    var request = LaunchLayout.Request()
    request.hosts = try hostList()
    request.ranks = ranks ?? (request.hosts.isEmpty ? environment.number("SLURM_NTASKS") : nil)
    let slots = request.hosts.reduce(0) { $0 + $1.slots }
    if request.hosts.isEmpty, request.ranks == nil {
      throw RunError(.usage, "nothing says how many ranks to start; give -n N, or --hosts a:2,b:2")
    }
    if let ranks, slots > 0, ranks > slots {
      throw RunError(
        .usage,
        "-n \(ranks) ranks do not go into the \(slots) slots of \(request.hosts.map(\.text).joined(separator: ",")); give "
          + "hosts more slots, like a:2, or start fewer ranks")
    }
    request.threads = common.threads ?? configured(config) ?? environment.number("SLURM_CPUS_PER_TASK")
    request.cores = Affinity.physicalCount
    request.nodes = LaunchLayout.nodes(of: environment.variables)
    // mpirun sees what a batch system has given it, but not a mask of taskset's.
    request.mayBind = Affinity.cores().count >= Affinity.onlineCount || environment["SLURM_JOB_ID"] != nil
    var arguments = TrainArguments(config: common.config)
    arguments.overrides = common.overrides
    arguments.output = common.output
    arguments.trace = common.trace
    arguments.resume = train.mode
    arguments.isForced = train.force
    arguments.isQuiet = common.quiet
    arguments.showsProgress = !train.noProgress
    let run = common.outputDirectory(config), checkpoints = config.checkpoint.directory ?? run + "/checkpoints"
    var variables = environment.variables
    variables[LaunchName.variable] = LaunchName.this
    var settings = Supervisor.Settings(
      request: request, mpirun: mpirun, program: Self.program, arguments: arguments, run: run,
      newestCheckpoint: { (try? CheckpointStore(directory: checkpoints).steps())?.last },
      withLock: { body in
        guard let lock = RunLock.takeIfFree(run, environment) else { return }
        body()
        lock.release()
      },
      maxRestarts: maxRestarts, grace: grace, environment: variables)
    settings.patience = config.parallel.watchdogSeconds
    let options = RunOptions(
      baseDirectory: common.baseDirectory, outputDirectory: run, threads: 1)
    let mode = train.mode
    settings.holdsThisRun = {
      guard case .goOn? = try? RunStart.decide(config, options: options, mode: mode, cluster: SoloCluster()) else {
        return false
      }
      return true
    }
    return settings
  }

  private func configured(_ config: RunConfig) -> Int? {
    if case .count(let count) = config.parallel.threads { return count }
    return nil
  }

  private func hostList() throws -> [HostSlots] {
    if let hosts { return try HostSlots.parse(list: hosts) }
    guard let hostfile else { return [] }
    let bytes = try GivenFile.contents(hostfile, remedy: "give a hostfile after --hostfile")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RunError(.missingInput, "\(hostfile): not text; give a hostfile after --hostfile")
    }
    return try HostSlots.parse(hostfile: text, file: hostfile)
  }

  /// This program, by a path that means the same on every host.
  private static var program: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}
