internal import Advice
internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Platform
internal import Specs
internal import Training

/// `ptrain advise config.json`, or `ptrain advise --data table.csv --target NAME`: which losses suit the data, and why.
struct AdviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advise",
    abstract: "Look at the training rows and say which losses suit them, why, and what rules others out.",
    discussion: "Of a config, or of a table without one: ptrain advise --data table.csv --target NAME.")

  @Argument(help: "A config file, whose data are looked at.")
  var config: String?

  @Option(
    help:
      "Without a config: a table as text, gzip or not (.csv, .tsv, …), features as an array (.npy), a file of arrays, or rows of pairs (.svm)."
  )
  var data: String?

  @Option(help: "Of --data: the column to predict; without it the columns are listed.")
  var target: String?

  @Option(help: "Of --data, where it is a file of arrays (.h5, .npz, …): the one with the features.")
  var features: String?

  @Option(
    help: "Of --data, where it is an array: the file with the targets, .npy; of a file of arrays: the one with them.")
  var targets: String?

  @Option(
    help:
      "What the target is: classification, regression, counts, amounts, shares, labels or distribution; read from its values where left out."
  )
  var task: String?

  @Option(
    help:
      "What is to be predicted: mean, median, quantile:LEVEL, probability; what goes with the target where left out.")
  var want: String?

  @Option(
    help: "Of two classes: what a false alarm costs and what a miss costs, FALSE_POSITIVE:FALSE_NEGATIVE, like 1:10.")
  var cost: String?

  @Option(
    help:
      "Of numbers: what a unit too low costs and what a unit too high costs, UNDER:OVER, like 3:1; asks for a quantile."
  )
  var costRatio: String?

  @Option(name: .customLong("set"), help: "Override a key of the config, like data.train.path=b.csv; repeatable.")
  var overrides: [String] = []

  @Flag(help: "One JSON object instead of the report.")
  var json = false

  @Flag(help: "All that was measured, all losses that are advised, and all that are ruled out.")
  var all = false

  @Flag(help: "The first loss alone, as the text to paste.")
  var quiet = false

  @Flag(help: "Train the first three on the same folds of the training rows, and say whether the advice holds.")
  var check = false

  private var starting: StartingData? {
    data.map { data in
      // Its config is read once and forgotten: the task decides how targets are read, not the network.
      let kind = task.map { $0 == TaskChoice.classification.rawValue ? $0 : TaskChoice.regression.rawValue }
      return StartingData(table: data, target: target, features: features, targets: targets, task: kind)
    }
  }

  func validate() throws {
    switch (config, data) {
    case (nil, nil):
      throw ValidationError("name a config, or a table with --data FILE --target COLUMN")
    case (let config?, let data?):
      throw ValidationError(
        "found the config \(config) and --data \(data); give one of them (another file for the config's data: --set data.train.path=…)"
      )
    case (_?, nil):
      let given = [("--target", target), ("--targets", targets), ("--features", features)].first { $0.1 != nil }
      if let option = given?.0 {
        throw ValidationError(
          "\(option): goes with --data; what a config predicts, and from what, is in its data.train"
        )
      }
    case (nil, _?): break
    }
    if let task, TaskChoice(rawValue: task) == nil {
      let choices = TaskChoice.allCases.map(\.rawValue)
      throw ValidationError("--task \(task): expected one of \(choices.joined(separator: ", "))")
    }
    try starting?.validate()
    if json, all { throw ValidationError("--all: --json says everything anyway; leave the flag out") }
    if json, quiet { throw ValidationError("--quiet: is a text to paste, and --json an object; leave one of them out") }
    _ = try request()
  }

  /// What the options say.
  private func request() throws -> AdviceRequest {
    var request = AdviceRequest(task: task.flatMap(TaskChoice.init))
    if let want {
      request.wanted = Functional(want)
      let offered: Bool
      switch request.wanted {
      case .mean?, .median?, .quantile?, .probability?: offered = true
      default: offered = false
      }
      guard offered else {
        throw ValidationError(
          "--want \(want): expected mean, median, quantile:LEVEL with a level between 0 and 1, or probability")
      }
    }
    if let cost {
      guard let (first, second) = Self.pair(cost) else {
        throw ValidationError(
          "--cost \(cost): expected FALSE_POSITIVE:FALSE_NEGATIVE, two numbers from 0 on like 1:10, not both 0")
      }
      request.classCosts = ClassCosts(falsePositive: first, falseNegative: second)
    }
    if let costRatio {
      guard let (under, over) = Self.pair(costRatio), under > 0, over > 0 else {
        throw ValidationError("--cost-ratio \(costRatio): expected UNDER:OVER, two numbers above 0 like 3:1")
      }
      request.quantileCosts = QuantileCosts(under: under, over: over)
    }
    if let want, costRatio != nil {
      throw ValidationError(
        "found --want \(want) and --cost-ratio, which asks for a quantile by itself; give one of them")
    }
    return request
  }

  /// Two numbers from 0 on, not both 0.
  private static func pair(_ text: String) -> (Double, Double)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    // Far from where sums and ratios overflow.
    guard parts.count == 2, let first = parts[0], let second = parts[1], (0...1e100).contains(first),
      (0...1e100).contains(second), max(first, second) >= 1e-100
    else { return nil }
    return (first, second)
  }

  func run() throws {
    try withCluster { cluster in
      let given = try load(cluster)
      let config = given.config, asked = try request()
      let rows = try LoadedData.forAdvice(
        config, request: asked, isStated: given.isStated, options: given.options, cluster: cluster)
      // One rank computes; the others wait for it.
      let advice = try cluster.agree(describe: describeFailure) { () -> DataAdvice? in
        guard cluster.rank == 0 else { return nil }
        return try naming {
          try DataAdvice(
            rows, config: config, request: asked, isStated: given.isStated, progress: cluster.showProgress)
        }
      }
      if !json || !check { try answer(advice.map(text) ?? "", cluster) }
      guard check else { return }
      let result = try checked(advice, given, cluster)
      let words = json ? advice.map { jsonText($0, result) } ?? "" : lines(result)
      try answer(words, cluster)
    }
  }

  // MARK: - Whether it holds

  /// Compares the first losses; collective.
  private func checked(
    _ advice: DataAdvice?, _ given: Given, _ cluster: any Cluster
  ) throws -> AdviseCheck.Result? {
    // What the first rank advises, for all.
    let own = advice.map { AdviseCheck.Plan($0) }
    let text = try cluster.broadcast(own.map { Array($0.json.compactText.utf8) } ?? [], from: 0)
    let plan = try AdviseCheck.Plan(ConfigValue.parse(Data(text), file: "advice"))
    return try AdviseCheck(
      base: given.value, file: name, baseDirectory: given.options.baseDirectory, isQuiet: quiet || json
    ).run(plan, cluster)
  }

  private func lines(_ result: AdviseCheck.Result?) -> String {
    let lines = result?.lines(ColumnTable.short) ?? ["one loss alone is advised: there is nothing to compare it with"]
    let text = lines.enumerated().map { ($0 == 0 ? "check     " : "          ") + $1 + "\n" }.joined()
    return TerminalStyle(PTrain.environment).isPlain ? AdviceReport.plain(text) : text
  }

  private func jsonText(_ advice: DataAdvice, _ result: AdviseCheck.Result?) -> String {
    guard case .object(let members) = advice.json else { return "" }
    return ConfigValue.object(members + [.init("check", result?.json ?? .null)]).prettyText
  }

  // MARK: - The report

  private func text(_ advice: DataAdvice) -> String {
    if json { return advice.json.prettyText }
    let report = AdviceReport(
      style: TerminalStyle(PTrain.environment), width: TerminalStyle.width, showsAll: all)
    return (quiet ? report.first(advice) : report.lines(advice)).map { $0 + "\n" }.joined()
  }

  // MARK: - The config

  /// The config that data are read by.
  private struct Given {
    var value: ConfigValue
    var config: RunConfig
    /// Whether a person has chosen its loss.
    var isStated: Bool
    var options: RunOptions
  }

  /// Reads the config, or makes one for a table, on the first rank; collective.
  private func load(_ cluster: any Cluster) throws -> Given {
    let bytes = try cluster.agree(describe: describeFailure) { () -> [UInt8] in
      guard cluster.rank == 0 else { return [] }
      if let starting { return Array(try starting.config().text.utf8) }
      return try GivenFile.contents(config ?? "", remedy: "give the path of a config file")
    }
    let text = try cluster.broadcast(bytes, from: 0)
    let (whole, read, hasLoss) = try cluster.agree(describe: describeFailure) {
      () -> (ConfigValue, RunConfig, Bool) in
      try naming {
        var value = try ConfigValue.parse(Data(text), file: name, comments: .skipped)
        for override in overrides { value = try value.overriding(override) }
        let hasLoss = value["loss"] != nil
        if case .object(let members) = value, !hasLoss {
          // Whoever asks for a loss may have none yet.
          value = .object(members + [.init("loss", .string("mse"))])
        }
        return (value, try RunConfig(value, isTrained: true), hasLoss)
      }
    }
    let base = config.map(GivenFile.directory) ?? ""
    var options = RunOptions(baseDirectory: base, outputDirectory: read.output.directory, threads: 1)
    options.environment = PTrain.environment
    return Given(value: whole, config: read, isStated: config != nil && hasLoss, options: options)
  }

  private var name: String { config ?? "the config of \(data ?? "")" }

  /// Names the config file in errors of its keys.
  private func naming<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as ConfigError { throw error.inFile(name) }
  }
}
