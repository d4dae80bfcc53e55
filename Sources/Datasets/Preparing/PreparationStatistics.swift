internal import Kernels
internal import Platform

/// What the rows of the training part say of features that are filled or taken functions of: first what stands for
/// missing ones, then functions and scales of what is filled, as pipelines of scikit-learn do. In double, in row order,
/// without weights.
struct PreparationStatistics {
  /// Numbers that are sorted at once: 128 MiB. Where a feature has more, medians, quartiles, most frequent numbers and
  /// ranks are those of so many rows at equal distances.
  static let sorted = 1 << 24
  /// Knots of all features together, but at least ``leastKnots`` for each.
  private static let knots = 1 << 20, leastKnots = 32

  private let rules: [FeatureRule]
  private let width: Int
  private let rows: [Int]
  private let progress: () -> Void
  private let table: DataDescription.RowTable
  /// For each rule what its features get.
  private var treatments: [FeatureTreatment]
  private var pairs: [(shift: Double, scale: Double)]

  /// - Parameters:
  ///   - width: features of a row.
  ///   - rows: those that are measured.
  ///   - table: hands out the features of rows as they came.
  init(
    _ rules: [FeatureRule], width: Int, rows: [Int], progress: @escaping () -> Void,
    table: @escaping DataDescription.RowTable
  ) {
    self.rules = rules
    self.width = width
    self.rows = rows
    self.progress = progress
    self.table = table
    treatments = rules.map { FeatureTreatment(features: $0.features) }
    pairs = rules.map { rule in
      if case .scale(let factor) = rule.method, rule.kind != .spared { (0, 1 / factor) } else { (0, 1) }
    }
  }

  /// - Parameter isPooled: whether all features are one quantity, as pixels are, with one rule.
  consuming func preparation(isPooled: Bool) throws(PreparationProblem) -> FeaturePreparation {
    try measureMeans()
    try measureOrders()
    try requireFills()
    measureMoments(isPooled: isPooled)
    var made = FeaturePreparation()
    var shift: [Double] = [], scale: [Double] = []
    for (rule, pair) in zip(rules, pairs) {
      let count = isPooled ? 1 : rule.features.count
      shift += Array(repeating: pair.shift, count: count)
      scale += Array(repeating: pair.scale, count: count)
    }
    made.normalization = Normalization(.divided, shift: shift, scale: scale)
    made.treatments = treatments.filter { $0.fill != nil || $0.fillCode != nil || !$0.isFillAlone }
    return made
  }

  /// Means, most frequent categories, functions that need no numbers; refuses what a logarithm does not take.
  private mutating func measureMeans() throws(PreparationProblem) {
    // Behind pointers: arrays that a closure changes are looked at for each number, whose they are.
    let totals = AlignedBuffer<Double>(count: width), present = AlignedBuffer<Int>(count: width)
    var problem: PreparationProblem?, pace = Pace(progress), place = 0
    let bounds = rules.compactMap { rule in
      rule.isNumber ? rule.method.bound.map { (rule.features, $0, rule.method) } : nil
    }
    table(rows) { values in
      pace.add(width)
      for feature in 0..<width {
        let value = values[feature]
        totals.pointer[feature] += value.isNaN ? 0 : value
        present.pointer[feature] += value.isNaN ? 0 : 1
      }
      if !bounds.isEmpty, problem == nil {
        for (features, bound, method) in bounds {
          for feature in features where values[feature] <= bound && problem == nil {
            problem = .outside(feature: feature, row: rows[place], value: values[feature], method: method)
          }
        }
      }
      place += 1
    }
    if let problem { throw problem }
    let sums = Array(totals.elements), counts = Array(present.elements)
    for (index, rule) in rules.enumerated() {
      if rule.isNumber, rule.method == .log { treatments[index].function = .log }
      if rule.isNumber, rule.method == .log1p { treatments[index].function = .log1p }
      treatments[index].isClipped = rule.isNumber && rule.method == .robust
      guard rule.fillsNumber || rule.fillsCategory else { continue }
      let count = rule.features.reduce(0) { $0 + counts[$1] }, sum = rule.features.reduce(0) { $0 + sums[$1] }
      let isEmpty = rule.fillsCategory ? sum == 0 : count == 0
      // Rows of no training part are a view's; nothing is measured there.
      guard !isEmpty || rows.isEmpty || rule.fillsNumber && rule.policy == .zero else {
        throw .allMissing(feature: rule.features.lowerBound)
      }
      if rule.fillsCategory {
        let features = rule.features
        let best = features.dropFirst().reduce(features.lowerBound) { sums[$1] > sums[$0] ? $1 : $0 }
        treatments[index].fillCode = best - features.lowerBound
      } else if rule.policy == .mean {
        treatments[index].fill = sum / Double(max(1, count))
      } else {
        treatments[index].fill = 0
      }
    }
    correctMeans(counts)
  }

