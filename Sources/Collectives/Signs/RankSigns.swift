/// When each rank was last known to work and to wait, as one rank knows it: by the marks of its node, and by messages
/// of others.
///
/// All times are this rank's clock, in seconds.
package struct RankSigns {
  /// Who is to be given up.
  package enum Verdict: Equatable {
    /// Nobody: some rank works, or has not been silent long enough.
    case none
    /// These neither work nor wait.
    case silent([Int])
    /// All ranks wait, and none has worked for as long: it is the program's fault.
    case allWait
  }

  /// What a mark said when it was last looked at.
  private struct Look {
    var word: UInt64 = 0
    var renewals: UInt64 = 0
    var waitings: UInt64 = 0
  }

  /// Integers in a message about one rank.
  package static let recordLength = 4

  /// Phase and step of each rank, as a ``PhaseMark`` puts them into one number.
  package private(set) var words: [UInt64]
  private var worked: [Double]
  private var waited: [Double]
  private var looks: [Look]
  private let marks: [PhaseMark]
  /// The world's rank of each mark.
  private let ranksOfNode: [Int]
  private let isNeighbour: [Bool]

  /// All ranks have just been there.
  ///
  /// - Parameters:
  ///   - marks: of the ranks of this node.
  ///   - now: the time.
  package init(size: Int, marks: [PhaseMark], ranksOfNode: [Int], now: Double) {
    self.marks = marks
    self.ranksOfNode = ranksOfNode
    words = [UInt64](repeating: 0, count: size)
    worked = [Double](repeating: now, count: size)
    waited = [Double](repeating: -.infinity, count: size)
    looks = [Look](repeating: Look(), count: marks.count)
    isNeighbour = (0..<size).map(ranksOfNode.contains)
  }

  /// Counts silence from now on: what was before is not known.
  package mutating func startAnew(now: Double) {
    for rank in worked.indices { worked[rank] = now }
  }

  /// Looks at the marks of this node; what has changed since the last look has happened now.
  package mutating func look(now: Double) {
    for (index, mark) in marks.enumerated() {
      let rank = ranksOfNode[index], look = looks[index]
      let new = Look(word: mark.word, renewals: mark.renewals, waitings: mark.waitings)
      if new.word != look.word || new.renewals != look.renewals { worked[rank] = now }
      if new.waitings != look.waitings { waited[rank] = now }
      words[rank] = new.word
      looks[index] = new
    }
  }

  /// What this rank knows of its node's ranks: for each its number, its word, and how many microseconds ago it worked
  /// and waited.
  package func write(into record: UnsafeMutableBufferPointer<Int64>, now: Double) {
    for (index, rank) in ranksOfNode.enumerated() {
      let place = index * Self.recordLength
      record[place] = Int64(rank)
      record[place + 1] = Int64(bitPattern: words[rank])
      record[place + 2] = Self.microseconds(now - worked[rank])
      record[place + 3] = Self.microseconds(now - waited[rank])
    }
  }

  /// Takes in what another node's rank wrote; records end at the first number below 0.
  package mutating func read(_ record: UnsafeMutableBufferPointer<Int64>, now: Double) {
    for place in stride(from: 0, to: record.count - Self.recordLength + 1, by: Self.recordLength) {
      let rank = Int(record[place])
      // Of its neighbours a rank knows more by itself.
      guard rank >= 0 else { return }
      guard rank < words.count, !isNeighbour[rank] else { continue }
      let time = now - Double(record[place + 2]) * 1e-6
      // A message of later may have been overtaken.
      if time >= worked[rank] { words[rank] = UInt64(bitPattern: record[place + 1]) }
      worked[rank] = max(worked[rank], time)
      waited[rank] = max(waited[rank], now - Double(record[place + 3]) * 1e-6)
    }
  }

  /// - Parameters:
  ///   - limit: seconds of silence. Of other nodes' ranks one hears only after a while, so they get a third more.
  ///   - fresh: seconds after which a rank that waits must have been seen to wait again.
  package func verdict(own: Int, limit: Double, fresh: Double, now: Double) -> Verdict {
    let silent = words.indices.filter { rank in
      rank != own && !isWaiting(rank, fresh: fresh, now: now)
        && worked[rank] < now - (isNeighbour[rank] ? limit : limit * 4 / 3)
    }
    if !silent.isEmpty { return .silent(silent) }
    let allWait = words.indices.allSatisfy { rank in
      (rank == own || isWaiting(rank, fresh: fresh, now: now)) && worked[rank] < now - limit
    }
    return allWait ? .allWait : .none
  }

  /// Whether a rank has been seen to wait for others of late.
  package func isWaiting(_ rank: Int, fresh: Double, now: Double) -> Bool { waited[rank] > now - fresh }

  /// A number of seconds that fits into a message, however long ago.
  private static func microseconds(_ seconds: Double) -> Int64 { Int64(min(max(0, seconds), 1e12) * 1e6) }
}
