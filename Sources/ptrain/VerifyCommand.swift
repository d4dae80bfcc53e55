internal import ArgumentParser
internal import Collectives
internal import Platform
internal import Specs
internal import Training

/// `ptrain verify RUN`: trains a run again and compares bits.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Train a run again, here, and compare its weights bit for bit; nothing is written."
  )

  @Argument(help: ArgumentHelp("A run's directory.", valueName: "run"))
  var directory: String

  @Option(
    help: "Make at most so many steps: from a checkpoint to the next, or to the end; all from the first otherwise.")
  var steps: Int?

  @Option(help: "Threads of each rank.")
  var threads: Int?

  @Flag(help: "Print the weights' hash only.")
  var quiet = false

  func validate() throws {
    try CommonOptions.validate(threads: threads)
    if directory.isEmpty { throw ValidationError("an empty text names no directory; give that of a run") }
    if let steps, steps < 1 { throw ValidationError("--steps takes a whole number from 1 on, found \(steps)") }
  }

  func run() throws {
    try withCluster { cluster in
      let threads = try Launch.threads(cluster, PTrain.environment, commandLine: threads)
      let found = try Verification.run(
        directory, steps: steps, threads: threads, environment: PTrain.environment, cluster: cluster)
      if let difference = found.difference {
        throw AgreedFailure(
          rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.internalError.rawValue,
          sentence: sentence(difference))
      }
      var lines: [String] = []
      if !quiet {
        let last = found.compared.last ?? found.from
        lines.append(
          "\(directory): steps \(found.from + 1) to \(last) made again; the weights are the same bits after "
            + (found.compared.count == 1 ? "step \(last)" : "\(found.compared.count) steps, the last \(last)")
            + (found.hash == nil
              ? ""
              : found.comparedModel
                ? ", and so is the model" : "; its hash is that of summary.json, and no model is there"))
      }
      if let hash = found.hash { lines.append("weights_sha256 \(hash)") }
      try answer(lines.map { $0 + "\n" }.joined(), cluster)
    }
  }

  private func sentence(_ difference: Verification.Difference) -> String {
    let way =
      "config, data and build are the same, so look for a faulty machine, or for files that somebody has changed"
    guard let tensor = difference.tensor else {
      return
        "\(directory): trained again it ends otherwise after step \(difference.step) (the same until step "
        + "\(difference.since)); \(way)"
    }
    let first =
      "\(directory): after step \(difference.step) (the same after step \(difference.since)) \(tensor) is the first "
      + "that differs"
    guard let element = difference.element else { return "\(first): the run has none of its size; \(way)" }
    return "\(first), in element \(element): \(difference.found) here, \(difference.expected) there; \(way)"
  }
}
