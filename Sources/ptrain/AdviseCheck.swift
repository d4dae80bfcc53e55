internal import Advice
internal import Collectives
internal import Datasets
internal import Foundation
internal import ModelSelection
internal import Platform
internal import Specs
internal import Statistics
internal import Training

/// What `advise --check` does: the first losses that are advised on the same folds of the training rows, by a metric
/// that knows nothing of them.
struct AdviseCheck {
  /// Losses that are compared, folds, and repeats.
  static let losses = 3, folds = 5, repeats = 2

  /// The config that losses are put into, and its file as messages name it.
  var base: ConfigValue
  var file: String
  var baseDirectory: String
  var isQuiet: Bool

  /// What was found.
  struct Result {
    var metric: String
    var higherIsBetter: Bool
    var entries: [ComparisonTable.Entry]

    /// Losses that are better than the first.
    var better: [String] { entries.filter { $0.verdict == .better }.map(\.candidate) }
  }

  /// Trains and compares; collective.
  ///
  /// - Parameter plan: the losses, the first of which is the reference; the same on all ranks.
  /// - Returns: nil where fewer than two losses are advised.
  func run(_ plan: Plan, _ cluster: any Cluster) throws -> Result? {
    guard plan.losses.count > 1 else { return nil }
    guard plan.rows >= Self.folds else {
      throw AgreedFailure(
        rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.data.rawValue,
        sentence:
          "\(file): --check cuts the training rows into \(Self.folds) folds, and there are fewer (\(plan.rows)); "
          + "leave it out"
      )
    }
    let candidates = try cluster.agree(describe: describeFailure) { try plan.losses.map(candidate) }
    var shared = candidates[0].config
    // More ranks than shards are not idle here.
    shared.parallel.shards = nil
    let launch = try Launch(cluster, PTrain.environment, threads: nil, config: shared)
    var options = ComparisonOptions(baseDirectory: baseDirectory, configFile: file)
    (options.folds, options.repeats) = (Self.folds, Self.repeats)
    options.metrics = plan.metric.map { [$0] } ?? []
    (options.environment, options.threads) = (PTrain.environment, launch.threads)
    let comparison: Comparison
    do { comparison = try Comparison(candidates, options: options, cluster: cluster) } catch var failure
      as AgreedFailure
    {
      failure.sentence =
        "--check: what is advised cannot be compared with this config: \(failure.sentence); leave it out, or compare "
        + "losses that fit with ptrain compare"
      throw failure
    }
    let progress = CompareProgress(isShown: cluster.rank == 0 && !isQuiet, PTrain.environment)
    let outcome = try comparison.run(in: nil, report: progress.show)
    progress.end()
    guard case .finished(let report) = outcome, let section = report.table.sections.first else {
      throw RunError(.stopped, "stopped on request; nothing is kept of the comparison")
    }
    return Result(
      metric: section.metric.name, higherIsBetter: section.metric.higherIsBetter, entries: section.entries)
  }

  /// What is compared, as all ranks know it.
  struct Plan {
    struct Loss {
      var name: String
      var loss: ConfigValue
      var normalizeTargets: String
      var units: Int?
    }

    /// Training rows.
    var rows: Int
    var losses: [Loss]
    /// The metric that they are compared by; nil: what the problem's kind asks for.
    var metric: String?

    init(_ advice: DataAdvice) {
      rows = advice.rows
      losses = advice.losses.prefix(AdviseCheck.losses).map { loss in
        Loss(
          name: loss.candidate.kind, loss: loss.candidate.loss,
          normalizeTargets: loss.candidate.targetTransform.rawValue, units: loss.units)
      }
      switch advice.advice.functional {
      case .mean: metric = "rmse"
      case .median: metric = "mae"
      case .quantile, .probability, .distribution, .ranking: metric = nil
      }
    }

    /// Reads what ``json`` writes.
    init(_ json: ConfigValue) {
      metric = json.field("metric")
      rows = json.field("rows") ?? 0
      guard case .array(let entries)? = json["losses"] else {
        losses = []
        return
      }
      losses = entries.map { entry in
        Loss(
          name: entry.field("name") ?? "", loss: entry["loss"] ?? .null,
          normalizeTargets: entry.field("normalize_targets") ?? "none", units: entry.field("units"))
      }
    }

    var json: ConfigValue {
      let entries = losses.map { loss in
        ConfigValue.record([
          "name": loss.name, "loss": loss.loss, "normalize_targets": loss.normalizeTargets, "units": loss.units,
        ])
      }
      return .record(["rows": rows, "losses": ConfigValue.array(entries), "metric": metric])
    }
  }

  /// The config with a loss in the place of its own.
  private func candidate(_ loss: Plan.Loss) throws -> ModelSelection.Candidate {
    var settings: [ConfigValue.Member] = [
      .init("loss", loss.loss), .init("data.normalize_targets", .string(loss.normalizeTargets)),
      .init("metrics", .array([])),
    ]
    if case .array(let layers)? = base["model"]?["layers"], let last = layers.last, last["units"] != nil {
      let path = "model.layers[\(layers.count - 1)]"
      if let units = loss.units { settings.append(.init(path + ".units", .integer(units))) }
      if last["activation"] != nil { settings.append(.init(path + ".activation", .string("identity"))) }
    }
    do {
      let value = try settings.reduce(base) { value, member in
        try value.overriding("\(member.key)=\(member.value.compactText)")
      }
      return ModelSelection.Candidate(name: loss.name, settings: settings, config: try RunConfig(value))
    } catch let error as ConfigError {
      throw RunError(
        error.exitCode, "--check: the config does not take the loss '\(loss.name)': \(error.inFile(file).sentence)")
    }
  }
}

extension AdviseCheck.Result {
  /// A line for each loss, and whether the advice held.
  func lines(_ number: (Double) -> String) -> [String] {
    var lines = [
      "by \(metric) (\(higherIsBetter ? "higher" : "lower") is better), \(AdviseCheck.repeats) × \(AdviseCheck.folds) folds of the "
        + "training rows:"
    ]
    for (index, entry) in entries.enumerated() {
      let value = entry.mean.isFinite ? number(entry.mean) : "no value (\(entry.reason ?? "it diverged"))"
      let verdict = index == 0 ? "the first" : entry.verdict.map(\.rawValue) ?? "no evidence"
      lines.append("\(entry.candidate) \(value): \(verdict)")
    }
    lines.append(
      better.isEmpty
        ? "the advice held: none is better than the first"
        : "the advice did not hold: \(better.joined(separator: ", ")) better than the first")
    return lines
  }

  var json: ConfigValue {
    .object(
      .record([
        "metric": metric, "folds": AdviseCheck.folds, "repeats": AdviseCheck.repeats, "held": better.isEmpty,
        "losses": ConfigValue.array(
          entries.map { entry in
            .object(
              .record([
                "type": entry.candidate, "mean": entry.mean, "verdict": entry.verdict?.rawValue,
                "low": entry.comparison?.low, "high": entry.comparison?.high,
              ]))
          }),
      ]))
  }
}