  /// Adds what the rounding of large sums has lost, as ``ColumnStatistics`` does.
  private mutating func correctMeans(_ counts: [Int]) {
    let filled = rules.indices.filter { rules[$0].fillsNumber && rules[$0].policy == .mean }
    guard !filled.isEmpty else { return }
    var rests = [Double](repeating: 0, count: filled.count), pace = Pace(progress)
    table(rows) { values in
      pace.add(width)
      for (place, index) in filled.enumerated() {
        let mean = treatments[index].fill ?? 0
        for feature in rules[index].features where !values[feature].isNaN { rests[place] += values[feature] - mean }
      }
    }
    for (place, index) in filled.enumerated() {
      let count = rules[index].features.reduce(0) { $0 + counts[$1] }
      treatments[index].fill = (treatments[index].fill ?? 0) + rests[place] / Double(max(1, count))
    }
  }

  /// Medians, most frequent numbers, quartiles and ranks: of as many features at once as can be sorted.
  private mutating func measureOrders() throws(PreparationProblem) {
    let ordered = rules.indices.filter { rules[$0].readsOrder }
    guard !ordered.isEmpty, !rows.isEmpty else { return }
    let knots = max(Self.leastKnots, min(RankMap.limit, Self.knots / ordered.count))
    var next = 0
    while next < ordered.count {
      var group: [Int] = [], count = 0
      while next < ordered.count {
        let own = min(Self.sorted, rows.count * rules[ordered[next]].features.count)
        guard group.isEmpty || count + own <= Self.sorted else { break }
        group.append(ordered[next])
        count += own
        next += 1
      }
      let widest = group.reduce(1) { max($0, rules[$1].features.count) }
      let sampled = Self.sample(rows, max(1, Self.sorted / widest))
      var values = [[Double]](repeating: [], count: group.count), pace = Pace(progress)
      for (place, index) in group.enumerated() {
        values[place].reserveCapacity(sampled.count * rules[index].features.count)
      }
      table(sampled) { row in
        pace.add(width)
        for (place, index) in group.enumerated() {
          for feature in rules[index].features { values[place].append(row[feature]) }
        }
      }
      gatherAll(group, &values, isSampled: sampled.count < rows.count)
      for (place, index) in group.enumerated() {
        progress()
        try settle(index, &values[place], knots)
        values[place] = []
      }
    }
  }

  /// Takes all numbers there are of rules of which rows at equal distances have none.
  private func gatherAll(_ group: [Int], _ values: inout [[Double]], isSampled: Bool) {
    let empty = group.indices.filter { place in
      let rule = rules[group[place]]
      return rule.fillsNumber && rule.policy != .zero && values[place].allSatisfy(\.isNaN)
    }
    guard isSampled, !empty.isEmpty else { return }
    var found = [[Double]](repeating: [], count: empty.count), pace = Pace(progress)
    table(rows) { row in
      pace.add(width)
      for (index, place) in empty.enumerated() {
        for feature in rules[group[place]].features
        where !row[feature].isNaN && found[index].count < values[place].count {
          found[index].append(row[feature])
        }
      }
    }
    // They stand for as many missing ones.
    for (index, place) in empty.enumerated() {
      values[place].replaceSubrange(..<found[index].count, with: found[index])
    }
  }

