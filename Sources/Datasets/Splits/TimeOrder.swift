internal import Specs

/// The order in time of the texts of a column: numbers by value, or dates.
struct TimeOrder {
  /// Why texts have no order in time.
  enum Fault: Error, Equatable {
    case noTime(code: Int)
    case mixedZones(code: Int)
  }

  /// For each text its place among the different times; 0 where it is not used.
  private(set) var ranks: [Int]
  /// Different times.
  private(set) var count: Int

  /// - Parameters:
  ///   - texts: a key column.
  ///   - codes: those of its texts that are used.
  init(_ texts: KeyTexts, codes: [Int]) throws(Fault) {
    let numbers = codes.map { code in texts.withBytes(of: code) { DecimalNumber.parse($0).flatMap(Self.finite) } }
    if numbers.allSatisfy({ $0 != nil }) {
      (ranks, count) = Self.ranks(numbers.map { $0 ?? 0 }, codes, texts.count)
      return
    }
    var moments: [Moment] = []
    moments.reserveCapacity(codes.count)
    var isZoned: Bool?
    for code in codes {
      guard let (moment, zone) = texts.withBytes(of: code, { Moment.parse($0) }) else {
        // Among numbers the word is at fault.
        let areNumbers = 2 * numbers.count { $0 != nil } > numbers.count
        throw .noTime(code: areNumbers ? zip(codes, numbers).first { $0.1 == nil }?.0 ?? code : code)
      }
      if let zone {
        guard isZoned ?? zone == zone else { throw .mixedZones(code: code) }
        isZoned = zone
      }
      moments.append(moment)
    }
    (ranks, count) = Self.ranks(moments, codes, texts.count)
  }

  private static func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }

  private static func ranks<Key: Comparable>(
    _ keys: [Key], _ codes: [Int], _ texts: Int
  ) -> (ranks: [Int], count: Int) {
    var ranks = [Int](repeating: 0, count: texts), count = 0
    let order = keys.indices.sorted { keys[$0] < keys[$1] }
    for (place, index) in order.enumerated() {
      if place > 0, keys[order[place - 1]] < keys[index] { count += 1 }
      ranks[codes[index]] = count
    }
    return (ranks, codes.isEmpty ? 0 : count + 1)
  }
}
