internal import Kernels
package import Specs

/// How some rows are cut into folds, anew for each seed and the same for everybody who has it.
///
/// Folds of time do not depend on the seed: there are `count + 1` spans of about as many rows, and a fold is tested on
/// the span that follows those that it learns from.
package struct FoldPlan: Sendable {
  package let rows: Int
  package let count: Int
  package let rule: FoldRule

  /// - Throws: ``RunError`` where there cannot be so many folds.
  package init(rows: Int, count: Int, rule: FoldRule, column: String = "") throws(RunError) {
    (self.rows, self.count, self.rule) = (rows, count, rule)
    guard count >= 2 else {
      throw RunError(.usage, "--folds \(count): a fold judges what was learned from the others; give 2 or more")
    }
    switch rule {
    case .groups(_, let groups):
      guard groups >= count else {
        throw RunError(
          .data,
          "--groups: \(column) has \(groups.counted("group")), and \(count) folds need one each at least; give fewer folds, or "
            + "another column")
      }
      guard groups < rows else {
        throw RunError(
          .data,
          "--groups: \(column) has another value in each of \(rows.counted("row")): groups of one member keep nothing together; give the column "
            + "whose value rows of one person or place share, or no --groups")
      }
    case .time(_, let times):
      guard times > count else {
        throw RunError(
          .data,
          "--time: \(column) has \(times.counted("different value")), and \(count) folds in time need \(count + 1) at least; "
            + "give fewer folds, or a finer column")
      }
    case .rows, .classes:
      guard rows >= count else {
        throw RunError(
          .data,
          "--folds \(count): there \(rows.isOrAre) \(rows.counted("row")) to cut, and each fold "
            + "needs one; give " + (rows < 2 ? "more rows" : "fewer folds"))
      }
    }
  }

  /// A fold.
  ///
  /// - Parameters:
  ///   - index: from 0.
  ///   - seed: of the repeat.
  ///   - watched: the share of the rows that are not tested on which watches the training; 0: none.
  /// - Throws: ``RunError`` where no rows can be cut off to watch.
  package func fold(_ index: Int, seed: UInt64, watched: Double = 0) throws(RunError) -> Fold {
    let folds = assignment(seed: seed)
    var train: [Int] = [], test: [Int] = []
    for (row, fold) in folds.enumerated() {
      if fold == index {
        test.append(row)
      } else if !isTime || fold < index {
        // Of time: what comes later than the test rows is not known yet.
        train.append(row)
      }
    }
    guard watched > 0 else { return Fold(train: train, validation: [], test: test) }
    let isTaken = InnerSplit(rule, rows: train, share: watched, seed: seed, fold: index).isTaken
    let validation = zip(train, isTaken).filter(\.1).map(\.0)
    let rest = zip(train, isTaken).filter { !$0.1 }.map(\.0)
    guard !validation.isEmpty, !rest.isEmpty else {
      throw RunError(
        .data,
        "fold \(index + 1): of its \(train.count.counted("training row")) none can be set apart to watch the training, which early "
          + "stopping and the like need; give more rows, other folds, or a config without them")
    }
    return Fold(train: rest, validation: validation, test: test)
  }

  private var isTime: Bool { if case .time = rule { true } else { false } }

  /// The fold that each row is tested in; of time −1 for the rows before the first.
  func assignment(seed: UInt64) -> [Int] {
    switch rule {
    case .rows: return dealt([Array(0..<rows)], seed: seed)
    case .classes(let classes): return dealt(Self.lists(of: classes), seed: seed)
    case .groups(let groups, let number):
      var sizes = [Int](repeating: 0, count: number)
      for group in groups { sizes[group] += 1 }
      var foldOfGroup = [Int](repeating: 0, count: number), filled = [Int](repeating: 0, count: count)
      for group in SeededOrder.of(number, seed: seed, index: 0) {
        // The emptiest, and of these the first.
        let fold = filled.indices.min { (filled[$0], $0) < (filled[$1], $1) } ?? 0
        foldOfGroup[group] = fold
        filled[fold] += sizes[group]
      }
      return groups.map { foldOfGroup[$0] }
    case .time(let times, let number):
      let spans = TimeSpans(times, count: number, spans: count + 1)
      return times.map { spans.span[$0] - 1 }
    }
  }

  /// Rows dealt out one by one, list after list, so that folds differ by at most one row, and by at most one of each
  /// list.
  private func dealt(_ lists: [[Int]], seed: UInt64) -> [Int] {
    var folds = [Int](repeating: 0, count: rows), place = 0
    for (index, list) in lists.enumerated() {
      for element in SeededOrder.of(list.count, seed: seed, index: UInt64(index)) {
        folds[list[element]] = place % count
        place += 1
      }
    }
    return folds
  }

  /// The rows of each class, in their order.
  static func lists(of classes: [Int]) -> [[Int]] {
    var lists = [[Int]](repeating: [], count: (classes.max() ?? -1) + 1)
    for (row, index) in classes.enumerated() { lists[index].append(row) }
    return lists
  }
}

/// A seeded order of some numbers.
enum SeededOrder {
  static func of(_ count: Int, seed: UInt64, index: UInt64) -> [Int] {
    let permutation = Permutation(count: count, seed: seed, purpose: .split, epoch: index)
    return [Int](unsafeUninitializedCapacity: count) { buffer, filled in
      if count > 0, let start = buffer.baseAddress { permutation.fill(0..<count, into: start) }
      filled = count
    }
  }
}

/// Times in a row cut into spans of about as many rows, equal times in one span.
struct TimeSpans {
  /// The span of each time.
  private(set) var span: [Int]

  /// - Parameters:
  ///   - times: of each row, its place among the different ones.
  ///   - count: different times, at least as many as spans.
  init(_ times: [Int], count: Int, spans: Int) {
    var sizes = [Int](repeating: 0, count: count)
    for time in times { sizes[time] += 1 }
    span = [Int](repeating: 0, count: count)
    var current = 0, before = 0, isEmpty = true
    for (time, size) in sizes.enumerated() {
      // Each span has a time, and each to come gets one.
      let isDue = before * spans >= (current + 1) * times.count || count - time <= spans - 1 - current
      if !isEmpty, current < spans - 1, isDue {
        current += 1
        isEmpty = true
      }
      span[time] = current
      before += size
      isEmpty = false
    }
  }
}
