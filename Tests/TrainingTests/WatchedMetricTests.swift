import Collectives
import Datasets
import Foundation
import Kernels
import Networks
import Optimization
import Specs
import TestSupport
import Testing

@testable import Metrics
@testable import Training

/// What training watches: names that are known beforehand, and values that may be missing.
@Suite struct WatchedMetricTests {
  static func context(_ prediction: any Prediction, outputs: Int, classes: [String] = [], targets: [String] = ["y"])
    -> MetricContext
  {
    MetricContext(
      prediction: prediction, outputs: outputs, classNames: classes, targetNames: targets, units: .identity)
  }

  static let three = context(.softmaxClass, outputs: 3, classes: ["a", "b", "c"])

  static func metrics(_ text: String) throws -> [any MetricSpec] {
    let root = try ConfigValue.parse(Data(#"{"metrics": \#(text)}"#.utf8), file: "test")
    return try FieldReader.readObject(root, path: "") { fields throws(ConfigError) in
      try MetricRegistry.metrics(from: fields)
    }.0
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var word: String
    var metrics: String
    /// The whole name, with `>` before it where more is better.
    var means: String?
    /// What a refusal says.
    var says: [String] = []
    var testDescription: String { "\(word) of \(metrics)" }
  }

  static let macro = #"[{"type": "f1", "average": "macro"}, "accuracy"]"#
  static let cases: [Case] = [
    Case(word: "loss", metrics: "[]", means: "loss"),
    Case(word: "val_loss", metrics: "[]", means: "loss"),
    Case(word: "validation_loss", metrics: #"["accuracy"]"#, means: "loss"),
    Case(word: "val_accuracy", metrics: #"["accuracy"]"#, means: ">accuracy"),
    Case(word: "validation.accuracy", metrics: #"["accuracy"]"#, means: ">accuracy"),
    Case(word: "acc", metrics: #"["accuracy"]"#, means: ">accuracy"),
    Case(word: "f1", metrics: macro, means: ">f1_macro"),
    Case(word: "f1_m", metrics: macro, means: ">f1_macro"),
    Case(word: "f1", metrics: #"["f1", {"type": "f1", "average": "macro"}]"#, means: ">f1"),
    Case(word: "val_f1_macro", metrics: macro, means: ">f1_macro"),
    Case(word: "top_k_accuracy", metrics: #"[{"type": "top_k_accuracy", "k": 2}]"#, means: ">top_2_accuracy"),
    Case(word: "top_2", metrics: #"[{"type": "top_k_accuracy", "k": 2}]"#, means: ">top_2_accuracy"),
    Case(word: "recall.b", metrics: #"[{"type": "recall", "average": "none"}]"#, means: ">recall.b"),
    Case(word: "log_loss", metrics: #"["log_loss", "brier_score"]"#, means: "log_loss"),
    Case(word: "expected_cost", metrics: #"["expected_cost"]"#, means: "expected_cost"),
    Case(
      word: "recall", metrics: #"[{"type": "recall", "average": "none"}]"#,
      says: ["may mean recall.a, recall.b, recall.c", "give one of these"]),
    Case(
      word: "f1", metrics: #"[{"type": "f1", "average": "macro"}, {"type": "f1", "average": "micro"}]"#,
      says: ["may mean f1_macro, f1_micro"]),
    Case(word: "l", metrics: #"["log_loss"]"#, says: ["may mean loss, log_loss"]),
    Case(
      word: "confusion_matrix", metrics: #"["confusion_matrix", "f1"]"#,
      says: ["confusion_matrix cannot be watched", "known: loss, f1"]),
    Case(word: "confusion_matrix.a.b", metrics: #"["confusion_matrix"]"#, says: ["cannot be watched", "known: loss"]),
    Case(word: "confusion", metrics: #"["confusion_matrix"]"#, says: ["confusion_matrix cannot be watched"]),
    Case(word: "accuracy", metrics: "[]", says: [#"add "accuracy" to metrics"#, "watch one of: loss"]),
    Case(word: "val_accuracy", metrics: "[]", says: ["'val_accuracy' is not among", #"add "accuracy" to metrics"#]),
    Case(word: "f1_macro", metrics: #"["f1"]"#, says: [#"add {"type": "f1", "average": "macro"} to metrics"#]),
    Case(word: "precision.b", metrics: "[]", says: [#"add {"type": "precision", "average": "none"} to metrics"#]),
    Case(word: "top_2_accuracy", metrics: "[]", says: [#"add {"type": "top_k_accuracy", "k": 2} to metrics"#]),
    Case(word: "acuracy", metrics: #"["accuracy"]"#, says: ["did you mean 'accuracy'? known: loss, accuracy"]),
    Case(word: "Accuracy", metrics: #"["accuracy"]"#, says: ["did you mean 'accuracy'?"]),
    Case(word: "f1_weight", metrics: #"["f1"]"#, says: ["did you mean 'f1'?"]),
    // Not a metric that this loss could have: the way out must not lead astray.
    Case(
      word: "r2", metrics: #"["accuracy"]"#, says: ["is not among the metrics of this config; known: loss, accuracy"]),
    Case(word: "val_", metrics: #"["accuracy"]"#, says: ["known: loss, accuracy"]),
    Case(word: "", metrics: #"["accuracy"]"#, says: ["known: loss, accuracy"]),
    Case(word: "train_loss", metrics: "[]", says: ["only the validation part is watched; write 'loss'"]),
    Case(word: "test_accuracy", metrics: #"["accuracy"]"#, says: ["write 'accuracy'"]),
  ]

  @Test("a word is a result's name or its only beginning, or is refused with the way out", arguments: cases)
  func words(_ entry: Case) throws {
    let names = try ResultNames(Self.metrics(entry.metrics), context: Self.three)
    func find() throws(ConfigError) -> WatchedMetric {
      try WatchedMetric(entry.word, among: names, context: Self.three, path: "training.early_stopping.metric")
    }
    guard let means = entry.means else {
      let error = try #require(throws: ConfigError.self) { try find() }
      for part in entry.says { #expect(error.problem.contains(part), "\(error)") }
      return
    }
    let found = try find()
    #expect((found.higherIsBetter ? ">" : "") + found.name == means)
  }

  @Test(
    "results of one name are refused",
    arguments: [
      (#"["accuracy", "f1", "accuracy"]"#, "metrics[2]", "'accuracy' is that of metrics[0] already"),
      (#"["f1", {"type": "f1"}]"#, "metrics[1]", "'f1'"),
      (#"["f1", {"type": "f1", "average": "auto"}]"#, "metrics[1]", "'f1'"),
      (#"["expected_calibration_error", {"type": "expected_calibration_error", "bins": 5}]"#, "metrics[1]", "already"),
      (#"["expected_cost", {"type": "expected_cost", "matrix": [[0,1,2],[1,0,1],[1,1,0]]}]"#, "metrics[1]", "already"),
      (#"["top_k_accuracy", {"type": "top_k_accuracy", "k": 5}]"#, "metrics[1]", "'top_5_accuracy'"),
      (
        #"[{"type": "recall", "average": "none"}, {"type": "recall", "average": "none"}]"#, "metrics[1]", "'recall.a'"
      ),
    ])
  func duplicates(_ text: String, _ path: String, _ says: String) throws {
    let metrics = try Self.metrics(text)
    let error = try #require(throws: ConfigError.self) { try ResultNames(metrics, context: Self.three) }
    #expect(error.path == path && error.problem.contains(says), "\(error)")
  }

  @Test("classes whose names join to the same are told apart, and so are settings of one metric")
  func joined() throws {
    let names = Self.context(.softmaxClass, outputs: 4, classes: ["a", "a.b", "b.c", "c"])
    let matrix = try Self.metrics(#"["confusion_matrix"]"#)
    let found = try ResultNames(matrix, context: names).entries.map(\.name)
    #expect(Set(found).count == 17 && found.contains("confusion_matrix.a.'b.c'"), "\(found)")
    #expect(found.contains("confusion_matrix.'a.b'.c") && !found.contains("confusion_matrix.a.b.c"), "\(found)")
    let several = try Self.metrics(#"["f1", {"type": "f1", "average": "macro"}, {"type": "f1", "average": "micro"}]"#)
    #expect(
      try ResultNames(several, context: Self.three).entries.map(\.name) == ["loss", "f1", "f1_macro", "f1_micro"])
  }

  @Test("quantiles that are the same in the loss's arithmetic are refused")
  func quantiles() throws {
    for levels in [[0.5, 0.5], [0.1, 0.9, 0.1], [0.3, 0.30000000000000004], [0.9, 0.9 + 1e-9]] {
      let error = try #require(throws: ConfigError.self) {
        try Quantiles(levels).requireDistinctLevels(path: "loss.quantiles")
      }
      #expect(error.problem.contains("give each level once"), "\(error)")
    }
    try Quantiles([0.9, 0.1, 0.5]).requireDistinctLevels(path: "loss.quantiles")
  }

  @Test("the best result: direction, least change, values that are none, waiting")
  func best() {
    var lower = BestResult(metric: .init(name: "loss", higherIsBetter: false), minimumChange: 0.1)
    #expect(
      [1.0, 0.95, 0.8, .nan, 0.75, 0.69].enumerated().map { lower.note($1, step: $0) }
        == [true, false, true, false, false, true])
    #expect(lower.value == 0.69 && lower.step == 5 && lower.waited == 0)
    var higher = BestResult(metric: .init(name: "accuracy", higherIsBetter: true), minimumChange: 0)
    #expect([0.5, 0.5, 0.6, 0.4].enumerated().map { higher.note($1, step: $0) } == [true, false, true, false])
    #expect(higher.step == 2 && higher.waited == 1)
    // Until there is a finite value, nothing is waited for.
    var none = BestResult(metric: .init(name: "r2", higherIsBetter: true), minimumChange: 0)
    #expect([.nan, .infinity, -.infinity, .nan].enumerated().allSatisfy { !none.note($1, step: $0) })
    #expect(none.value == nil && none.waited == 0)
    let isBest = none.note(-3, step: 9), isInfinitelyBetter = none.note(.infinity, step: 10)
    #expect(isBest && !isInfinitelyBetter && none.value == -3 && none.waited == 1)
    // Values below 0, and a least change.
    var negative = BestResult(metric: .init(name: "loss", higherIsBetter: false), minimumChange: 0.5)
    #expect([-4, -4, -4.4, -4.6].enumerated().map { negative.note($1, step: $0) } == [true, false, false, true])
  }

  /// The epochs, counted from 0, after which a rate is reduced.
  static func reductions(_ values: [Double], higherIsBetter: Bool, threshold: Double) throws -> [Int] {
    let text = #"{"type": "reduce_on_plateau", "patience": 1, "factor": 0.5, "threshold": \#(threshold)}"#
    let value = try ConfigValue.parse(Data(text.utf8), file: "test")
    let spec = try FieldReader.readVariant(value, ScheduleRegistry.standard, path: "schedule").0
    let schedule = try #require(spec.plateau)
    var state = PlateauState(), found: [Int] = []
    for (epoch, value) in values.enumerated() {
      let before = state.scale
      state.note(value, higherIsBetter: higherIsBetter, base: 0.1, schedule: schedule)
      if state.scale < before { found.append(epoch) }
    }
    return found
  }

  @Test("a gain is more than threshold × |best|, for either sign and direction")
  func plateaus() throws {
    for level in [-4.0, -1e-3, 0, 1e-3, 4, -1e300, 1e300] {
      for higher in [false, true] {
        let constant = [Double](repeating: level, count: 7)
        #expect(try Self.reductions(constant, higherIsBetter: higher, threshold: 0.01) == [2, 4, 6], "\(level)")
      }
    }
    for level in [-4.0, 4] {
      for (higher, sign) in [(false, -1.0), (true, 1.0)] {
        let slowly = (0..<7).map { level + sign * 0.005 * Double($0) }
        let fast = (0..<7).map { level + sign * 0.05 * Double($0) }
        #expect(try Self.reductions(slowly, higherIsBetter: higher, threshold: 0.01).first == 2)
        #expect(try Self.reductions(slowly, higherIsBetter: higher, threshold: 0).isEmpty)
        #expect(try Self.reductions(fast, higherIsBetter: higher, threshold: 0.01).isEmpty)
      }
    }
    // Values that are none reduce nothing before the first number, and are no gain after it.
    let none = [Double](repeating: .nan, count: 6)
    #expect(try Self.reductions(none, higherIsBetter: false, threshold: 0.01).isEmpty)
    #expect(try Self.reductions(none + [1, .nan, .infinity], higherIsBetter: false, threshold: 0.01) == [8])
  }
}
