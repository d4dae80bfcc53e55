import Testing

@testable import Statistics

/// Median, mean, and both beside the extremes.
@Suite struct LocationTests {
  @Test("the median, whatever the order")
  func medians() {
    #expect(median([3]) == 3)
    #expect(median([9, -1, 4]) == 4)
    #expect(median([4, 1, 3, 2]) == 2.5)
    #expect(median([7, 7, 7, 7]) == 7)
    #expect(median([.infinity, 1, 2]) == 2)
    #expect(median([]).isNaN)
  }

  @Test("the mean, summed in the order given")
  func means() {
    #expect(mean([1, 2, 6]) == 3)
    // 1 is lost beside 1e16, and is not where the large ones cancel first.
    #expect(mean([1, 1e16, -1e16]) == 0)
    #expect(mean([1e16, -1e16, 1]) == 1.0 / 3)
    #expect(mean([]).isNaN)
  }

  @Test("a summary is its parts, for every number of values")
  func summaries() throws {
    #expect(Summary([]) == nil)
    for count in 1...40 {
      let values = (0..<count).map { Double($0 * 17 % 41) / 3 }, summary = try #require(Summary(values))
      #expect(summary.count == count)
      #expect(summary.min == values.min() && summary.max == values.max())
      #expect(summary.median == median(values) && summary.mean == mean(values))
      // As many values lie below the median as above.
      #expect(values.filter { $0 < summary.median }.count == values.filter { $0 > summary.median }.count)
    }
  }
}
