internal import Specs

/// What is to be known of the table: missing targets, rows that are there twice, features that are constant.
enum TableFacts {
  static func facts(_ input: AdviceInput) -> [Fact] {
    var facts: [Fact] = []
    let rows = input.target.rows
    if input.missingTargets > 0 {
      let share = Double(input.missingTargets) / Double(rows + input.missingTargets)
      facts.append(
        Fact(
          "missing_targets", [.init("rows", Double(input.missingTargets)), .init("share", share)],
          "\(input.missingTargets.counted("row")) without a target, \(NumberText.percent(share)) of all",
          effect: share))
    }
    let bad = notFinite(input.target)
    if bad > 0 {
      facts.append(
        Fact(
          "targets_not_finite", [.init("rows", Double(bad))],
          "\(bad.counted("target")) \(bad == 1 ? "is no finite number" : "are no finite numbers")",
          effect: max(0.2, Double(bad) / Double(max(1, rows)))))
    }
    let features = input.features.filter { $0.count == rows }
    let constant = features.indices.filter { index in
      let first = features[index].first ?? 0
      return features[index].allSatisfy { $0 == first }
    }
    if !constant.isEmpty, rows > 1 {
      facts.append(
        Fact(
          "constant_features", [.init("features", Double(constant.count))],
          "\(constant.count.counted("feature")) with one value in all rows",
          effect: 0.3 * Double(constant.count) / Double(features.count)))
    }
    if !features.isEmpty, rows > 1 {
      let twice = duplicates(input, features)
      if twice > 0 {
        let share = Double(twice) / Double(rows)
        facts.append(
          Fact(
            "duplicate_rows", [.init("rows", Double(twice)), .init("share", share)],
            "\(twice.counted("row")) \(twice.isOrAre) there before, features and target alike (\(NumberText.percent(share)))",
            effect: share))
      }
    }
    return facts
  }

  private static func notFinite(_ target: AdviceInput.Target) -> Int {
    switch target {
    case .numbers(let values): values.count { !$0.isFinite }
    case .classes: 0
    case .labels(let columns), .distribution(let columns), .columns(let columns):
      columns.reduce(0) { $0 + $1.count { !$0.isFinite } }
    }
  }

  /// Rows that are the same as one before them, by 128 bits of hash of all their numbers.
  private static func duplicates(_ input: AdviceInput, _ features: [[Double]]) -> Int {
    let rows = input.target.rows
    var low = [UInt64](repeating: 0xCBF2_9CE4_8422_2325, count: rows)
    var high = [UInt64](repeating: 0x9E37_79B9_7F4A_7C15, count: rows)
    func add(_ row: Int, _ bits: UInt64) {
      low[row] = (low[row] ^ bits) &* 0x0000_0100_0000_01B3
      low[row] ^= low[row] >> 29
      high[row] = (high[row] &+ bits) &* 0xBF58_476D_1CE4_E5B9
      high[row] ^= high[row] >> 31
    }
    for column in features { for row in 0..<rows { add(row, (column[row] + 0).bitPattern) } }
    switch input.target {
    case .numbers(let values): for row in 0..<rows { add(row, (values[row] + 0).bitPattern) }
    case .classes(_, let codes): for row in 0..<rows { add(row, UInt64(bitPattern: Int64(codes[row]))) }
    case .labels(let columns), .distribution(let columns), .columns(let columns):
      for column in columns { for row in 0..<rows { add(row, (column[row] + 0).bitPattern) } }
    }
    struct Key: Hashable {
      let low: UInt64
      let high: UInt64
    }
    var seen = Set<Key>(minimumCapacity: rows)
    return (0..<rows).count { !seen.insert(Key(low: low[$0], high: high[$0])).inserted }
  }
}
