internal import Kernels
internal import Platform

/// Looks for the constant outputs under which a loss is least, one output after the other, for losses without a formula
/// for them.
///
/// The loss itself is computed, of classes on one row for each with the weight of all its rows, of values on up to
/// 16,384 rows evenly spread among all. Of a loss that is not convex the least near the best of some beginnings is
/// found.
struct ConstantSearch {
  private let loss: any Loss
  private let targets: ConstantTargets
  private let outputs: Int
  private let rows: Int

  /// Rows of values that are looked at, and outputs that are varied.
  private static let rowLimit = 16384, outputLimit = 32
  /// Rows that are computed at a time.
  private static let block = 512

  /// nil where there is nothing to look at.
  init?(_ loss: any Loss, targets: ConstantTargets, outputs: Int) {
    self.loss = loss
    self.outputs = outputs
    self.targets = targets.thinned(to: max(1, Self.rowLimit / max(1, targets.width)))
    rows = targets.classWeights.isEmpty ? self.targets.rows : targets.classWeights.count
    guard outputs > 0, rows > 0 else { return nil }
  }

  /// The best found.
  ///
  /// - Parameter beginnings: outputs to begin from, beside the usual ones.
  func best(from beginnings: [BestConstant] = []) -> BestConstant? {
    let memory = Memory(targets, rows: rows, outputs: outputs, block: Self.block)
    func value(_ constant: [Float]) -> Double { memory.loss(loss, constant) }
    let all = (beginnings + usual).filter { $0.outputs.count == outputs && $0.isFinite }
    guard
      var best = all.map({ (constant: $0, value: value($0.outputs)) }).filter({ $0.value.isFinite })
        .min(by: { $0.value < $1.value })
    else { return nil }
    guard outputs <= Self.outputLimit else { return best.constant }
    for _ in 0..<4 {
      let before = best.value
      for index in 0..<outputs {
        var tried = best.constant.outputs
        let (place, least) = Self.least(from: tried[index]) { x in
          tried[index] = x
          return value(tried)
        }
        guard least < best.value else { continue }
        best.constant.outputs[index] = place
        best.constant.name = "the best constant"
        best.value = least
      }
      // One pass over outputs that do not depend on each other finds it all.
      if before - best.value <= 1e-7 * abs(before) { break }
    }
    return best.constant
  }

  private var usual: [BestConstant] {
    var found = [BestConstant(outputs: [Float](repeating: 0, count: outputs), name: "the best constant")]
    if let shares = targets.classShares {
      let logs = shares.map(ConstantTargets.boundedLog)
      if outputs == shares.count { found.append(BestConstant(logs, name: "the class shares")) }
      if outputs == 1, shares.count == 2 {
        found.append(BestConstant([ConstantTargets.logOdds(shares[1])], name: "the class shares"))
      }
      if let most = shares.indices.max(by: { shares[$0] < shares[$1] }), outputs == shares.count {
        found.append(BestConstant(shares.indices.map { $0 == most ? 1 : 0 }, name: "the most frequent class"))
      }
    } else if outputs == targets.width {
      if let means = targets.means() { found.append(BestConstant(means, name: "the mean")) }
      if let medians = targets.quantiles([0.5])?.first { found.append(BestConstant(medians, name: "the median")) }
    }
    return found
  }

