internal import Datasets

extension PredictionTable {
  /// The table with rows that have no prediction put between those that have one, so that rows stand beside the rows of
  /// their source: an empty label, and NaN for each number.
  ///
  /// - Parameter gaps: the places of those rows in the result, ascending.
  package func inserting(gaps: [Int]) -> PredictionTable {
    guard !gaps.isEmpty else { return self }
    let nothing = [Double](repeating: .nan, count: numbers.first?.count ?? 0)
    var rows: [[Double]] = [], names: [String] = [], next = 0, taken = 0
    for place in 0..<(numbers.count + gaps.count) {
      if next < gaps.count, gaps[next] == place {
        rows.append(nothing)
        names.append("")
        next += 1
      } else {
        rows.append(numbers[taken])
        if let labels { names.append(labels[taken]) }
        taken += 1
      }
    }
    var table = self
    table.numbers = rows
    if labels != nil { table.labels = names }
    return table
  }
}
