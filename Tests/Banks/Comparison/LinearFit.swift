internal import Statistics

/// Linear fits of a simulated task's rows.
enum LinearFit {
  static func residual(_ task: SimulatedTask, _ row: Int, _ fit: [Double]) -> Double {
    var value = task.targets[row]
    for column in fit.indices { value -= fit[column] * task.features[row * SimulatedTask.width + column] }
    return value
  }

  static func squares(_ task: SimulatedTask, _ rows: [Int], weights: [Double]? = nil) -> [Double] {
    var sums = NormalEquations(width: SimulatedTask.width)
    task.features.withUnsafeBufferPointer { features in
      guard let first = features.baseAddress else { return }
      for (place, row) in rows.enumerated() {
        sums.add(first + row * SimulatedTask.width, target: task.targets[row], weight: weights?[place] ?? 1)
      }
    }
    return sums.solution(ridge: 1e-9)
  }

  /// By 15 rounds of weighted squares, delta = 1.345 · 1.4826 · median |residual|.
  static func huber(_ task: SimulatedTask, _ rows: [Int]) -> [Double] {
    var fit = squares(task, rows)
    for _ in 0..<15 {
      let sizes = rows.map { residual(task, $0, fit).magnitude }
      let delta = 1.345 * (1.4826 * median(sizes) + 1e-9)
      fit = squares(task, rows, weights: sizes.map { $0 <= delta ? 1 : delta / $0 })
    }
    return fit
  }

  /// What the line through one feature errs on some rows, fitted to all others, by each metric.
  static func errors(
    _ task: SimulatedTask, outside rows: [Int], column: Int, metrics: [RandomFeatureRidge.Metric]
  ) -> [Double] {
    func feature(_ row: Int) -> Double { task.features[row * SimulatedTask.width + column] }
    var isTest = [Bool](repeating: false, count: task.rows)
    for row in rows { isTest[row] = true }
    var count = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0
    for row in 0..<task.rows where !isTest[row] {
      let value = feature(row)
      count += 1
      x += value
      y += task.targets[row]
      xx += value * value
      xy += value * task.targets[row]
    }
    let slope = (count * xy - x * y) / (count * xx - x * x), constant = (y - slope * x) / count
    return metrics.map { metric in
      let sum = rows.reduce(0.0) { sum, row in
        let output = constant + slope * feature(row)
        switch metric {
        case .meanAbsoluteError: return sum + (output - task.targets[row]).magnitude
        case .accuracy: return sum + (output * task.targets[row] > 0 ? 1 : 0)
        }
      }
      return sum / Double(rows.count)
    }
  }
}
