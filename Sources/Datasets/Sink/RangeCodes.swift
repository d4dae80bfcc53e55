/// The codes of texts of ranges that were taken, one after the other, while their rows are put in later, for several
/// ranges at once and on all threads.
struct RangeCodes<Code: FixedWidthInteger & Sendable>: Sendable {
  /// Rows for each thread at least: of a wide table's window each column has few, and to start a thread takes 5 to
  /// 30 µs.
  private static var leastRows: Int { 1 << 15 }
  /// Of each range the code of each of its texts.
  private var taken: [[Code]] = []

  mutating func take(_ codes: [Code]) { taken.append(codes) }

  /// Puts in the rows of the ranges that were taken.
  ///
  /// - Parameters:
  ///   - rows: the codes of all rows, behind which these come.
  ///   - numbers: of each range the numbers of its rows' texts.
  ///   - starts: the rows before each range, and those of all.
  ///   - forEach: calls a body for items on all threads.
  mutating func fill(
    _ rows: inout [Code], _ numbers: [[UInt32]], starts: [Int], _ forEach: (Int, (Int, Int) -> Void) -> Void
  ) {
    let before = rows.count, count = taken.count
    precondition(numbers.count == count && starts.count == count + 1, "each range was taken")
    rows.reserve(starts[count])
    rows.append(contentsOf: repeatElement(0, count: starts[count]))
    let parts = max(1, min(count, starts[count] / Self.leastRows))
    rows.withUnsafeMutableBufferPointer { [taken] rows in
      forEach(parts) { part, _ in
        for range in part * count / parts..<(part + 1) * count / parts {
          let own = UnsafeMutableBufferPointer(rebasing: rows[before + starts[range]..<before + starts[range + 1]])
          taken[range].withUnsafeBufferPointer { codes in
            for (row, number) in numbers[range].enumerated() { own[row] = codes[Int(number)] }
          }
        }
      }
    }
    taken = []
  }
}

extension Array {
  /// Room for more, twice as much each time.
  mutating func reserve(_ more: Int) {
    if count + more > capacity { reserveCapacity(Swift.max(count + more, 2 * capacity)) }
  }
}
