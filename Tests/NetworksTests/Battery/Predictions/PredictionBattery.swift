import Foundation
import Kernels

@testable import Networks

/// What every link between outputs and predictions must hold to, tried on one link with rows of outputs that it reads.
struct PredictionBattery {
  let link: any Prediction
  let classes: [String]
  let targets: [String]
  let outputs: [[Float]]

  /// - Parameters:
  ///   - classes: how many there are; 0 where targets are values.
  init(_ link: any Prediction, classes: Int, targets: Int, outputs: [[Float]]) {
    self.link = link
    self.classes = (0..<classes).map { "c\($0)" }
    self.targets = (0..<max(1, targets)).map { "t\($0)" }
    // Far out too, where probabilities are 0 and 1 in double precision.
    self.outputs = outputs + outputs.prefix(20).map { row in row.map { $0 * 40 } }
  }

  /// Targets as they came, and brought to another scale.
  private var units: [Normalization] {
    [
      .identity,
      Normalization(
        .divided, shift: targets.indices.map { Double($0) - 3 }, scale: targets.indices.map { 0.25 + Double($0) }),
      Normalization(
        .float32, shift: targets.indices.map { Double($0) - 3 }, scale: targets.indices.map { 0.25 + Double($0) }),
    ]
  }

  func findings() -> [Finding] {
    columns() + decisions() + probabilities() + values() + quantiles()
  }

  /// The first row, with each of the units, of which something holds that must not.
  private func first(
    _ kind: Finding.Kind, _ problem: (OutputRow, Normalization) -> String?
  ) -> [Finding] {
    for units in units {
      for row in outputs {
        if let text = row.withUnsafeBufferPointer({ problem($0, units) }) {
          return [Finding(kind: kind, text: "\(type(of: link)), outputs \(row.prefix(4)): \(text)")]
        }
      }
    }
    return []
  }

  private func columns() -> [Finding] {
    let names = link.columns(classes: classes, targets: targets),
      raw = link.outputColumns(classes: classes, targets: targets)
    return first(.columns) { row, units in
      let numbers = link.numbers(row, units: units)
      if names.count != numbers.count { return "\(numbers.count) numbers have \(names.count) names" }
      if raw.count != row.count { return "\(row.count) outputs have \(raw.count) names" }
      if Set(names).count < names.count || Set(raw).count < raw.count { return "two of \(names + raw) are the same" }
      if numbers.contains(where: { !$0.isFinite }) { return "\(numbers)" }
      let isOutputs = zip(numbers, row).allSatisfy { $0 == Double($1) }
      return link.areOutputs(units) && !isOutputs ? "said to be the outputs: \(numbers.prefix(4))" : nil
    }
  }

  private func decisions() -> [Finding] {
    guard let link = link as? any ClassPrediction else { return [] }
    return first(.decisions) { row, _ in
      let logits = classes.indices.map { link.logit(of: $0, row) }, found = link.predictedClass(row)
      var scores: [Double] = []
      link.appendScores(row, to: &scores)
      guard let most = logits.max(), found == logits.firstIndex(of: most) else {
        return "class \(found) is predicted, of \(logits.prefix(4))"
      }
      guard scores.count == (classes.count == 2 ? 1 : classes.count) else { return "\(scores.count) scores" }
      let fits = classes.count == 2 ? (scores[0] > 0) == (found == 1) : scores[found] == scores.max()
      return fits ? nil : "class \(found) is predicted, scores \(scores.prefix(4))"
    }
  }

  private func probabilities() -> [Finding] {
    guard let link = link as? any ProbabilityPrediction else { return [] }
    return first(.probabilities) { row, units in
      let p = link.probabilities(row)
      guard p.count == classes.count, p.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return "\(p)" }
      guard abs(p.reduce(0, +) - 1) < 1e-12 else { return "\(p.prefix(4)), in all \(p.reduce(0, +))" }
      guard link.numbers(row, units: units) == p else { return "written are other probabilities than \(p.prefix(4))" }
      guard link.predictedClass(row) == p.firstIndex(of: p.max() ?? 0) || p.count(where: { $0 > 0.4 }) > 1 else {
        return "class \(link.predictedClass(row)) is predicted, of \(p.prefix(4))"
      }
      var scores: [Double] = []
      link.appendScores(row, to: &scores)
      for index in p.indices where p[index] > 1e-300 {
        let log = link.logProbability(of: index, row),
          others = p.enumerated().reduce(0) { $1.0 == index ? $0 : $0 + $1.1 }
        guard Self.near(log, Foundation.log(p[index])) else { return "log \(p[index]) is \(log)" }
        let odds = link.logit(of: index, row) - link.logit(of: 0, row) + link.logProbability(of: 0, row)
        guard Self.near(log, odds) else { return "by its logit class \(index) has log p \(odds), not \(log)" }
        guard others > 1e-300, classes.count > 2 || index == 1 else { continue }
        let score = classes.count == 2 ? scores[0] : scores[index]
        guard Self.near(score, log - Foundation.log(others)) else {
          return "of \(p.prefix(4)) class \(index) has score \(score)"
        }
      }
      return nil
    }
  }

  private func values() -> [Finding] {
    guard let link = link as? any ValuePrediction else { return [] }
    let names = link.columns(classes: classes, targets: targets)
    return first(.values) { row, units in
      let width = link.width(outputs: row.count)
      guard width == targets.count else { return "\(width) values of \(targets.count) targets" }
      let numbers = link.numbers(row, units: units)
      for (column, target) in targets.enumerated() {
        let value = link.value(column, row, units: units)
        let isWritten = zip(names, numbers).contains { name, number in
          (name == target || name.hasPrefix(target + "_")) && Self.near(value, number, 1e-5)
        }
        guard isWritten else { return "metrics see \(value) of \(target), and written are \(numbers.prefix(4))" }
      }
      return nil
    }
  }

  private func quantiles() -> [Finding] {
    guard let link = link as? any QuantilePrediction else { return [] }
    let middle = link.levels.map { abs($0 - 0.5) }.min()
    return first(.values) { row, units in
      let numbers = link.numbers(row, units: units)
      guard numbers.count == link.levels.count * targets.count else { return "\(link.levels.count) levels, \(numbers)" }
      for (index, level) in link.levels.enumerated() {
        for column in targets.indices {
          let quantile = link.quantile(index, column, row, units: units)
          guard Self.near(quantile, numbers[index * targets.count + column], 1e-5) else {
            return "quantile \(level) of target \(column) is \(quantile), written are \(numbers.prefix(4))"
          }
          guard abs(level - 0.5) == middle, level <= 0.5 else { continue }
          guard quantile == link.value(column, row, units: units) else { return "the median of target \(column)" }
        }
      }
      return nil
    }
  }

  private static func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(b))
  }
}
