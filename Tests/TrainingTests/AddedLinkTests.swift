import Kernels
import Networks
import Specs
import Testing

@testable import Metrics
@testable import Training

/// A link that nobody knows but this file goes through metrics, decisions and the table of predictions.
@Suite struct AddedLinkTests {
  /// A softmax over the outputs and a first logit of 0: a class more than there are outputs.
  struct ReferenceClass: ProbabilityPrediction {
    private func with<Result>(_ outputs: OutputRow, _ body: (OutputRow) -> Result) -> Result {
      ([0] + Array(outputs)).withUnsafeBufferPointer(body)
    }

    func columns(classes: [String], targets: [String]) -> [String] { classes.map { "share_\($0)" } }
    func outputColumns(classes: [String], targets: [String]) -> [String] { classes.dropFirst().map { "lead_\($0)" } }
    func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { probabilities(outputs) }
    func logit(of index: Int, _ outputs: OutputRow) -> Double { index == 0 ? 0 : Double(outputs[index - 1]) }
    func predictedClass(_ outputs: OutputRow) -> Int { with(outputs) { SoftmaxClass().predictedClass($0) } }
    func appendScores(_ outputs: OutputRow, to scores: inout [Double]) {
      scores += with(outputs) { row in
        var found: [Double] = []
        SoftmaxClass().appendScores(row, to: &found)
        return found
      }
    }
    func probabilities(_ outputs: OutputRow) -> [Double] { with(outputs) { SoftmaxClass().probabilities($0) } }
    func logProbability(of index: Int, _ outputs: OutputRow) -> Double {
      with(outputs) { SoftmaxClass().logProbability(of: index, $0) }
    }
  }

  /// Outputs are roots of the values.
  struct Squares: ValuePrediction {
    func columns(classes: [String], targets: [String]) -> [String] { targets }
    func outputColumns(classes: [String], targets: [String]) -> [String] { targets.map { "root_\($0)" } }
    func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
      outputs.indices.map { value($0, outputs, units: units) }
    }
    func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
      units.restore(Double(outputs[column] * outputs[column]), feature: column)
    }
  }

  private static func context(
    _ link: any Prediction, outputs: Int, classes: Int = 0, decision: DecisionRule = .greatest
  ) -> MetricContext {
    MetricContext(
      prediction: link, outputs: outputs, classNames: (0..<classes).map { "c\($0)" }, targetNames: ["a", "b"],
      units: .identity, decision: decision)
  }

  /// The results of every metric of the program that takes the link, by name; what has no value as nil.
  private static func results(_ context: MetricContext, _ rows: [[Float]], targets: [[Float]]) -> [String: Double?] {
    var found: [String: Double?] = [:]
    for kind in MetricRegistry.standard.kinds {
      guard let spec = try? FieldReader.readVariant(.string(kind), MetricRegistry.standard, path: "metric").0,
        var state = try? spec.makeState(context)
      else { continue }
      for (index, row) in rows.enumerated() {
        row.withUnsafeBufferPointer { row in
          targets[index].withUnsafeBufferPointer { values in
            guard let outputs = row.baseAddress, let values = values.baseAddress else { return }
            state.update(
              MetricRow(
                outputs: outputs, targetClass: context.classes > 0 ? index * 7 % 5 % context.classes : 0,
                targetValues: values, weight: Double(1 + index % 3)))
          }
        }
      }
      for result in MetricReport([state.value]).entries {
        found.updateValue(result.value.isFinite ? result.value : nil, forKey: result.name)
      }
    }
    return found
  }

  private static func double(_ rows: [[Float]]) -> [[Double]] { rows.map { row in row.map { Double($0) } } }

  /// Outputs at quarters, some of them equal.
  private static func rows(_ count: Int, width: Int) -> [[Float]] {
    (0..<count).map { row in
      (0..<width).map { column -> Float in
        let number = row * 37 + column * 53 + row * column * 11
        return Float(number % 29 - 14) / 4
      }
    }
  }

  @Test(
    "a link of classes: metrics, decisions and the table are those of the softmax that it is", arguments: [2, 3, 5])
  func classes(_ classes: Int) {
    let rows: [[Float]] = Self.rows(80, width: classes - 1)
    let whole: [[Float]] = rows.map { row in [0 as Float] + row }
    let costs: [[Double]] = (0..<classes).map { actual in
      (0..<classes).map { predicted -> Double in
        let cost = 1 + 3 * actual + predicted
        return actual == predicted ? 0 : Double(cost)
      }
    }
    let tilt = [Double](repeating: 1, count: classes)
    var rules: [DecisionRule] = [.greatest, .leastCost(ExpectedCosts(costs, tilt: tilt))]
    if classes == 2 { rules += [.logOdds(0.7), .probability(0.3)] }
    for rule in rules {
      let added = Self.context(ReferenceClass(), outputs: classes - 1, classes: classes, decision: rule)
      let known = Self.context(.softmaxClass, outputs: classes, classes: classes, decision: rule)
      var found = Self.results(added, rows, targets: rows)
      let expected = Self.results(known, whole, targets: rows)
      #expect(expected.count > 15)
      if classes == 2 {
        // It asks for an output of each class.
        #expect(found.keys.contains("top_5_accuracy") == false)
        found["top_5_accuracy"] = expected["top_5_accuracy"]
      }
      #expect(found == expected, "\(rule)")
      let table = PredictionTable(Array(rows.joined()), context: added)
      let other = PredictionTable(Array(whole.joined()), context: known)
      #expect(table.numbers == other.numbers && table.labels == other.labels)
      let names: [String] = (0..<classes).map { "c\($0)" }
      #expect(table.columns == ["prediction"] + names.map { "share_" + $0 })
      let raw = PredictionTable(Array(rows.joined()), context: added, writesLogits: true)
      #expect(raw.columns == ["prediction"] + names.dropFirst().map { "lead_" + $0 })
      #expect(raw.numbers == Self.double(rows) && raw.labels == other.labels)
    }
  }

  @Test("a link of values: metrics and the table see its values")
  func values() {
    let rows = Self.rows(50, width: 2), targets = Self.rows(51, width: 2).dropFirst().map { $0 }
    let squares = rows.map { $0.map { $0 * $0 } }
    let added = Self.context(Squares(), outputs: 2), known = Self.context(.values, outputs: 2)
    let found = Self.results(added, rows, targets: targets)
    #expect(found.count > 6 && found == Self.results(known, squares, targets: targets))
    let table = PredictionTable(Array(rows.joined()), context: added)
    #expect(table.columns == ["a", "b"] && table.labels == nil)
    #expect(table.numbers == Self.double(squares))
    let raw = PredictionTable(Array(rows.joined()), context: added, writesLogits: true)
    #expect(raw.columns == ["root_a", "root_b"] && raw.numbers == Self.double(rows))
  }
}
