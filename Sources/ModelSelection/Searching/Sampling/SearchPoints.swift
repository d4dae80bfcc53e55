internal import Specs

/// The points of a search, each once.
struct SearchPoints {
  private let space: SearchSpace
  private let method: SearchMethod
  private let gridPoints: Int
  private let seed: UInt64

  init(_ space: SearchSpace, _ options: SweepOptions, seed: UInt64) {
    (self.space, method, gridPoints, self.seed) = (space, options.method, options.gridPoints, seed)
  }

  /// The keys' values of each trial, in order: of a grid the last key's fastest, else as they are drawn, without those
  /// that were drawn before.
  ///
  /// - Throws: ``ConfigError`` of exit code 64 where there are not so many.
  func settings(_ count: Int) throws(ConfigError) -> [[ConfigValue.Member]] {
    guard method != .grid else { return grid(count) }
    if let size = space.size, size < count {
      throw ConfigError(
        "--search: there \(size.isOrAre) \(size.counted("different point")), and \(count.counted("trial")); give fewer --trials, more values, or "
          + "--method grid, which "
          + "tries each point once", exitCode: .usage)
    }
    let sampler = SearchSampler(method, dimensions: space.keys.count, seed: seed)
    var settings: [[ConfigValue.Member]] = [], known = Set<String>(), index = 0
    // The rarest points of a small space are long in coming.
    let patience = 1000 * count + 10_000
    while settings.count < count, index < patience {
      let found = space.settings(at: sampler.point(index))
      if known.insert(ConfigValue.object(found).compactText).inserted { settings.append(found) }
      index += 1
    }
    guard settings.count == count else {
      throw ConfigError(
        "--search: of \(patience) points that were drawn only \(settings.count) differ, and \(count.counted("trial")) were "
          + "asked for; give fewer "
          + "--trials or wider ranges", exitCode: .usage)
    }
    return settings
  }

  private func grid(_ count: Int) -> [[ConfigValue.Member]] {
    let values = space.keys.map { $0.grid(points: gridPoints) }
    return (0..<count).map { number in
      var rest = number, chosen: [ConfigValue.Member] = []
      for (key, values) in zip(space.keys, values).reversed() {
        chosen.append(.init(key.key, values[rest % values.count]))
        rest /= values.count
      }
      return chosen.reversed()
    }
  }
}

extension SearchSpace {
  /// Points of a grid; nil: more than can be counted.
  func gridSize(points: Int) -> Int? { Self.product(keys.map { $0.grid(points: points).count }) }

  /// Different points; nil: more than can be counted, as where a range is not of whole numbers.
  var size: Int? {
    var counts: [Int] = []
    for key in keys {
      switch key.values {
      case .choices(let values): counts.append(values.count)
      case .integers(let low, let high, _): counts.append(high - low + 1)
      case .range: return nil
      }
    }
    return Self.product(counts)
  }

  private static func product(_ counts: [Int]) -> Int? {
    var product = 1
    for count in counts {
      let (next, overflow) = product.multipliedReportingOverflow(by: count)
      if overflow { return nil }
      product = next
    }
    return product
  }
}
