/// Reads the records of one range after the other, on whatever thread.
protocol RangeWorker: AnyObject {
  var end: CSVRangeRows.End { get }
  /// Where reading has begun; nil: not at all.
  var start: Int? { get }
  /// Behind the last record.
  var position: Int { get }
  /// Line ends from the start to there.
  var lineCount: Int { get }

  /// Reads the records that begin at or behind a byte and before another one; what was read before is forgotten.
  ///
  /// - Parameters:
  ///   - start: nil where none begins.
  ///   - isKnown: whether a record begins there, and not only may.
  func read(from start: Int?, upTo limit: Int, isKnown: Bool)
}

extension TextRanges {
  /// Reads all records from one on, each window of ranges on all threads.
  ///
  /// - Parameters:
  ///   - start: of the first record.
  ///   - line: lines before it.
  ///   - windows: of ranges at most.
  ///   - make: a worker for a range of a window; it is used again for the next window's.
  ///   - merge: takes in what a range has, in the order of the text; false where it cannot.
  ///   - finish: called behind each window with its workers and the byte behind the last record.
  /// - Returns: `done`, or why reading has ended at the first range that is not.
  mutating func walk<Worker: RangeWorker, Failure: Error>(
    from start: Int, line: Int, windows: Int = .max, make: () -> Worker, merge: (_ worker: Worker, _ line: Int) -> Bool,
    finish: (_ workers: ArraySlice<Worker>, _ position: Int, _ ranges: TextRanges) throws(Failure) -> Void
  ) throws(Failure) -> CSVRangeRows.End {
    var position = start, line = line, workers: [Worker] = [], count = 0
    while position < end {
      guard count < windows else { return .done }
      count += 1
      guard let window = window(from: position) else { return .undecided }
      while workers.count < window.count { workers.append(make()) }
      forEach(window.count) { item, _ in
        workers[item].read(from: window[item].start, upTo: window[item].limit, isKnown: item == 0)
      }
      for (worker, range) in zip(workers, window) {
        // Where the range before has ended is the only place that counts.
        let own = position < range.limit ? position : nil
        if readsAgain, worker.start != own || worker.end == .lost {
          worker.read(from: own, upTo: range.limit, isKnown: true)
        }
        let isTaken = merge(worker, line)
        guard isTaken, worker.end == .done else { return isTaken ? worker.end : .undecided }
        if worker.start != nil {
          position = worker.position
          line += worker.lineCount
        }
      }
      try finish(workers.prefix(window.count), position, self)
    }
    return checkRest() ? .done : .undecided
  }
}
