internal import Kernels

/// The rows of a source cut into training, validation and test part; each row is in exactly one, in ascending order.
struct RowSplit: Equatable {
  var train: [Int] = []
  var validation: [Int] = []
  var test: [Int] = []

  /// Cuts off fractions by a seeded permutation.
  ///
  /// Where there are classes, each gives its share (stratified): of class c with n rows, `fraction · n` rows rounded so
  /// that the total is `fraction · count` rounded, the largest remainders up. At least one row of each class stays in
  /// the training part.
  ///
  /// - Parameters:
  ///   - classes: each row's class, nil where rows are cut without regard to targets.
  ///   - validation: the fraction for validation, 0 for none; together with `test` below 1.
  init(count: Int, classes: [Int32]?, validation: Double, test: Double, seed: UInt64) {
    guard validation > 0 || test > 0 else {
      train = Array(0..<count)
      return
    }
    let groups = classes.map(Self.groups) ?? [Array(0..<count)]
    let sizes = groups.map(\.count)
    let validationCounts = Self.shares(of: validation, sizes: sizes, limits: sizes.map { $0 - 1 })
    let testCounts = Self.shares(of: test, sizes: sizes, limits: zip(sizes, validationCounts).map { $0 - $1 - 1 })
    for (index, rows) in groups.enumerated() {
      let permutation = Permutation(count: rows.count, seed: seed, purpose: .split, epoch: UInt64(index))
      let order = [Int](unsafeUninitializedCapacity: rows.count) { buffer, count in
        if let start = buffer.baseAddress { permutation.fill(rows.indices, into: start) }
        count = rows.count
      }
      for position in rows.indices {
        let row = rows[order[position]]
        if position < validationCounts[index] {
          self.validation.append(row)
        } else if position < validationCounts[index] + testCounts[index] {
          self.test.append(row)
        } else {
          train.append(row)
        }
      }
    }
    train.sort()
    self.validation.sort()
    self.test.sort()
  }

  /// The rows of each class that occurs, classes ascending.
  private static func groups(_ classes: [Int32]) -> [[Int]] {
    var rows: [Int32: [Int]] = [:]
    for (row, index) in classes.enumerated() { rows[index, default: []].append(row) }
    return rows.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Cuts `fraction` of the sum of `sizes` into whole shares by largest remainder, none above its limit.
  private static func shares(of fraction: Double, sizes: [Int], limits: [Int]) -> [Int] {
    let quotas = sizes.map { fraction * Double($0) }
    var shares = zip(quotas, limits).map { max(0, min(Int($0), $1)) }
    let total = Int((fraction * Double(sizes.reduce(0, +))).rounded())
    var missing = total - shares.reduce(0, +)
    let byRemainder = sizes.indices.sorted {
      let first = quotas[$0] - Double(shares[$0]), second = quotas[$1] - Double(shares[$1])
      return first > second || (first == second && $0 < $1)
    }
    // Classes too small for their share leave it to the others: then one round may not do.
    var hasChanged = true
    while missing > 0, hasChanged {
      hasChanged = false
      for index in byRemainder where missing > 0 && shares[index] < limits[index] {
        shares[index] += 1
        missing -= 1
        hasChanged = true
      }
    }
    return shares
  }
}