  /// So many of the rows, at equal distances.
  private static func sample(_ rows: [Int], _ limit: Int) -> [Int] {
    guard rows.count > limit else { return rows }
    return (0..<limit).map { rows[Int((UInt64($0) * UInt64(rows.count)) / UInt64(limit))] }
  }

  /// What the numbers of a rule in their order say of it.
  private mutating func settle(_ index: Int, _ values: inout [Double], _ knots: Int) throws(PreparationProblem) {
    let rule = rules[index], all = values.count
    values.removeAll(where: \.isNaN)
    if rule.fillsNumber, values.isEmpty, rule.policy != .zero {
      throw .allMissing(feature: rule.features.lowerBound)
    }
    if rule.method == .quantile || rule.fillsNumber && rule.policy == .mostFrequent {
      NumberOrder.sort(&values)
    }
    if rule.fillsNumber, !values.isEmpty {
      switch rule.policy {
      case .median, .category: treatments[index].fill = FilledOrder(values).quantiles([0.5])[0]
      case .mostFrequent: treatments[index].fill = values.mostFrequent
      default: break
      }
    }
    switch rule.method {
    case .robust: pairs[index] = robustPair(values, missing: all - values.count, fill: treatments[index].fill)
    case .quantile:
      if let fill = treatments[index].fill, values.count < all {
        let first = values.firstIndex { $0 >= fill } ?? values.count
        values.insert(contentsOf: repeatElement(fill, count: all - values.count), at: first)
      }
      guard let low = values.first, let high = values.last else { return }
      let isConstant = ColumnStatistics.areOne(low, high)
      treatments[index].function = .ranks(isConstant ? RankMap(knots: [low]) : RankMap(sorted: values, limit: knots))
    default: break
    }
  }

  /// Median and quartiles' distance of what is filled; of numbers whose quartiles are one, half their range.
  private func robustPair(_ values: [Double], missing: Int, fill: Double?) -> (shift: Double, scale: Double) {
    var order = FilledOrder(values)
    if let fill, missing > 0 { order.fill(missing, with: fill) }
    guard order.count > 0 else { return (0, 1) }
    let found = order.quantiles([0, 0.25, 0.5, 0.75, 1]), low = found[0], high = found[4]
    let isConstant = ColumnStatistics.areOne(low, high), quartiles = found[3] - found[1]
    let scale = quartiles.isNormal ? quartiles : (high - low) / 2
    return (isConstant ? low : found[2], !isConstant && scale.isNormal ? scale : 1)
  }

  /// Refuses a fill that a logarithm does not take.
  private func requireFills() throws(PreparationProblem) {
    for (rule, treatment) in zip(rules, treatments) {
      guard let fill = treatment.fill, let bound = treatment.function.bound, fill <= bound else { continue }
      throw .fillOutside(feature: rule.features.lowerBound, method: rule.method)
    }
  }

  /// Means, deviations and ranges of what is filled and taken functions of.
  private mutating func measureMoments(isPooled: Bool) {
    let read = rules.indices.filter { rules[$0].readsMoments }
    guard !read.isEmpty else { return }
    let treated = read.filter { self.treatments[$0].fill != nil || self.treatments[$0].function != .identity }
    let scratch = AlignedBuffer<Double>(count: max(1, width)), (treatments, width, table) = (treatments, width, table)
    let statistics = ColumnStatistics(rows: rows, width: width, pooled: isPooled, progress: progress) { rows, body in
      table(rows) { values in
        scratch.pointer.update(from: values, count: width)
        for index in treated {
          for feature in treatments[index].features {
            scratch.pointer[feature] = treatments[index].value(values[feature])
          }
        }
        body(UnsafePointer(scratch.pointer))
      }
    }
    for index in read {
      pairs[index] = statistics.pair(
        isPooled ? 0 : rules[index].features.lowerBound, toRange: rules[index].method == .minmax)
    }
  }
}
