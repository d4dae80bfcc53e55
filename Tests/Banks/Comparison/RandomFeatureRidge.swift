/// A net of one layer of 30 fixed random rectified units and a trained linear one, trained in closed form: what a seed changes in
/// a training, in microseconds.
enum RandomFeatureRidge {
  static let units = 30

  /// What is measured in each fold.
  enum Metric: String, CaseIterable {
    /// Of the target.
    case meanAbsoluteError = "mae"
    /// Of the target's sign.
    case accuracy
  }

  /// The metric of a candidate in some folds, all with the same initial weights.
  ///
  /// - Parameters:
  ///   - tested: The folds that are wanted, of all of a repeat's.
  ///   - candidate: Tells initial weights apart, as draw does.
  static func metrics(
    _ task: SimulatedTask, folds: [[Int]], tested: Range<Int>, candidate: Int, draw: Int, metric: Metric
  ) -> [Double] {
    let width = SimulatedTask.width
    let weights = SimulatedTask.normals(width * units, seed: task.seed, slot: UInt32(16 + candidate), index: draw)
    var hidden = [Double](repeating: 0, count: task.rows * units)
    hidden.withUnsafeMutableBufferPointer { hidden in
      for row in 0..<task.rows {
        for input in 0..<width {
          let x = task.features[row * width + input]
          for unit in 0..<units { hidden[row * units + unit] += x * weights[input * units + unit] }
        }
        for unit in 0..<units { hidden[row * units + unit] = max(0, hidden[row * units + unit]) }
      }
    }
    let targets = metric == .accuracy ? task.targets.map { $0 > 0 ? 1.0 : -1 } : task.targets
    return hidden.withUnsafeBufferPointer { hidden in
      guard let first = hidden.baseAddress else { return [] }
      var all = NormalEquations(width: units)
      let parts = folds.map { rows in
        var part = NormalEquations(width: units)
        for row in rows { part.add(first + row * units, target: targets[row]) }
        all.add(part)
        return part
      }
      return tested.map { fold in
        let rows = folds[fold]
        var training = all
        training.subtract(parts[fold])
        let solution = training.solution(ridge: 1)
        let sum = rows.reduce(0.0) { sum, row in
          var output = 0.0
          for unit in 0..<units { output += hidden[row * units + unit] * solution[unit] }
          switch metric {
          case .meanAbsoluteError: return sum + (output - targets[row]).magnitude
          case .accuracy: return sum + (output * targets[row] > 0 ? 1 : 0)
          }
        }
        return sum / Double(rows.count)
      }
    }
  }
}