  /// The least value of a function that falls and then rises, near a place: steps that double until it rises, then
  /// sections.
  private static func least(from start: Float, _ function: (Float) -> Double) -> (place: Float, value: Double) {
    func value(_ x: Double) -> Double {
      let found = function(Float(x))
      return found.isFinite ? found : .infinity
    }
    let origin = Double(start), here = value(origin)
    var step = max(1e-3, 0.01 * abs(origin))
    var low = origin - step, high = origin + step, middle = origin, least = here
    let left = value(low), right = value(high)
    if min(left, right) < here {
      let direction: Double = left < right ? -1 : 1
      var behind = origin
      (middle, least) = left < right ? (low, left) : (high, right)
      var next = middle + direction * step, found = value(next)
      while found < least, abs(next) < 1e30 {
        behind = middle
        (middle, least) = (next, found)
        step *= 2
        next = middle + direction * step
        found = value(next)
      }
      (low, high) = (min(behind, next), max(behind, next))
    }
    // The golden section: of each pair of places the outer piece beside the worse one is left.
    let ratio = 0.618_033_988_749_894_9
    var a = high - ratio * (high - low), b = low + ratio * (high - low), atA = value(a), atB = value(b)
    for _ in 0..<48 where high - low > 1e-7 * max(1e-6, abs(low) + abs(high)) {
      if atA <= atB {
        (high, b, atB) = (b, a, atA)
        a = high - ratio * (high - low)
        atA = value(a)
      } else {
        (low, a, atA) = (a, b, atB)
        b = low + ratio * (high - low)
        atB = value(b)
      }
      if atA < least { (middle, least) = (a, atA) }
      if atB < least { (middle, least) = (b, atB) }
    }
    return (Float(middle), least)
  }
}

extension ConstantSearch {
  /// Rows of targets as losses read them, and a block of rows with constant outputs.
  private final class Memory {
    private let rows: Int
    private let outputs: Int
    private let block: Int
    private let classes: AlignedBuffer<Int32>
    private let values: AlignedBuffer<Float>
    private let valueStride: Int
    private let weights: AlignedBuffer<Float>
    private let rowsOfOutputs: AlignedBuffer<Float>
    private let gradient: AlignedBuffer<Float>
    private let losses: AlignedBuffer<Double>
    private let stride: Int

    init(_ targets: ConstantTargets, rows: Int, outputs: Int, block: Int) {
      (self.rows, self.outputs) = (rows, outputs)
      stride = Matrix.stride(for: outputs)
      // Rows of many outputs are few at a time.
      self.block = max(1, min(block, rows, (1 << 20) / stride))
      classes = AlignedBuffer(count: rows)
      weights = AlignedBuffer(count: rows)
      valueStride = Matrix.stride(for: max(1, targets.width))
      values = AlignedBuffer(count: targets.classWeights.isEmpty ? rows * valueStride : 16)
      rowsOfOutputs = AlignedBuffer(count: self.block * stride)
      gradient = AlignedBuffer(count: self.block * stride)
      losses = AlignedBuffer(count: self.block)
      if targets.classWeights.isEmpty {
        for row in 0..<rows {
          weights.pointer[row] = targets.weights[row]
          for column in 0..<targets.width {
            values.pointer[row * valueStride + column] = targets.values[row * targets.width + column]
          }
        }
      } else {
        let most = targets.classWeights.max() ?? 1
        for index in 0..<rows {
          classes.pointer[index] = Int32(index)
          weights.pointer[index] = Float(targets.classWeights[index] / max(most, .leastNormalMagnitude))
        }
      }
    }

    /// The sum of the weighted losses of all rows.
    func loss(_ loss: any Loss, _ constant: [Float]) -> Double {
      for row in 0..<block {
        for column in 0..<outputs { rowsOfOutputs.pointer[row * stride + column] = constant[column] }
      }
      var sum = 0.0
      for first in Swift.stride(from: 0, to: rows, by: block) {
        let count = min(block, rows - first)
        let part = LossRows(
          classes: UnsafePointer(classes.pointer + first),
          values: Matrix(values.pointer + (valuesAreRead ? first * valueStride : 0), stride: valueStride),
          weights: UnsafePointer(weights.pointer + first))
        loss.evaluate(
          Matrix(rowsOfOutputs.pointer, stride: stride), part, rows: 0..<count, losses: losses.pointer,
          gradient: Matrix(gradient.pointer, stride: stride))
        for row in 0..<count where weights.pointer[first + row] > 0 { sum += losses.pointer[row] }
      }
      return sum
    }

    private var valuesAreRead: Bool { values.count >= rows * valueStride }
  }
}
