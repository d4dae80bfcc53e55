extension NumberOrder {
  private static let digit: UInt64 = 16
  /// Numbers that share their first digits and are not told apart further, but sorted.
  private static let few = 1 << 15

  /// The numbers at some places of their order, without the order of all.
  ///
  /// Counts how many begin with each digit of 16 bits, and looks on only at those whose digit is that of a place: two
  /// passes over most columns, where bringing all in order takes about six.
  ///
  /// - Parameters:
  ///   - ranks: places from the smallest, 0 and on, in any order.
  ///   - numbers: none of them NaN.
  /// - Returns: for each rank what ``sort(_:)`` would bring there.
  package static func numbers(at ranks: [Int], of numbers: [Double]) -> [Double] {
    precondition(ranks.allSatisfy(numbers.indices.contains), "ranks of numbers that are not there")
    return select(ranks, numbers, shift: 64 - digit)
  }

  private static func select(_ ranks: [Int], _ numbers: [Double], shift: UInt64) -> [Double] {
    guard numbers.count > few else {
      var sorted = numbers
      sort(&sorted)
      return ranks.map { sorted[$0] }
    }
    let values = 1 << Int(digit), mask = UInt64(values - 1)
    var ends = [Int](repeating: 0, count: values)
    ends.withUnsafeMutableBufferPointer { ends in
      for number in numbers { ends[Int(truncatingIfNeeded: key(number) >> shift & mask)] += 1 }
    }
    // Digits that all share tell nothing: no copy of what is looked on at.
    if ends.contains(numbers.count) {
      return shift == 0 ? ranks.map { numbers[$0] } : select(ranks, numbers, shift: shift - digit)
    }
    for value in 1..<values { ends[value] += ends[value - 1] }
    // The digits that are looked on at, and for each rank its own.
    var groups = [Int](repeating: -1, count: values), digits: [Int] = []
    let own = ranks.map { rank in
      var (low, high) = (0, values - 1)
      while low < high {
        let middle = (low + high) / 2
        if ends[middle] > rank { high = middle } else { low = middle + 1 }
      }
      if groups[low] < 0 {
        groups[low] = digits.count
        digits.append(low)
      }
      return groups[low]
    }
    var alike = [[Double]](repeating: [], count: digits.count)
    groups.withUnsafeBufferPointer { groups in
      for number in numbers {
        let group = groups[Int(truncatingIfNeeded: key(number) >> shift & mask)]
        if group >= 0 { alike[group].append(number) }
      }
    }
    var found = [Double](repeating: 0, count: ranks.count)
    for (group, value) in digits.enumerated() {
      let places = own.indices.filter { own[$0] == group }, before = value == 0 ? 0 : ends[value - 1]
      let inner = places.map { ranks[$0] - before }
      // Behind the last digit all are equal: they stay in their order.
      let chosen = shift == 0 ? inner.map { alike[group][$0] } : select(inner, alike[group], shift: shift - digit)
      for (place, number) in zip(places, chosen) { found[place] = number }
      alike[group] = []
    }
    return found
  }
}
