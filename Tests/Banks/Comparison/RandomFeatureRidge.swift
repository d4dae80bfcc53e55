/// A net of one layer of 30 fixed random rectified units and a trained linear one, trained in closed form: what a seed
/// changes in a training, in microseconds.
enum RandomFeatureRidge {
  static let units = 30

  /// What is measured in each fold.
  enum Metric: String, CaseIterable {
    /// Of the target.
    case meanAbsoluteError = "mae"
    /// Of the target's sign.
    case accuracy
  }

  /// The metrics of a candidate in some folds, all with the same initial weights.
  ///
  /// - Parameters:
  ///   - tested: The folds that are wanted, of all of a repeat's.
  ///   - candidate: Tells initial weights apart, as draw does.
  /// - Returns: By metric, then by tested fold.
  static func metrics(
    _ task: SimulatedTask, folds: [[Int]], tested: Range<Int>, candidate: Int, draw: Int, metrics: [Metric]
  ) -> [[Double]] {
    let weights = SimulatedTask.normals(
      SimulatedTask.width * units, seed: task.seed, slot: UInt32(16 + candidate), index: draw)
    let hidden = hidden(task, weights)
    // Both metrics share the features and their squares: two targets of one fit.
    let targets = metrics.map { $0 == .accuracy ? task.targets.map { $0 > 0 ? 1.0 : -1 } : task.targets }
    return hidden.withUnsafeBufferPointer { hidden in
      guard let first = hidden.baseAddress else { return [] }
      func sums(_ rows: [Int]) -> NormalEquations {
        var sums = NormalEquations(width: units, targets: targets.count)
        sums.add(rows, of: first, targets: targets)
        return sums
      }
      // Of several folds the sums of each are made once.
      let parts = tested.count > 1 ? folds.map(sums) : []
      var all = NormalEquations(width: units, targets: targets.count)
      for part in parts { all.add(part) }
      var values = [[Double]](repeating: [], count: metrics.count)
      for fold in tested {
        var training = all
        if parts.isEmpty {
          training = sums(folds.indices.filter { $0 != fold }.flatMap { folds[$0] })
        } else {
          training.subtract(parts[fold])
        }
        for (number, solution) in training.solutions(ridge: 1).enumerated() {
          let isSign = metrics[number] == .accuracy, own = targets[number], start = solution.startIndex
          let sum = folds[fold].reduce(0.0) { sum, row in
            var output = 0.0
            for unit in 0..<units { output += first[row * units + unit] * solution[start + unit] }
            return sum + (isSign ? (output * own[row] > 0 ? 1 : 0) : (output - own[row]).magnitude)
          }
          values[number].append(sum / Double(folds[fold].count))
        }
      }
      return values
    }
  }

  /// The units' outputs, row after row.
  private static func hidden(_ task: SimulatedTask, _ weights: [Double]) -> [Double] {
    let width = SimulatedTask.width, units = units
    var hidden = [Double](repeating: 0, count: task.rows * units)
    hidden.withUnsafeMutableBufferPointer { hidden in
      weights.withUnsafeBufferPointer { weights in
        for row in 0..<task.rows {
          for input in 0..<width {
            let x = task.features[row * width + input]
            for unit in 0..<units { hidden[row * units + unit] += x * weights[input * units + unit] }
          }
          for unit in 0..<units { hidden[row * units + unit] = max(0, hidden[row * units + unit]) }
        }
      }
    }
    return hidden
  }
}
