import Foundation
import Networks
import Specs
import Testing

@testable import Metrics

/// Results as files have them: numbers, what has none and why, curves; written and read again.
@Suite struct MetricReportTests {
  /// The curve of the share of samples of class 1 among those above a score, over the share of all that are there.
  struct LiftCurve: MetricSpec {
    static let kind = "lift_curve"
    static let summary = "found over seen"
    static let examples = ["{}", "{ }"]
    var higherIsBetter: Bool? { nil }
    init(from fields: FieldReader) throws(ConfigError) {}

    func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
      SampleState { row, numbers in
        numbers += [Double(row.outputs[1] - row.outputs[0]), Double(row.targetClass)]
      } finish: { numbers in
        let samples = stride(from: 0, to: numbers.count, by: 2).sorted { numbers[$0] > numbers[$1] }
        let all = samples.reduce(0) { $0 + numbers[$1 + 1] }
        var points: [MetricCurve.Point] = [], found = 0.0
        for (index, sample) in samples.enumerated() {
          found += numbers[sample + 1]
          points.append(.init(x: Double(index + 1) / Double(samples.count), y: found / all))
        }
        return .curve(Self.kind, MetricCurve(x: "seen", y: "found", points, because: "no row is of class 1"))
      }
    }
  }

  /// A number for each class and part of the day, of which more is better.
  struct ByHour: MetricSpec {
    static let kind = "by_hour"
    static let summary = "a matrix"
    static let examples = ["{}", "{ }"]
    var higherIsBetter: Bool? { true }
    init(from fields: FieldReader) throws(ConfigError) {}

    func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
      let names = context.classNames
      return SumState(1) {
        $1[0] += $0.weight
      } finish: { sums in
        .matrix(
          Self.kind, rows: names, columns: ["b.c", "c"],
          (0..<names.count * 2).map { .share(Double($0), of: sums[0]) })
      }
    }
  }

  /// A metric whose name is a key of the lines that results stand in.
  struct Split: MetricSpec {
    static let kind = "split"
    static let summary = "a reserved name"
    static let examples = ["{}", "{ }"]
    var higherIsBetter: Bool? { true }
    init(from fields: FieldReader) throws(ConfigError) {}

    func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
      SumState(1) {
        $1[0] += $0.weight
      } finish: {
        MetricValue(Self.kind, $0[0])
      }
    }
  }

  private static func registry() throws -> MetricRegistry {
    try MetricRegistry.standard.adding(LiftCurve.self).adding(ByHour.self).adding(Split.self)
  }

  private static func value(_ kind: String, rows: [([Float], Int)], classes: [String] = ["0", "1"]) throws
    -> MetricValue
  {
    var state = try MetricKeyTests.metric("\"\(kind)\"", registry()).makeState(MetricKeyTests.context(classes))
    for (outputs, target) in rows {
      outputs.withUnsafeBufferPointer { outputs in
        guard let start = outputs.baseAddress else { return }
        state.update(MetricRow(outputs: start, targetClass: target, targetValues: start, weight: 1))
      }
    }
    return state.value
  }

  @Test("an added metric that is a curve: its points in order, and why there are none")
  func curve() throws {
    let rows: [([Float], Int)] = [([0, 1], 1), ([0, 3], 1), ([0, 2], 0), ([0, 0], 0)]
    let report = MetricReport([MetricValue("loss", 0.5), try Self.value("lift_curve", rows: rows)])
    #expect(
      report.json.compactText == #"{"loss": 0.5, "lift_curve": {"x": "seen", "y": "found", "#
        + #""points": [[0.25, 0.5], [0.5, 0.5], [0.75, 1], [1, 1]]}}"#)
    #expect(report.entries[1].words { "\($0)" } == "lift_curve of 4 points")
    let none = MetricReport([try Self.value("lift_curve", rows: rows.map { ($0.0, 0) })])
    #expect(
      none.json.compactText == #"{"lift_curve": null, "undefined": {"lift_curve": "no row is of class 1"}}"#)
    #expect(MetricReport([try Self.value("lift_curve", rows: [])]).entries[0].reason == "no row is of class 1")
    let broken = MetricReport([try Self.value("lift_curve", rows: rows).undefined(because: "broken")])
    #expect(broken.json.compactText == #"{"lift_curve": null, "undefined": {"lift_curve": "broken"}}"#)
    for report in [report, none, broken] {
      let text = Data(report.json.compactText.utf8)
      let read = try #require(MetricReport(json: ConfigValue.parse(text, file: "report")))
      #expect(read.json.sortingKeys == report.json.sortingKeys && read.entries.count == report.entries.count)
    }
  }

  @Test("an added matrix is watched by its key; a name that two results have in common may mean either")
  func watched() throws {
    let registry = try Self.registry(), context = MetricKeyTests.context(["a", "a.b"])
    let names = try ResultNames([MetricKeyTests.metric("\"by_hour\"", registry)], context: context)
    #expect(
      names.entries.map(\.name) == ["loss", "by_hour.a.'b.c'", "by_hour.a.c", "by_hour.'a.b'.'b.c'", "by_hour.'a.b'.c"])
    func find(_ word: String) throws(ConfigError) -> WatchedMetric {
      try WatchedMetric(word, among: names, context: context, metrics: registry, path: "metric")
    }
    for entry in names.entries.dropFirst() { #expect(try find("val_" + entry.name).name == entry.name) }
    #expect(try find("by_hour.a.b.b.c").name == "by_hour.'a.b'.'b.c'")
    #expect(try find("by_hour.a.'b").name == "by_hour.a.'b.c'")
    let error = #expect(throws: ConfigError.self) { try find("by_hour.a.b.c") }
    #expect(error?.problem.contains("may mean by_hour.a.'b.c', by_hour.'a.b'.c; give one of these") == true)
    // Apostrophes are understood where the key has none.
    let recall = try ResultNames(
      [MetricKeyTests.metric(#"{"type": "recall", "average": "none"}"#)], context: context)
    #expect(
      try WatchedMetric("recall.'a.b'", among: recall, context: context, path: "")
        == WatchedMetric(name: "recall.a.b", higherIsBetter: true))
  }

  @Test("a metric that is called as a key beside the results is refused")
  func reserved() throws {
    let registry = try Self.registry()
    let error = #expect(throws: ConfigError.self) {
      try ResultNames(
        [MetricKeyTests.metric("\"accuracy\""), MetricKeyTests.metric("\"split\"", registry)],
        context: MetricKeyTests.context(["a", "b"]))
    }
    #expect(error?.path == "metrics[1]" && error?.problem.contains("a result of split is called 'split'") == true)
    // A class may have any of these names.
    let classes = MetricKey.reserved.sorted()
    let metrics = try [#"{"type": "recall", "average": "none"}"#, "\"confusion_matrix\""].map {
      try MetricKeyTests.metric($0)
    }
    let names = try ResultNames(metrics, context: MetricKeyTests.context(classes))
    #expect(names.entries.count == 1 + classes.count + classes.count * classes.count)
  }

  @Test("members: numbers by key, then why some are none")
  func members() throws {
    let report = MetricReport([
      MetricValue("loss", .infinity), .share("accuracy", 3, of: 4),
      .vector(
        "recall", labels: ["a", "undefined"], [MetricNumber(1e-7), MetricNumber(.nan, because: "no \"rows\"")]),
      .matrix("confusion_matrix", rows: ["a"], columns: ["x", "y"], [MetricNumber(3), MetricNumber(0)]),
      MetricValue("r2", -.infinity, because: "one row has no variance"), .share("mae", 0, of: 0),
      MetricValue("mape", .nan),
    ])
    #expect(
      report.json.compactText
        == #"{"loss": null, "accuracy": 0.75, "recall.a": 1e-07, "recall.undefined": null, "confusion_matrix.a.x": 3, "#
        + #""confusion_matrix.a.y": 0, "r2": null, "mae": null, "mape": null, "undefined": "#
        + #"{"loss": "the result is too large for a number", "recall.undefined": "no \"rows\"", "r2": "one row has no variance", "#
        + #""mae": "no row has a weight above 0", "mape": "the result is not a number"}}"#)
    #expect(MetricReport([MetricValue("loss", 2)]).json.compactText == #"{"loss": 2}"#)
    #expect(report["r2"]?.reason == "one row has no variance" && report["r3"] == nil)
    #expect(
      report.entries.map { $0.words { "\($0)" } }[1...3] == [
        "accuracy 0.75", "recall.a 1e-07", "recall.undefined undefined (no \"rows\")",
      ])
    // What was null in files of earlier builds did not say why.
    let old = try ConfigValue.parse(Data(#"{"loss": 1, "r2": null}"#.utf8), file: "old")
    let read = try #require(MetricReport(json: old))
    #expect(read.entries.map { $0.words { "\($0)" } } == ["loss 1.0", "r2 null"])
    #expect(read.json.compactText == old.compactText)
  }
}
