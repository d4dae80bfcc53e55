internal import Kernels
internal import Specs

extension SearchKey {
  /// The value at a coordinate in [0, 1).
  ///
  /// - Choices and whole numbers on a linear scale have equal shares of it: `floor(u · count)`.
  /// - Numbers: `low + u · (high − low)`, on a log scale `exp(log low + u · (log high − log low))`.
  /// - Whole numbers on a log scale: that of `low − 1/2` and `high + 1/2`, rounded; `k` has a share of `log((k + 1/2) /
  ///   (k − 1/2))`.
  ///
  /// What rounding brings past an end becomes that end.
  func value(at unit: Double) -> ConfigValue {
    let unit = min(max(unit, 0), 1)
    switch values {
    case .choices(let values): return values[min(Int(unit * Double(values.count)), values.count - 1)]
    case .range(let low, let high, let scale): return .searched(Self.between(low, high, scale, unit))
    case .integers(let low, let high, .linear):
      let count = Double(high - low + 1)
      return .integer(min(low + Int((unit * count).rounded(.down)), high))
    case .integers(let low, let high, .log):
      let number = Self.between(Double(low) - 0.5, Double(high) + 0.5, .log, unit)
      return .integer(min(max(Int(number.rounded()), low), high))
    }
  }

  /// Its values in a grid, ascending, or the choices in their order.
  ///
  /// - Parameter standard: points of a range that does not say its own. The first and the last are the range's ends. Of
  ///   whole numbers there are fewer where several points are rounded to one.
  func grid(points standard: Int) -> [ConfigValue] {
    let count = max(2, gridPoints ?? standard)
    func points(_ low: Double, _ high: Double, _ scale: Scale) -> [Double] {
      let inner = (1..<count - 1).map { place in
        Self.between(low, high, scale, Double(place) / Double(count - 1))
      }
      return [low] + inner + [high]
    }
    switch values {
    case .choices(let values): return values
    case .range(let low, let high, let scale):
      return points(low, high, scale).map(ConfigValue.searched).withoutNeighboursAlike
    case .integers(let low, let high, let scale):
      return points(Double(low), Double(high), scale).map { .integer(min(max(Int($0.rounded()), low), high)) }
        .withoutNeighboursAlike
    }
  }

  private static func between(_ low: Double, _ high: Double, _ scale: Scale, _ unit: Double) -> Double {
    let number: Double
    switch scale {
    case .linear: number = low + unit * (high - low)
    case .log:
      let first = DoubleFunctions.log(low)
      number = DoubleFunctions.exp(first + unit * (DoubleFunctions.log(high) - first))
    }
    return min(max(number, low), high)
  }
}

extension ConfigValue {
  /// A number as it is read again from its text: whole ones are integers there.
  fileprivate static func searched(_ number: Double) -> ConfigValue {
    number == number.rounded() && abs(number) < 0x1p53 ? .integer(Int(number)) : .number(number)
  }
}

extension [ConfigValue] {
  fileprivate var withoutNeighboursAlike: [ConfigValue] {
    indices.filter { $0 == 0 || self[$0] != self[$0 - 1] }.map { self[$0] }
  }
}
