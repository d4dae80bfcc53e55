internal import ArgumentParser
internal import Datasets
internal import ModelSelection
internal import Specs

/// What `compare` takes beside the common options.
struct CompareOptions: ParsableArguments {
  @Option(help: "The losses to compare, the first is the reference: mse,mae,huber:2,quantile:0.5")
  var losses: String?

  @Option(help: "Values of a key to compare, KEY=[VALUE, ...]; repeatable: every combination.")
  var vary: [String] = []

  @Option(help: "The metrics to compare by, like rmse,mae (default: the config's, or those of the problem's kind).")
  var metrics: String?

  @Option(help: "Folds of each repeat.")
  var folds = 10

  @Option(help: "Repeats, each with new folds and seeds (default: 3).")
  var repeats: Int?

  @Option(help: "Rows with one value of this column stay in one fold.")
  var groups: String?

  @Option(help: "Folds follow each other in time, by this column.")
  var time: String?

  @Option(
    help: "Differences up to this count as none (default: 0.01 for shares and r2, else 1 % of the reference's mean).")
  var region: Double?

  @Option(help: "sure: add repeats until each candidate has a verdict by the first metric, or none can come.")
  var until: String?

  @Option(help: "Repeats that --until sure may make (default: 30).")
  var maxRepeats: Int?

  @Option(help: "Train one of them alone and print its hash: repeat=1,fold=3,candidate=NAME.")
  var only: String?

  @Flag(help: "Print what compare.json holds instead of tables.")
  var json = false

  func validate() throws {
    try OptionRange.require("--folds", folds, 2...100_000)
    if let repeats { try OptionRange.require("--repeats", repeats, 1...10_000) }
    if let maxRepeats { try OptionRange.require("--max-repeats", maxRepeats, 1...10_000) }
    if let region, !(region >= 0 && region.isFinite) {
      throw ValidationError("--region takes a number from 0 on, found \(region)")
    }
    if let metrics, metricNames.contains("") {
      throw ValidationError(
        "--metrics '\(metrics.excerpt(60))': expected names of metrics with commas between, like rmse,mae")
    }
    if groups != nil, time != nil {
      throw ValidationError("--groups and --time: folds are cut in one way; give one of the two")
    }
    if let until, until != "sure" { throw ValidationError("--until takes 'sure', found '\(until.excerpt(40))'") }
    if until != nil, repeats != nil {
      throw ValidationError("--until sure adds repeats by itself; give --max-repeats instead of --repeats")
    }
    if maxRepeats != nil, until == nil { throw ValidationError("--max-repeats goes with --until sure; give --repeats") }
  }

  /// What keeps rows together.
  var request: FoldRequest {
    groups.map { .groups(Self.column($0)) } ?? time.map { .time(Self.column($0)) } ?? .rows
  }

  /// A name; or digits alone, an index of a file without a header. In quotes digits are a name.
  private static func column(_ text: String) -> KeyName {
    if let index = Int(text), index >= 0 { return .index(index) }
    guard text.count > 2, text.first == "\"", text.last == "\"" else { return .name(text) }
    return .name(String(text.dropFirst().dropLast()))
  }

  /// Names between commas.
  var metricNames: [String] {
    metrics?.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    } ?? []
  }

  /// One training, all counted from 0.
  struct Single {
    var cycle: Int
    var fold: Int
    var candidate: Int
  }

  /// Which training `--only` names; nil: all are made.
  ///
  /// - Throws: ``RunError`` of exit code 64.
  func single(among candidates: [Candidate]) throws(RunError) -> Single? {
    guard let only else { return nil }
    let form = "--only '\(only.excerpt(80))': expected repeat=1,fold=3,candidate=NAME"
    // A name may have commas.
    let parts = only.split(separator: ",", maxSplits: 2).map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    guard parts.count == 3, parts.allSatisfy({ $0.count == 2 }), parts[0][0] == "repeat", parts[1][0] == "fold",
      parts[2][0] == "candidate", let cycle = Int(parts[0][1]), let fold = Int(parts[1][1])
    else { throw RunError(.usage, form) }
    guard (1...10_000).contains(cycle), (1...folds).contains(fold) else {
      throw RunError(.usage, "\(form), repeats from 1 to 10000 and folds from 1 to \(folds)")
    }
    let names = candidates.map(\.name)
    guard let candidate = names.firstIndex(of: parts[2][1]) else {
      throw RunError(
        .usage,
        "--only: there is no candidate '\(parts[2][1].excerpt(60))'; \(NearestName.hint(parts[2][1], among: names))")
    }
    return Single(cycle: cycle - 1, fold: fold - 1, candidate: candidate)
  }
}
