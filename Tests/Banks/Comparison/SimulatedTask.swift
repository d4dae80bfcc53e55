internal import Kernels

/// Rows drawn for a comparison: five normal features and a constant, a target that is linear in them with normal noise.
struct SimulatedTask {
  static let width = 6
  static let unequal: [Double] = [1, -1, 0.5, 0, 2]
  static let equal: [Double] = [1, 1, 1, 1, 1]

  let seed: UInt64
  /// Row after row, the constant last.
  let features: [Double]
  var targets: [Double]

  var rows: Int { targets.count }

  init(rows: Int, coefficients: [Double] = unequal, seed: UInt64) {
    self.seed = seed
    let normals = Self.normals(rows * Self.width, seed: seed, slot: 0)
    var features = normals, targets = [Double](repeating: 0, count: rows)
    for row in 0..<rows {
      // The sixth number of a row is its noise, and its place the constant's.
      let first = row * Self.width
      targets[row] = normals[first + 5]
      features[first + 5] = 1
      for column in 0..<5 { targets[row] += coefficients[column] * features[first + column] }
    }
    (self.features, self.targets) = (features, targets)
  }

  /// A tenth of the targets moved by 10 · t₂.
  mutating func addOutliers() {
    let uniform = Self.uniforms(2 * rows, seed: seed, slot: 1), normal = Self.normals(rows, seed: seed, slot: 2)
    for row in 0..<rows where uniform[2 * row] < 0.1 {
      // t₂ is a normal number over the root of an exponential one.
      targets[row] += 10 * normal[row] / (-DoubleFunctions.log(1 - uniform[2 * row + 1])).squareRoot()
    }
  }

  /// The rows of each fold of a repeat.
  func folds(_ count: Int, repeat index: Int) -> [[Int]] {
    let order = Permutation(count: rows, seed: seed, purpose: .split, epoch: UInt64(index))
    return (0..<count).map { fold in (fold * rows / count..<(fold + 1) * rows / count).map { order[$0] } }
  }

  static func normals(_ count: Int, seed: UInt64, slot: UInt32, index: Int = 0) -> [Double] {
    var values = [Float](repeating: 0, count: count)
    RandomStream(seed: seed, purpose: .synthesis, index: UInt64(index), slot: slot).fill(normal: &values, count: count)
    return values.map { Double($0) }
  }

  static func uniforms(_ count: Int, seed: UInt64, slot: UInt32) -> [Double] {
    var values = [Float](repeating: 0, count: count)
    RandomStream(seed: seed, purpose: .synthesis, slot: slot).fill(uniform: &values, count: count)
    return values.map { Double($0) }
  }
}
