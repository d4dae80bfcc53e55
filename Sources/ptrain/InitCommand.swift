internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import Platform
internal import Specs
internal import Training

/// `ptrain init TABLE --target NAME`: looks at the data and writes a config to start with.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Look at a table and write a config to start with, with comments.")

  @Argument(help: "A table as text, gzip or not (.csv, .tsv, …), or features as an array (.npy).")
  var table: String

  @Option(help: "The column to predict; without it the columns are listed.")
  var target: String?

  @Option(help: "Of an array: the file with the targets, .npy.")
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

  private var isArray: Bool { table.hasSuffix(".npy") }

  func validate() throws {
    if let task, TargetReading.Choice(rawValue: task) == nil {
      throw ValidationError("--task \(task): expected classification or regression")
    }
    if let delimiter, byte(of: delimiter) == nil {
      throw ValidationError("--delimiter \(delimiter): expected one character like , or ; or a tab")
    }
    if isArray, targets == nil {
      throw ValidationError("\(table): an array has no target columns; name a file with --targets")
    }
    if isArray, target != nil { throw ValidationError("--target: an array has no columns; name a file with --targets") }
    if !isArray, targets != nil {
      throw ValidationError("--targets: is for arrays (.npy); of a table name a column with --target")
    }
  }

  private func byte(of text: String) -> UInt8? {
    if text == "\\t" || text == "tab" { return 9 }
    guard text.utf8.count == 1, let byte = text.utf8.first, byte == 9 || (32..<127).contains(byte), byte != 34 else {
      return nil
    }
    return byte
  }

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
    let config = try isArray ? arrayConfig() : tableConfig()
    guard output != "-" else { return try StandardOutput.answer(config.text, terminator: "") }
    try file.write(Array(config.text.utf8))
    guard !quiet else { return }
    try StandardOutput.answer(summary(config))
  }

  private func summary(_ config: StartingConfig) -> String {
    let reading =
      "\(reading(config)): \(config.reading.reason) (--task \(config.reading.isClasses ? "regression" : "classification") for another reading)"
    return [
      reading, "loss \(config.goal.loss); \(columnWords(config))", "wrote \(output)",
      "next: ptrain check \(output)", "then: ptrain \(output)",
    ].joined(separator: "\n")
  }

  private func reading(_ config: StartingConfig) -> String {
    let name = "'\((target ?? targets ?? "").excerpt(40))'"
    switch config.reading.task {
    case .binary: return "\(name) is taken for two classes"
    case .classes(let count): return "\(name) is taken for \(count) classes"
    case .counts: return "\(name) is taken for counts"
    case .numbers, .heavyTails: return "\(name) is taken for numbers"
    }
  }

  private func columnWords(_ config: StartingConfig) -> String {
    guard let columns = config.columns else { return "features \(config.shape)" }
    let dropped = columns.dropped
    let names = dropped.prefix(8).map { "'\($0.name.excerpt(30))' (\($0.comment))" }.joined(separator: ", ")
    return "\(columns.features) columns are features"
      + (dropped.isEmpty ? "" : "; left out: \(names)\(dropped.count > 8 ? " and \(dropped.count - 8) more" : "")")
  }

  // MARK: - Tables

  private func tableConfig() throws -> StartingConfig {
    let survey = try TableSurvey(
      file: table, in: DataContext(baseDirectory: ""), delimiter: delimiter.flatMap(byte), header: header)
    let names = survey.columns.map(\.name)
    guard let target else {
      let style = TerminalStyle(PTrain.environment)
      let lines =
        ["columns of \(table.oneLine), \(survey.rows) rows"]
        + ColumnTable(style: style, width: TerminalStyle.width)
        .lines(survey.columns.map { $0.profile(as: .feature) }, warnings: [], advice: "")
      try StandardOutput.answer(lines.joined(separator: "\n"))
      throw RunError(
        .usage,
        "which column is to be predicted? name it with --target, such as --target '\(likelyTarget(names).excerpt(60))'")
    }
    guard names.contains(target) else {
      throw RunError(
        .usage, "--target \(target.excerpt(60)): \(table) has no such column; \(NearestName.hint(target, among: names))"
      )
    }
    return try StartingConfig(
      survey, path: path(of: table), target: target, name: name, choice: task.flatMap(TargetReading.Choice.init))
  }

  /// A column that is called like a target, else the last one.
  private func likelyTarget(_ names: [String]) -> String {
    let usual = ["target", "label", "class", "y", "outcome", "response", "survived", "price", "species"]
    return names.first { usual.contains($0.lowercased()) } ?? names.last ?? ""
  }

  // MARK: - Arrays

  private func arrayConfig() throws -> StartingConfig {
    let targets = targets ?? ""
    let array = try ArraySurvey(features: table, targets: targets, in: DataContext(baseDirectory: ""))
    let reading = try TargetReading(
      array.target, file: targets, choice: task.flatMap(TargetReading.Choice.init), columns: array.targetCount)
    return StartingConfig(
      features: path(of: table), targets: path(of: targets), shape: array.shape, rows: array.rows, reading: reading,
      targetCount: array.targetCount, name: name)
  }

  // MARK: - Names

  /// The run's name: that of the table without its endings.
  private var name: String {
    let file = table.split(separator: "/").last.map(String.init) ?? "run"
    let stem = file.split(separator: ".", omittingEmptySubsequences: true).first.map(String.init) ?? "run"
    let plain = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) ? $0 : "-" }
    return plain.isEmpty ? "run" : String(plain)
  }

  /// A file's path as the config names it: from the config's own directory.
  private func path(of file: String) -> String {
    guard output != "-", !file.hasPrefix("/") else { return file }
    func parts(_ path: String) -> [String] {
      let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
      var parts: [String] = []
      for part in whole.split(separator: "/").map(String.init) where part != "." {
        if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
      }
      return parts
    }
    let directory = Array(parts(output).dropLast()), wanted = parts(file)
    let common = zip(directory, wanted).prefix { $0 == $1 }.count
    return (directory[common...].map { _ in ".." } + wanted[common...]).joined(separator: "/")
  }
}
