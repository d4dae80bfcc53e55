internal import Collectives
package import Datasets
internal import Kernels
internal import Metrics
internal import Networks
internal import Platform
internal import Specs

/// What the best constant prediction of the training targets gives on parts of the data: what a model has to be better
/// than.
package struct ConstantResults: Sendable {
  /// What is predicted, in words.
  package var name: String
  package var parts: [(part: DataPart, result: Evaluation.Result)]
}

extension Trainer {
  /// Numbers of target values that the best constant is computed from; of more rows some are taken, evenly spread.
  private static var valueLimit: Int { 1 << 23 }

  /// Evaluates the best constant prediction of the training targets under the training's loss, weights counted;
  /// collective.
  ///
  /// - Parameter parts: those that the model was evaluated on.
  /// - Returns: nil where the loss has none.
  package func constantResults(on parts: [DataPart]) throws -> ConstantResults? {
    guard !parts.isEmpty else { return nil }
    executor.phaseMark.set(.evaluating, step: stepsTaken)
    // On one rank, because it sums over all rows in their order.
    let own = cluster.rank == 0 ? loss.bestConstant(of: constantTargets(), outputs: network.output.count) : nil
    let text = ConfigValue.object([
      .init("name", own.map { .string($0.name + ofLogarithms) } ?? .null),
      .init("outputs", .array((own?.outputs ?? []).map { .integer(Int($0.bitPattern)) })),
    ])
    let told = try cluster.broadcast(text, from: 0)
    guard case .string(let name)? = told["name"], let bits: [Int] = told.field("outputs"),
      case let outputs = bits.map({ Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }),
      outputs.count == network.output.count, outputs.allSatisfy(\.isFinite)
    else { return nil }
    // The threshold of the model says nothing about other outputs.
    var context = context
    context.decision = plugIn
    let evaluation = try Evaluation(
      memory: executor.memory, loss: loss, metrics: config.metrics, context: context, threads: options.threads)
    var results: [(part: DataPart, result: Evaluation.Result)] = []
    for part in parts {
      guard let rows = data.prepared.rows(of: part), rows.count > 0 else { continue }
      results.append(
        (
          part,
          try evaluation.run(
            rows, description: data.description, classWeights: classWeights, constant: outputs, cluster: cluster)
        ))
    }
    return ConstantResults(name: name, parts: results)
  }

  /// What a constant is of, where targets are not as they are in the data.
  private var ofLogarithms: String {
    let units = data.description.targetNormalization
    guard units.takesLogarithms else { return "" }
    return units.functions.contains(.identity) ? " (of the logarithms, where they are learned)" : " of the logarithms"
  }

  /// The targets of the training rows.
  private func constantTargets() -> ConstantTargets {
    let description = data.description, block = 1024
    let width = description.targetKind == .values ? description.targetWidth : 0
    let count = width > 0 ? min(rows.count, max(1, Self.valueLimit / width)) : rows.count
    let batch = BatchMemory(rows, description: description, capacity: block, classWeights: classWeights)
    var totals = [Double](repeating: 0, count: description.classNames.count), values: [Float] = [],
      weights: [Float] = []
    if width > 0 {
      values.reserveCapacity(count * width)
      weights.reserveCapacity(count)
    }
    for first in stride(from: 0, to: count, by: block) {
      let range = 0..<min(block, count - first)
      for index in range {
        let number = first + index
        // The product of two numbers of rows is far from where it overflows.
        batch.ids.pointer[index] = count < rows.count ? number * rows.count / count : number
      }
      batch.gatherTargets(range)
      for row in range {
        if width > 0 {
          values.append(contentsOf: UnsafeBufferPointer(start: batch.targets.values[row], count: width))
          weights.append(batch.weights.pointer[row])
        } else {
          totals[Int(batch.classes.pointer[row])] += Double(batch.weights.pointer[row])
        }
      }
      cluster.showProgress()
    }
    return width > 0
      ? ConstantTargets(values: values, width: width, weights: weights) : ConstantTargets(classWeights: totals)
  }
}
