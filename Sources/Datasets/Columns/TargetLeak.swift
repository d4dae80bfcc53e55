internal import Kernels
internal import Specs

/// How a feature gives a target away.
package enum TargetLeak: Sendable, Equatable {
  /// It is the target, number for number.
  case equal
  /// Each of its values goes with one value of the target, and the other way round.
  case oneToOne
  /// Each of its values goes with one value of the target.
  case decides
  /// Where it grows, the target grows, or falls, without an exception.
  case monotone
  /// Spearman's rank correlation is beyond 0.999.
  case rank(Double)

  /// Rows below which chance does as much.
  static let fewestRows = 20
  /// |ρ| from which on two columns are taken for one.
  static let nearly = 0.999
  /// Rows that are looked at first.
  private static let sampled = 10_000
  /// Rows that are looked at at most, at equal distances.
  private static let most = 1 << 20

  /// What two columns are to each other, over the rows in which both have a value; nil: nothing to speak of.
  ///
  /// - Parameters:
  ///   - isOrdered: whether more and less mean something in both.
  ///   - isCoded: whether the numbers of one stand for words, so that being equal means nothing.
  init?(of ranked: RankedTarget, in feature: [Double], isOrdered: Bool, isCoded: Bool = false) {
    let target = ranked.values
    var rows = target.indices.filter { feature[$0].isFinite && target[$0].isFinite }
    guard rows.count >= Self.fewestRows else { return nil }
    // What some of the rows disprove needs no look at all of them.
    if rows.count > 2 * Self.sampled {
      let step = rows.count / Self.sampled, some = (0..<Self.sampled).map { rows[$0 * step] }
      let pair = ColumnPair(feature, ranked, rows: some)
      guard pair.isFunction || isOrdered && abs(pair.rankCorrelation) > 0.99 else { return nil }
    }
    if rows.count > Self.most {
      let all = rows
      rows = (0..<Self.most).map { all[$0 * all.count / Self.most] }
    }
    let pair = ColumnPair(feature, ranked, rows: rows)
    guard pair.distinctTargets > 1, pair.distinctFeatures > 1 else { return nil }
    if !isCoded, rows.allSatisfy({ feature[$0] == target[$0] }) {
      self = .equal
      return
    }
    // Where all values are different, each goes with one.
    if pair.isFunction, 2 * pair.distinctFeatures <= rows.count, pair.distinctFeatures == pair.distinctTargets {
      self = .oneToOne
      return
    }
    if pair.isFunction, 10 * pair.distinctFeatures <= rows.count {
      self = .decides
      return
    }
    guard isOrdered, pair.distinctTargets > 2 else { return nil }
    if pair.isFunction, pair.isMonotone {
      self = .monotone
      return
    }
    let correlation = pair.rankCorrelation
    guard abs(correlation) > Self.nearly else { return nil }
    self = .rank(correlation)
  }

  /// What it is, behind "column 'x'".
  func words(target: String) -> String {
    let target = "target '\(target.excerpt(40))'"
    switch self {
    case .equal: return "is the \(target), number for number: it will not be there when the model is used"
    case .oneToOne:
      return "and \(target) say the same, value for value: is it known when the model is used?"
    case .decides: return "decides the \(target), value by value: is it known when the model is used?"
    case .monotone:
      return "gives the \(target) away: they rise and fall together in all rows: is it known when the model is used?"
    case .rank(let correlation):
      let rounded = (abs(correlation) * 10_000).rounded(.down) / 10_000
      return
        "almost gives the \(target) away (rank correlation \(correlation < 0 ? "-" : "")\(rounded)): is it known when the model "
        + "is used?"
    }
  }
}

/// A target whose numbers are brought in order once, for all features that it is compared with.
struct RankedTarget: Sendable {
  let values: [Double]
  /// The rows with a value, from the smallest on; of equal ones the first row first.
  fileprivate let order: [Int]

  init(_ values: [Double]) {
    self.values = values
    order = NumberOrder.order(of: values, at: values.indices.filter { values[$0].isFinite })
  }

  /// The places among some rows, ascending and all with a value, from the smallest value on.
  fileprivate func order(of rows: [Int]) -> [Int] {
    if rows.count == order.count, rows.count == values.count { return order }
    var places = [Int32](repeating: -1, count: values.count)
    for (place, row) in rows.enumerated() { places[row] = Int32(place) }
    return order.compactMap { places[$0] < 0 ? nil : Int(places[$0]) }
  }
}

/// Two columns beside each other.
private struct ColumnPair {
  let distinctFeatures: Int
  let distinctTargets: Int
  /// Whether each value of the feature goes with one value of the target.
  let isFunction: Bool
  /// Whether the target never falls, or never rises, where the feature rises.
  let isMonotone: Bool
  /// Spearman's ρ: the correlation of the ranks, equal values with the mean of theirs.
  let rankCorrelation: Double

  init(_ feature: [Double], _ target: RankedTarget, rows: [Int]) {
    let x = Ranks(rows.map { feature[$0] })
    let y = Ranks(rows.map { target.values[$0] }, order: target.order(of: rows))
    (distinctFeatures, distinctTargets) = (x.distinct, y.distinct)
    var isFunction = true, rises = true, falls = true
    for (before, after) in zip(x.order, x.order.dropFirst()) {
      if x.ranks[before] == x.ranks[after] {
        if y.ranks[before] != y.ranks[after] { isFunction = false }
      } else {
        if y.ranks[after] < y.ranks[before] { rises = false }
        if y.ranks[after] > y.ranks[before] { falls = false }
      }
    }
    self.isFunction = isFunction
    isMonotone = rises || falls
    let mean = Double(rows.count + 1) / 2
    var product = 0.0, xx = 0.0, yy = 0.0
    for row in rows.indices {
      let (a, b) = (x.ranks[row] - mean, y.ranks[row] - mean)
      product += a * b
      xx += a * a
      yy += b * b
    }
    rankCorrelation = xx > 0 && yy > 0 ? product / (xx.squareRoot() * yy.squareRoot()) : 0
  }
}

/// The ranks of numbers, from 1; equal ones have the mean of theirs.
private struct Ranks {
  var ranks: [Double]
  /// The places of the numbers, ascending.
  let order: [Int]
  var distinct = 0

  /// - Parameter order: the places of the numbers, ascending; those that are equal by their places, so that the order
  ///   is one.
  init(_ values: [Double], order: [Int]? = nil) {
    self.order = order ?? NumberOrder.order(of: values, at: Array(values.indices))
    let order = self.order
    ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    for index in order.indices where index + 1 == order.count || values[order[index + 1]] != values[order[index]] {
      for place in start...index { ranks[order[place]] = Double(start + index + 2) / 2 }
      start = index + 1
      distinct += 1
    }
  }
}
