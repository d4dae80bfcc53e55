/// The last rows in time given to the test part, those before them to validation; equal times stand in one part.
///
/// A part takes times from the last on as long as it comes nearer to its rows with each.
struct TimeSplit: Equatable {
  /// The first of the times, ascending, that are validation's.
  private(set) var validation: Int
  /// The first that is of the test part.
  private(set) var test: Int

  /// - Parameters:
  ///   - counts: the rows of each time, ascending, at least one.
  ///   - rows: those that validation and test are to have, 0 for a part that there is not to be.
  init(counts: [Int], validation: Int, test: Int) {
    /// Where a part begins that ends before a time.
    func start(before end: Int, rows: Int, reserved: Int) -> Int {
      var start = end, missing = rows
      while start > reserved, counts[start - 1] < 2 * missing {
        start -= 1
        missing -= counts[start]
      }
      return start
    }
    self.test = start(before: counts.count, rows: test, reserved: validation > 0 ? 2 : 1)
    self.validation = start(before: self.test, rows: validation, reserved: 1)
  }
}
