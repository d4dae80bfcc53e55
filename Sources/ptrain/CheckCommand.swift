internal import ArgumentParser
internal import Collectives
internal import Datasets
internal import Networks
internal import Platform
internal import Specs
internal import Training

/// `ptrain check config.json`: everything but the training.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Validate config and data, print the plan; trains nothing and needs no MPI.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let cluster = SoloCluster()
    let config: RunConfig
    do { config = try common.load(cluster) } catch let error as AgreedFailure { throw error.asRunError }
    do { try common.prepareTrace(cluster) } catch let error as AgreedFailure { throw error.asRunError }
    var options = RunOptions(
      baseDirectory: common.baseDirectory, outputDirectory: common.outputDirectory(config),
      threads: common.threads ?? 1)
    options.profilesColumns = true
    let run: Run
    do {
      run = try common.naming { try Run(config, options: options, cluster: cluster) }
    } catch let error as AgreedFailure {
      if error.exitCode == ExitCode.data.rawValue, PTrain.isFirstProcess { try showRefusedColumns(config) }
      throw error.asRunError
    }
    try run.requireSpace()
    guard PTrain.isFirstProcess else { return }
    for warning in run.trainer.network.warnings { StandardError.write("warning: \(warning)") }
    try StandardOutput.answer(columnLines(run).map { $0 + "\n" }.joined() + run.plan, terminator: "")
  }

  private var table: ColumnTable {
    ColumnTable(style: TerminalStyle(PTrain.environment), width: TerminalStyle.width)
  }

  /// The columns of the training source, where it has any with names.
  private func columnLines(_ run: Run) -> [String] {
    guard let profile = run.columnProfile, !common.quiet else { return [] }
    // Of a small table the time says nothing.
    let time = profile.seconds.flatMap { $0 < 0.1 ? nil : ", read in \(Self.hundredths($0)) s" } ?? ""
    return ["columns of \(profile.file.oneLine), \(profile.rows.counted("row"))\(time)"]
      + table.lines(
        profile.columns, warnings: profile.warnings, advice: "into 'data', where you agree with all of this:") + [""]
  }

  private static func hundredths(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
  }

  /// Shows what the cells of a table are that was refused, with all that keeps its columns from being read, before the
  /// sentence that says why it was.
  private func showRefusedColumns(_ config: RunConfig) throws {
    guard !common.quiet, let columns = RefusedColumns(config.data, baseDirectory: common.baseDirectory) else {
      return
    }
    let lines =
      ["columns of \(columns.file.oneLine), \(columns.rows.counted("row")), by the text of their cells"]
      + table.lines(
        columns.profiles, warnings: columns.problems, advice: "into 'data', where you agree with all of this:")
    try StandardOutput.answer(lines.joined(separator: "\n"))
  }
}

extension AgreedFailure {
  /// The failure of a run with one rank.
  var asRunError: RunError { RunError(ExitCode(rawValue: exitCode) ?? .internalError, sentence) }
}
