/// Numbers from the smallest to the largest, by their digits.
///
/// A double's bits, with the sign turned over, and of negative numbers all others too, are whole numbers in the same
/// order. These are dealt out by 11 bits at a time, the lowest first; digits that all numbers share are passed over. A
/// column of three million numbers takes about a quarter of the time that comparing them takes.
///
/// Source: Knuth, The Art of Computer Programming 3, 5.2.5, Algorithm R.
package enum NumberOrder {
  private static let digit = 11, digits = 6
  /// Fewer numbers than this are compared.
  package static let fewest = 2048

  /// The whole number that stands for a number, whose order is the same; 0 and −0 are equal.
  @inline(__always)
  static func key(_ number: Double) -> UInt64 {
    let bits = number == 0 ? 0 : number.bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  @inline(__always)
  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }

  /// Brings numbers in order; equal ones, 0 and −0 among them, stay in theirs.
  ///
  /// - Parameter numbers: none of them NaN.
  package static func sort(_ numbers: inout [Double]) {
    // 0 and −0 become one key, which only comparing tells apart afterwards.
    guard numbers.count >= fewest, !numbers.contains(where: { $0 == 0 && $0.sign == .minus }) else {
      return numbers.sort()
    }
    var keys = numbers.map(key)
    var other = [UInt64](repeating: 0, count: keys.count)
    for pass in passes(keys) {
      var places = pass.places
      keys.withUnsafeBufferPointer { keys in
        other.withUnsafeMutableBufferPointer { other in
          places.withUnsafeMutableBufferPointer { places in
            for key in keys {
              let digit = Int(truncatingIfNeeded: key >> pass.shift) & (1 << Self.digit - 1)
              other[places[digit]] = key
              places[digit] += 1
            }
          }
        }
      }
      swap(&keys, &other)
    }
    for index in numbers.indices { numbers[index] = number(keys[index]) }
  }

  /// The places of numbers from the smallest on; of equal ones the first place first.
  ///
  /// - Parameters:
  ///   - numbers: none of them NaN at these places.
  ///   - places: ascending.
  package static func order(of numbers: [Double], at places: [Int]) -> [Int] {
    guard places.count >= fewest else {
      return places.sorted { numbers[$0] == numbers[$1] ? $0 < $1 : numbers[$0] < numbers[$1] }
    }
    var pairs = places.map { (key: key(numbers[$0]), place: $0) }
    var other = pairs
    for pass in passes(pairs.map(\.key)) {
      var next = pass.places
      pairs.withUnsafeBufferPointer { pairs in
        other.withUnsafeMutableBufferPointer { other in
          next.withUnsafeMutableBufferPointer { next in
            for pair in pairs {
              let digit = Int(truncatingIfNeeded: pair.key >> pass.shift) & (1 << Self.digit - 1)
              other[next[digit]] = pair
              next[digit] += 1
            }
          }
        }
      }
      swap(&pairs, &other)
    }
    return pairs.map(\.place)
  }

  /// The digits that are not the same in all keys: where each begins, and where the keys of each value go.
  private static func passes(_ keys: [UInt64]) -> [(shift: UInt64, places: [Int])] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 1 << digit), count: digits)
    for pass in 0..<digits {
      let shift = UInt64(pass * digit)
      counts[pass].withUnsafeMutableBufferPointer { counts in
        for key in keys { counts[Int(truncatingIfNeeded: key >> shift) & (1 << digit - 1)] += 1 }
      }
    }
    return (0..<digits).compactMap { pass in
      guard !counts[pass].contains(keys.count) else { return nil }
      var places = counts[pass], start = 0
      for value in places.indices { (places[value], start) = (start, start + places[value]) }
      return (UInt64(pass * digit), places)
    }
  }
}
