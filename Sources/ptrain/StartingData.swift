internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import Platform
internal import Specs
internal import Training

/// Data that a first config is made of: a table with the column to predict, two arrays, or rows of pairs.
struct StartingData {
  /// A table as text, compressed or not, features as an array, or a file of several arrays.
  var table: String
  var target: String?
  /// Of a file of arrays: the one with the features.
  var features: String?
  /// Of an array: the file with the targets; of a file of arrays: the one with them.
  var targets: String?
  var task: String?
  var delimiter: String?
  var header: Bool?
  /// Where the config goes: its paths start from there; - where it goes into no file.
  var output = "-"

  var isArray: Bool { table.hasSuffix(".npy") }
  /// The target as a person calls it.
  var targetName: String { target ?? targets ?? "label" }
  private var arrays: StartingArrays { StartingArrays(file: table, features: features, targets: targets) }
  private var choice: TargetReading.Choice? { task.flatMap(TargetReading.Choice.init) }

  /// Throws for options that do not go together.
  func validate() throws {
    try Self.validate(task: task)
    if let delimiter, Self.byte(of: delimiter) == nil {
      throw ValidationError("--delimiter \(delimiter): expected one character like , or ; or a tab")
    }
    if arrays.isMeant { return try arrays.validate(target: target) }
    if features != nil {
      throw ValidationError("--features: is for files of several arrays, like .h5 or .npz; take it out")
    }
    if isArray, targets == nil {
      throw ValidationError("\(table): an array has no target columns; name a file with --targets")
    }
    if isArray, target != nil { throw ValidationError("--target: an array has no columns; name a file with --targets") }
    if !isArray, targets != nil {
      throw ValidationError("--targets: is for arrays (.npy); of a table name a column with --target")
    }
  }

  /// The same for all commands.
  static func validate(task: String?) throws {
    if let task, TargetReading.Choice(rawValue: task) == nil {
      throw ValidationError("--task \(task): expected classification or regression")
    }
  }

  private static func byte(of text: String) -> UInt8? {
    if text == "\\t" || text == "tab" { return 9 }
    guard text.utf8.count == 1, let byte = text.utf8.first, byte == 9 || (32..<127).contains(byte), byte != 34 else {
      return nil
    }
    return byte
  }

  /// Looks at the data.
  ///
  /// - Throws: a sentence where they are no such data; where no target is named, after the columns were listed.
  func config() throws -> StartingConfig { try arrays.isMeant ? fileConfig() : isArray ? arrayConfig() : tableConfig() }

  /// The directory that the config's paths start from.
  var baseDirectory: String { output == "-" ? "" : GivenFile.directory(of: output) }

  // MARK: - Tables

  private func tableConfig() throws -> StartingConfig {
    let survey = try TableSurvey(
      file: table, in: DataContext(baseDirectory: ""), delimiter: delimiter.flatMap(Self.byte), header: header)
    let names = survey.columns.map(\.name)
    guard let target else {
      let style = TerminalStyle(PTrain.environment)
      let lines =
        ["columns of \(table.oneLine), \(survey.rows.counted("row"))"]
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
    return try StartingConfig(survey, path: path(of: table), target: target, name: name, choice: choice)
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
    let reading = try TargetReading(array.target, file: targets, choice: choice, columns: array.targetCount)
    return StartingConfig(
      features: path(of: table), targets: path(of: targets), shape: array.shape, rows: array.rows, reading: reading,
      targetCount: array.targetCount, name: name)
  }

  /// The config of a file of arrays, or of rows of pairs.
  private func fileConfig() throws -> StartingConfig {
    let (source, array, target) = try arrays.survey(path: path(of: table))
    let reading = try TargetReading(array.target, file: table, choice: choice, columns: array.targetCount)
    var config = StartingConfig(
      features: path(of: table), targets: target, shape: array.shape, rows: array.rows, reading: reading,
      targetCount: array.targetCount, name: name)
    config.train = source
    // Most numbers of pairs are 0, and are to stay so.
    if targets == nil { config.recipe.normalize = "minmax" }
    return config
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
