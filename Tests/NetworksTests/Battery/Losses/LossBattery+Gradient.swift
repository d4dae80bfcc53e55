import Kernels

@testable import Networks

extension LossBattery {
  /// A slope that differs by more than this from that of the values is wrong, in units of the greatest of 1, the value,
  /// the outputs and the row's steepest slope.
  ///
  /// Values are computed in double, but for the logarithm of a softmax's sum, which may be off by 2⁻²² of such a unit;
  /// slopes have a few roundings of 2⁻²⁴. Five-point differences at 2⁻⁴ make 6 · 10⁻⁶ of the former, and have an error
  /// of h⁴ f⁽⁵⁾ / 30, some 10⁻⁶.
  private static let tolerance = 2e-5
  /// Shorter ones for what is not smooth nearby, where values are in double: 10⁻¹⁶ over 2⁻¹¹ is nothing.
  private static let steps: [Float] = [0x1p-4, 0x1p-6, 0x1p-8, 0x1p-11]

  /// Each slope of the first rows beside differences of values. Outputs are moved by powers of two, so that they move
  /// exactly by that.
  func gradients(_ whole: [LossAnswer]) -> [Finding] {
    for row in 0..<min(rows.count, 24) {
      let count = rows[row].outputs.count
      // Of wide rows four outputs each, all of them in turn.
      let columns = count <= 4 ? Array(0..<count) : (0..<4).map { (4 * row + $0) % count }
      for column in columns {
        if let finding = check(row, column, whole[row]) { return [finding] }
      }
    }
    return []
  }

  private func check(_ row: Int, _ column: Int, _ answer: LossAnswer) -> Finding? {
    let center = rows[row].outputs[column], slope = Double(answer.gradient[column])
    let unit = max(
      1, abs(answer.loss), rows[row].outputs.map { Double(abs($0)) }.max() ?? 0,
      answer.gradient.map { Double(abs($0)) }.max() ?? 0)
    let bound = Self.tolerance * unit
    // All values that are needed, as rows of one call.
    let offsets: [Float] = [-2, -1, 1, 2]
    let moved = Self.steps.flatMap { step in
      offsets.map { offset in
        var copy = rows[row]
        copy.outputs[column] = center + offset * step
        return copy
      }
    }
    let values = LossBench(loss, moved).answers().map(\.loss)
    var central: [Double] = [], left = 0.0, right = 0.0
    for (index, step) in Self.steps.enumerated() {
      let f = Array(values[4 * index..<4 * index + 4]), h = Double(step)
      central.append((8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h))
      left = (3 * answer.loss - 4 * f[1] + f[0]) / (2 * h)
      right = (4 * f[2] - f[3] - 3 * answer.loss) / (2 * h)
    }
    if central.contains(where: { abs($0 - slope) <= bound }) { return nil }
    // Where only the curvature has a kink, both sides have the slope.
    if abs(left - slope) <= bound, abs(right - slope) <= bound { return nil }
    // At a kink any slope between those of its sides is one, as long as they differ by more than errors do.
    let least = min(left, right) - 100 * bound, greatest = max(left, right) + 100 * bound
    if greatest - least > 300 * bound, least <= slope, slope <= greatest { return nil }
    // At a jump differences grow as steps get short, towards a slope that is steeper than all.
    let isJump = zip(central, central.dropFirst()).allSatisfy { abs($1) > 3 * abs($0) }
    if isJump, abs(slope) > abs(central[central.count - 1]), slope.sign == central[0].sign { return nil }
    return Finding(
      kind: .gradient,
      text:
        "row \(row), output \(column), \(rows[row]): slope \(slope), differences \(central), from the left \(left), "
        + "from the right \(right)")
  }
}
