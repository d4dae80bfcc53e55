internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Glibc
internal import Platform
internal import Specs
internal import Training

/// The command `ptrain`.
@main
struct PTrain: ParsableCommand {
  static let version = ProgramVersion.current

  /// What this process was started with: the only look at it.
  ///
  /// Commands, which the argument parser makes, hand it on.
  static let environment = ProcessEnvironment.ofThisProcess()
  static let launcher = Launcher(environment)

  static let configuration = CommandConfiguration(
    commandName: "ptrain", abstract: "Trains neural networks data-parallel on CPU machines.",
    discussion: "One process per rank: mpirun -n 4 ptrain config.json. Without mpirun it runs alone.",
    version: Self.version,
    subcommands: [
      TrainCommand.self, LaunchCommand.self, CheckCommand.self, BenchCommand.self, EvaluateCommand.self,
      PredictCommand.self, InitCommand.self, AdviseCommand.self, CompareCommand.self, SweepCommand.self,
      VerifyCommand.self, DoctorCommand.self,
      SchemaCommand.self, HelpCommand.self, CoresCommand.self, DescribeHDF5Command.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// Parses the command line and runs; an unusable command line is one line on standard error of the first rank, exit
  /// code 64.
  static func main() {
    ProcessGuard.holdStandardFiles()
    ProcessMemory.givesBackLargeBlocks()
    // A file that outgrows `ulimit -f` is an error with a line, not the end.
    signal(SIGXFSZ, SIG_IGN)
    // Without a few, libdispatch ends the process without a word. Under a launcher it takes more, and one rank says so.
    if !launcher.knowsMPI, let lack = OpenFiles.lack(of: 6) {
      leave(ExitCode.inputOutput.rawValue, line: "ptrain: \(lack.words): raise that limit")
    }
    if let problem = RawArguments.problem { leave(ExitCode.usage.rawValue, line: "ptrain: \(problem)") }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as any ReportableError {
      leave(error.exitCode.rawValue, line: "ptrain: \(error.sentence)")
    } catch {
      let text = fullMessage(for: error)
      guard exitCode(for: error) != .success else {
        guard isFirstProcess else { Foundation.exit(0) }
        do { try StandardOutput.answer(text) } catch {
          leave(error.exitCode.rawValue, line: "ptrain: \(error.sentence)")
        }
        Foundation.exit(0)
      }
      let problem = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
      leave(ExitCode.usage.rawValue, line: "ptrain: \(problem); see ptrain --help")
    }
  }

  /// Whether this process is the first of those that the launcher started, as its environment says.
  static var isFirstProcess: Bool { launcher.isFirst }

  /// Ends with one line from the first process.
  ///
  /// Under a launcher the ranks leave through MPI: a rank that left earlier than the first would have it killed before
  /// it speaks.
  private static func leave(_ code: Int32, line: String) -> Never {
    if environment.isUnderMPIRun, code != ExitCode.unavailable.rawValue {
      let sentence = String(line.dropFirst("ptrain: ".count))
      try? withCluster { cluster in
        throw AgreedFailure(
          rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: code, sentence: sentence)
      }
    }
    if isFirstProcess { StandardError.write(line) }
    Foundation.exit(code)
  }
}
