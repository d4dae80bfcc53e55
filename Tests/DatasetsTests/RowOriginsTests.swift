import Specs
import Testing

@testable import Datasets

/// Rows are named by the lines of their files, whatever parts and views they are in.
@Suite struct RowOriginsTests {
  @Test("rows of views are named by the lines of their files")
  func origins() throws {
    let directory = try TemporaryDirectory()
    // Every third row takes two lines.
    let rows = (0..<30).map { "\($0 % 3 == 0 ? "\"k\n1\"" : "k"),\($0),\($0 % 2)" },
      lines = (0..<30).map { 2 + $0 + ($0 + 2) / 3 }
    try directory.write("t.csv", "c,x,y\n" + rows.joined(separator: "\n") + "\n")
      .write("other.csv", "c,x,y\nk,100,0\nk,101,1\n")
    let preparation = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "c"}, "normalize": "none", "validation": {"fraction": 0.3}, "test": {"format": "csv", "path": "other.csv", "targets": "y", "categorical": "c"}}"#
    ).prepare(in: directory.context, targets: .classes, seed: 2)
    var origins = preparation.origins
    let data = preparation.makePreparedData()
    let view = try data.view(of: .train, [[20, 3, 3, 11], [0], [5]], normalize: .none, normalizeTargets: .none)
    let ofView = try view.view(of: .train, [[2, 0], [], []], normalize: .none, normalizeTargets: .none)
    for data in [data, view, ofView] {
      for part in DataPart.allCases {
        guard let rows = data.rows(of: part) else { continue }
        var values = [Float](repeating: 0, count: rows.count * rows.featureCount)
        rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &values, stride: rows.featureCount)
        for row in 0..<rows.count {
          let x = Int(values[(row + 1) * rows.featureCount - 1])
          let expected = x < 100 ? ("t.csv", "line \(lines[x])") : ("other.csv", "line \(x - 98)")
          #expect(origins.place(ofRow: row, in: rows) == expected)
          #expect(origins.targetPlace(ofRow: row, in: rows) == expected)
        }
      }
    }
    for source in origins.sources {
      let lines = try #require(source?.features.lines)
      #expect(RowLines(numbers: lines.numbers) == lines)
    }
    for numbers in [[], [3, 1], [3, 0, 2, 0, 3], [3, 5, 2, 4, 3], [-1], [3, -1, 2], [3, 0, .max]] as [[Int]] {
      #expect(RowLines(numbers: numbers) == nil, "\(numbers)")
    }
    // What is forgotten has numbers still.
    origins.keep(source: 0)
    let test = try #require(data.rows(of: .test))
    #expect(origins.place(ofRow: 1, in: test) == ("the data", "row 1 of those that were read (counted from 0)"))
    #expect(origins.weightFile(ofSource: 0) == "t.csv" && origins.weightFile(ofSource: 1) == "the data")
  }
}
