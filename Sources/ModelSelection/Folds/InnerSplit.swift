/// Rows of a fold's training rows that watch the training instead of being learned from: by the same rule as the folds.
struct InnerSplit {
  /// For each of the rows whether it watches.
  private(set) var isTaken: [Bool]

  /// - Parameters:
  ///   - rows: the fold's training rows.
  ///   - share: of them, above 0 and below 1.
  ///   - seed: of the repeat.
  ///   - fold: so that each has an order of its own.
  init(_ rule: FoldRule, rows: [Int], share: Double, seed: UInt64, fold: Int) {
    isTaken = [Bool](repeating: false, count: rows.count)
    let wanted = min(max(1, Int((share * Double(rows.count)).rounded())), rows.count - 1)
    guard wanted > 0 else { return }
    // No list of the folds themselves has such a number.
    func index(_ list: Int) -> UInt64 { UInt64(fold + 1) << 32 | UInt64(list) }
    switch rule {
    case .rows, .classes:
      var lists = [Array(rows.indices)]
      if case .classes(let classes) = rule { lists = FoldPlan.lists(of: rows.map { classes[$0] }) }
      var place = 0
      for (number, list) in lists.enumerated() {
        for element in SeededOrder.of(list.count, seed: seed, index: index(number)) {
          // Evenly spread over the lists.
          isTaken[list[element]] = (place + 1) * wanted / rows.count > place * wanted / rows.count
          place += 1
        }
      }
    case .groups(let groups, _):
      let (known, sizes) = Self.sizes(rows.map { groups[$0] })
      var taken = Set<Int>(), count = 0
      for element in SeededOrder.of(known.count, seed: seed, index: index(0)) {
        guard count < wanted, taken.count < known.count - 1 else { break }
        taken.insert(known[element])
        count += sizes[known[element]] ?? 0
      }
      for (place, row) in rows.enumerated() { isTaken[place] = taken.contains(groups[row]) }
    case .time(let times, _):
      // The latest, equal times together.
      let (known, sizes) = Self.sizes(rows.map { times[$0] })
      var first = known.count, count = 0
      while first > 1, count < wanted {
        first -= 1
        count += sizes[known[first]] ?? 0
      }
      guard first < known.count else { return }
      for (place, row) in rows.enumerated() { isTaken[place] = times[row] >= known[first] }
    }
  }

  /// The different codes, ascending, and how often each is there.
  private static func sizes(_ codes: [Int]) -> (known: [Int], sizes: [Int: Int]) {
    var sizes: [Int: Int] = [:]
    for code in codes { sizes[code, default: 0] += 1 }
    return (sizes.keys.sorted(), sizes)
  }
}
