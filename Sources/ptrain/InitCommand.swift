internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Platform
internal import Specs
internal import Training

/// `ptrain init TABLE --target NAME`: looks at the data and writes a config to start with.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Look at a table and write a config to start with, with comments.")

  @Argument(
    help: """
      A table as text, gzip, zstd or not (.csv, .tsv, …), features as an array (.npy), a file of arrays (.h5, .hdf5, .nc, .npz, \
      .safetensors), or rows of labels and pairs (.libsvm, .svm).
      """)
  var table: String

  @Option(help: "The column to predict; without it the columns are listed.")
  var target: String?

  @Option(help: "Of a file of arrays: the one with the features; without it they are listed.")
  var features: String?

  @Option(help: "Of an array: the file with the targets, .npy; of a file of arrays: the one with the targets.")
  var targets: String?

  @Option(help: "The config to write; - for standard output.")
  var output = "config.json"

  @Option(help: "What the target is: classification or regression; read from its values where left out.")
  var task: String?

  @Option(help: "The character between the cells; read from the first lines where left out.")
  var delimiter: String?

  @Flag(inversion: .prefixedNo, help: "Whether the first line names the columns; read from its cells where left out.")
  var header: Bool?

  @Flag(help: "Replace a file that is there.")
  var force = false

  @Flag(help: "Write nothing to standard output but what was asked for.")
  var quiet = false

  private var data: StartingData {
    StartingData(
      table: table, target: target, features: features, targets: targets, task: task, delimiter: delimiter,
      header: header,
      output: output)
  }

  func validate() throws { try data.validate() }

  func run() throws {
    guard PTrain.isFirstProcess else { return }
    let file = OutputFile(output, option: "--output")
    if output != "-" {
      // Looked at first, so that nobody waits for nothing.
      guard force || !FileManager.default.fileExists(atPath: output) else {
        throw RunError(.usage, "--output \(output): is there already; give another path, or --force to replace it")
      }
      try file.probe()
    }
    var config = try data.config()
    // A pipe is read once.
    if !GivenFile.isPipe(table) {
      do { try config.takeAdvice(baseDirectory: data.baseDirectory) } catch let failure as AgreedFailure {
        throw failure.asRunError
      }
    }
    guard output != "-" else { return try StandardOutput.answer(config.text, terminator: "") }
    try file.write(Array(config.text.utf8))
    guard !quiet else { return }
    try StandardOutput.answer(summary(config))
  }

  private func summary(_ config: StartingConfig) -> String {
    let reading =
      "\(reading(config)): \(config.reading.reason) (--task \(config.reading.isClasses ? "regression" : "classification") for another reading)"
    return [
      reading, "loss \(config.goal.loss) (ptrain advise says why, and which others); \(columnWords(config))",
      "wrote \(output)",
      "next: ptrain check \(output)", "then: ptrain \(output)",
    ].joined(separator: "\n")
  }

  private func reading(_ config: StartingConfig) -> String {
    let name = "'\(data.targetName.excerpt(40))'"
    switch config.reading.task {
    case .binary: return "\(name) is taken for two classes"
    case .classes(let count): return "\(name) is taken for \(count.counted("class"))"
    case .counts: return "\(name) is taken for counts"
    case .numbers, .heavyTails: return "\(name) is taken for numbers"
    }
  }

  private func columnWords(_ config: StartingConfig) -> String {
    guard let columns = config.columns else { return "features \(config.shape)" }
    let dropped = columns.dropped
    let names = dropped.prefix(8).map { "'\($0.name.excerpt(30))' (\($0.comment))" }.joined(separator: ", ")
    return "\(columns.features.counted("column")) \(columns.features == 1 ? "is a feature" : "are features")"
      + (dropped.isEmpty ? "" : "; left out: \(names)\(dropped.count > 8 ? " and \(dropped.count - 8) more" : "")")
  }
}
