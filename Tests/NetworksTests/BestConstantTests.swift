import Kernels
import Specs
import Testing

@testable import Networks

/// The best constant outputs of every loss: no others that are tried are better.
@Suite struct BestConstantTests {
  /// Rows of a use with weights of their own, and what the loss of constant outputs is on them.
  struct Trial {
    let use: LossCase.Use
    let rows: [LossRow]
    var outputs: Int { use.context.output.count }

    init(_ use: LossCase.Use) {
      self.use = use
      rows = use.battery.rows.enumerated().map { index, row in
        var row = row
        row.weight = [1, 0.75, 3, 0, 2][index % 5]
        return row
      }
    }

    var targets: ConstantTargets {
      guard use.context.classes > 0 else {
        return ConstantTargets(
          values: rows.flatMap(\.values), width: use.context.targetWidth, weights: rows.map(\.weight))
      }
      var totals = [Double](repeating: 0, count: use.context.classes)
      for row in rows { totals[Int(row.label)] += Double(row.weight) }
      return ConstantTargets(classWeights: totals)
    }

    func loss(_ constant: [Float]) -> Double {
      let filled = rows.map { row in
        var row = row
        row.outputs = constant
        return row
      }
      return zip(LossBench(use.battery.loss, filled).answers(), rows).reduce(0) {
        $1.1.weight > 0 ? $0 + $1.0.loss : $0
      }
    }

    /// Outputs near some, and a few far away.
    func others(_ best: [Float]) -> [[Float]] {
      var found = [[Float](repeating: 0, count: outputs), [Float](repeating: 1, count: outputs)]
      for index in 0..<min(outputs, 6) {
        for step: Float in [0.01, -0.01, 0.2, -0.2, 2, -2] {
          var moved = best
          moved[index] += step
          found.append(moved)
        }
      }
      return found
    }
  }

  @Test("nothing near it is better, and nothing else that is tried", arguments: LossCase.all)
  func best(_ entry: LossCase) throws {
    for use in LossCase.uses(try entry.spec()) {
      let trial = Trial(use), targets = trial.targets
      guard let best = use.battery.loss.bestConstant(of: targets, outputs: trial.outputs) else {
        Issue.record("\(entry) has none for \(use.text)")
        continue
      }
      #expect(best.outputs.count == trial.outputs && best.outputs.allSatisfy(\.isFinite) && best.name.hasPrefix("the "))
      let least = trial.loss(best.outputs), isSearched = best.name == "the best constant"
      #expect(least.isFinite)
      // Of many outputs that depend on each other the search is not quite at its end.
      let allowance = isSearched ? 2e-3 : 1e-5
      if isSearched, trial.outputs > 32 { continue }
      for other in trial.others(best.outputs) {
        let value = trial.loss(other)
        #expect(
          !(value < least - allowance * (abs(least) + 1)), "\(use.text): \(other) gives \(value), \(best) \(least)")
      }
    }
  }

  /// The best constant of a loss on a few targets.
  private func constant(
    _ config: String, values: [Float] = [], width: Int = 1, weights: [Float]? = nil, classes: [Double] = [],
    outputs: Int
  ) throws -> BestConstant {
    let kind = String(config.split(separator: " ")[0]),
      example = config.contains("{") ? "{" + config.split(separator: "{")[1] : "{}"
    let context = LossContext(
      output: Port([outputs]), classes: classes.count, targetWidth: classes.isEmpty ? width : 0, path: "loss")
    let loss = try LossCase(kind: kind, example: example).spec().makeLoss(context)
    let targets =
      classes.isEmpty
      ? ConstantTargets(
        values: values, width: width, weights: weights ?? [Float](repeating: 1, count: values.count / width))
      : ConstantTargets(classWeights: classes)
    return try #require(loss.bestConstant(of: targets, outputs: outputs))
  }

  @Test("known ones")
  func known() throws {
    let y: [Float] = [1, 2, 3, 10]
    #expect(try constant("mse", values: y, outputs: 1) == BestConstant(outputs: [4], name: "the mean"))
    #expect(try constant("mse", values: y, weights: [1, 1, 0, 2], outputs: 1).outputs == [5.75])
    #expect(try constant("mae", values: y, weights: [1, 1, 1, 4], outputs: 1).outputs == [10])
    #expect(
      try constant(#"quantile {"quantiles": [0.25, 0.6]}"#, values: y, outputs: 2)
        == BestConstant(outputs: [1, 3], name: "the quantiles"))
    #expect(try constant("poisson", values: y, outputs: 1).outputs == [Float(DoubleFunctions.log(4))])
    #expect(try constant("gaussian_nll", values: y, outputs: 2).outputs == [4, Float(DoubleFunctions.log(12.5))])
    #expect(try constant("mse", values: [1, 10, 3, 30], width: 2, outputs: 2).outputs == [2, 20])
    // Huber far from the outlier: three times the slope of 1 on one side balances the rest.
    let huber = try constant(#"huber {"delta": 1}"#, values: [0, 0, 0, 100], outputs: 1).outputs[0]
    #expect(abs(huber - 1 / 3) < 1e-3, "\(huber)")
    let shares = try constant("categorical_cross_entropy", classes: [1, 2, 5], outputs: 3)
    let probabilities = shares.outputs.withUnsafeBufferPointer { softmaxProbabilities($0) }
    #expect(
      zip(probabilities, [0.125, 0.25, 0.625]).allSatisfy { abs($0 - $1) < 1e-6 } && shares.name == "the class shares")
    let odds = try constant("binary_cross_entropy", classes: [3, 1], outputs: 1).outputs[0]
    #expect(abs(Double(odds) + DoubleFunctions.log(3)) < 1e-6)
    let weighted = try constant(#"binary_cross_entropy {"positive_weight": 3}"#, classes: [3, 1], outputs: 1).outputs[0]
    #expect(abs(weighted) < 1e-6)
    #expect(try constant("hinge", classes: [3, 1], outputs: 1).outputs[0] < -0.99)
  }

  @Test("nothing where nothing weighs anything, and no trap on what is far from any scale")
  func far() throws {
    for entry in LossCase.all {
      for use in LossCase.uses(try entry.spec()).prefix(4) {
        let count = use.context.classes, width = use.context.targetWidth, outputs = use.context.output.count
        let none =
          count > 0
          ? ConstantTargets(classWeights: [Double](repeating: 0, count: count))
          : ConstantTargets(values: [], width: width, weights: [])
        if let found = use.battery.loss.bestConstant(of: none, outputs: outputs) {
          #expect(found.outputs.count == outputs, "\(entry)")
        }
        guard count == 0 else { continue }
        for value: Float in [0, 1e-30, 1e30] {
          let far = ConstantTargets(
            values: [Float](repeating: value, count: 3 * width), width: width, weights: [1, 1e-30, 1e30])
          if let found = use.battery.loss.bestConstant(of: far, outputs: outputs) {
            #expect(found.outputs.count == outputs, "\(entry)")
          }
        }
      }
    }
  }

  @Test("a loss of positions has none")
  func positions() throws {
    let context = LossContext(output: Port([1]), classes: 0, targetWidth: 1, path: "loss")
    let one = try LossCase(kind: "mse", example: "{}").spec().makeLoss(context)
    let loss = PerPositionLoss(one, positions: 2, channels: 1)
    #expect(loss.bestConstant(of: ConstantTargets(values: [1, 2], width: 1, weights: [1, 1]), outputs: 2) == nil)
  }
}
