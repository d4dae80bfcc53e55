internal import Datasets
internal import Foundation
internal import Platform
package import Specs
internal import Statistics
internal import Training

extension Comparison {
  /// The file of a comparison in its directory.
  package static let fileName = "compare.json"

  /// What `compare.json` holds: the same bytes wherever the trainings were made.
  ///
  /// - Parameter config: the base config as it was given.
  package func json(_ report: ComparisonReport, config: ConfigValue) -> ConfigValue {
    .object(
      [
        .init("identity", .string(identity)), .init("arithmetic", .integer(ArithmeticNumber.current)),
        .init("config", config), .init("candidates", .array(candidates.map(\.json))),
        .init("data_fingerprints", .array(trials.dataOfCandidate.map { .string(trials.data[$0].fingerprint) })),
        .init("folds", foldsJSON(report)),
        .init("metrics", .array(report.table.sections.map(metricJSON))),
        .init("repeats", .array((0..<report.repeats).map(repeatJSON))),
        .init("trainings", .array(trainingsJSON(report))),
        .init("table", .array(report.table.sections.flatMap(rows))),
      ] + costJSON(report) + untilJSON(report))
  }

  private func foldsJSON(_ report: ComparisonReport) -> ConfigValue {
    .object([
      .init("count", .integer(options.folds)), .init("repeats", .integer(report.repeats)),
      .init("rows", .integer(trials.plan.rows)), .init("by", .string(trials.plan.rule.word)),
      .init("column", trials.data[0].foldKeys.map { .string($0.column) } ?? .null),
    ])
  }

  private func metricJSON(_ section: ComparisonTable.Section) -> ConfigValue {
    .object([
      .init("name", .string(section.metric.name)), .init("higher_is_better", .boolean(section.metric.higherIsBetter)),
      .init("region", section.region.json), .init("region_is_relative", .boolean(section.isRelative)),
      .init("best", section.winner.map { .string(candidates[$0.winner].name) } ?? .null),
      .init("best_mean", (section.winner?.estimate ?? .nan).json),
      .init("best_mean_corrected", (section.winner?.corrected ?? .nan).json),
    ])
  }

  /// The seeds and rows of a repeat.
  private func repeatJSON(_ cycle: Int) -> ConfigValue {
    let watched = candidates.map(\.config.watchedShare)
    let kinds = watched.indices.filter { !watched[..<$0].contains(watched[$0]) }
    var folds: [ConfigValue] = []
    for fold in 0..<options.folds {
      // Candidates that watch their training have rows for that.
      for candidate in kinds {
        guard let rows = try? trials.fold(.init(cycle: cycle, fold: fold, candidate: candidate)) else { continue }
        let members = candidates.indices.filter { watched[$0] == watched[candidate] }
        let names = members.map { ConfigValue.string(candidates[$0].name) }
        let seeds = members.map { index in
          ConfigValue.Member(
            candidates[index].name,
            .integer(Int(RepeatSeed.of(candidates[index].config.seed, repeat: cycle, fold: fold))))
        }
        folds.append(
          .object(
            [.init("fold", .integer(fold + 1))] + (kinds.count > 1 ? [.init("candidates", .array(names))] : []) + [
              .init("train", .integer(rows.train.count)), .init("validation", .integer(rows.validation.count)),
              .init("test", .integer(rows.test.count)), .init("rows_sha256", .string(rows.hash)),
              .init("seeds", .object(seeds)),
            ]))
      }
    }
    return .object([
      .init("repeat", .integer(cycle + 1)),
      .init("seed", .integer(Int(RepeatSeed.of(trials.seed, repeat: cycle)))),
      .init("folds", .array(folds)),
    ])
  }

  private func trainingsJSON(_ report: ComparisonReport) -> [ConfigValue] {
    var trainings: [ConfigValue] = []
    for cell in 0..<report.repeats * options.folds {
      for (candidate, results) in report.results.enumerated() where cell < results.count {
        let result = results[cell]
        let numbers = metrics.map { ConfigValue.Member($0.name, result.value(of: $0.name).json) }
        let reasons = metrics.compactMap { metric in
          result.value(of: metric.name).isFinite
            ? nil : ConfigValue.Member(metric.name, .string(result.reason(of: metric.name) ?? "not a number"))
        }
        trainings.append(
          .object(
            [
              .init("repeat", .integer(cell / options.folds + 1)), .init("fold", .integer(cell % options.folds + 1)),
              .init("candidate", .string(candidates[candidate].name)), .init("steps", .integer(result.steps)),
              .init("weights_sha256", result.weightsHash.map(ConfigValue.string) ?? .null),
              .init("metrics", .object(numbers)),
            ] + (reasons.isEmpty ? [] : [.init("undefined", .object(reasons))])))
      }
    }
    return trainings
  }

  private func rows(_ section: ComparisonTable.Section) -> [ConfigValue] {
    section.entries.enumerated().map { index, entry in
      var members: [ConfigValue.Member] = [
        .init("metric", .string(section.metric.name)), .init("candidate", .string(entry.candidate)),
        .init("mean", entry.mean.json), .init("folds_without_value", .integer(entry.missing)),
      ]
      guard index > 0, let comparison = entry.comparison else {
        return .object(members + [.init("verdict", .string("reference"))])
      }
      let probabilities = entry.probabilities(higherIsBetter: section.metric.higherIsBetter)
      members += [
        .init("difference", comparison.mean.json), .init("deviation", comparison.deviation.json),
        .init("standard_error", comparison.standardError.json), .init("low", comparison.low.json),
        .init("high", comparison.high.json), .init("p_better", (probabilities?.better ?? .nan).json),
        .init("p_equivalent", (probabilities?.equivalent ?? .nan).json),
        .init("p_worse", (probabilities?.worse ?? .nan).json),
        .init("p_value", comparison.pValue.json), .init("p_adjusted", entry.adjusted.json),
        .init("verdict", .string(entry.verdict?.rawValue ?? "")),
      ]
      return .object(members)
    }
  }

  private func costJSON(_ report: ComparisonReport) -> [ConfigValue.Member] {
    report.costs.isEmpty ? [] : [.init("costs", .array(report.costs.map(\.json)))]
  }

  private func untilJSON(_ report: ComparisonReport) -> [ConfigValue.Member] {
    guard let looks = report.looks else { return [] }
    return [
      .init(
        "until_sure",
        .object([
          .init("looks", .array(looks.looks.map(ConfigValue.integer))), .init("level_of_look", looks.levelOfLook.json),
          .init("metric", .string(metrics[0].name)),
          .init("ending", .string(report.ending.map { $0.words(candidates.map(\.name)) } ?? "")),
        ]))
    ]
  }

  /// Refuses a directory whose `compare.json` another comparison has written.
  package func requireOwn(_ directory: String) throws {
    let path = directory + "/" + Self.fileName
    guard FileManager.default.fileExists(atPath: path) else { return }
    let bytes = try RegularFile.contents(path, remedy: "choose another --output")
    guard let value = try? ConfigValue.parse(Data(bytes), file: path), value["identity"] == .string(identity) else {
      throw TrialLog.foreign(path)
    }
  }
}
