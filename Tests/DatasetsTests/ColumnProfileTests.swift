import Specs
import Testing

@testable import Datasets

/// Figures of columns beside NumPy's, and what a person is warned of.
@Suite struct ColumnProfileTests {
  /// Numbers from 0 to 1, as `gold.py` made them too.
  private static func uniform(_ seed: UInt64, _ count: Int = 1000) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / 0x1p31
    }
  }
  private static let whole = uniform(9).map { ($0 * 41).rounded(.down) - 20 }
  private static let skewed = uniform(9).map { $0 * $0 * 1000 - 3.5 }

  @Test("minimum, median, maximum, zeros, different values and histogram are NumPy's")
  func numpy() throws {
    let whole = ColumnProfile("x", .feature, numbers: Self.whole), numbers = try #require(whole.numbers)
    #expect((numbers.minimum, numbers.median, numbers.maximum) == (-20, 0, 20))
    #expect(numbers.zeros == 29 && numbers.areWhole && whole.distinct == 41)
    #expect(whole.bins == [100, 100, 88, 99, 96, 104, 90, 100, 99, 124])
    #expect(whole.mostFrequent == "16" && whole.mostFrequentCount == 36)
    let skewed = ColumnProfile("x", .feature, numbers: Self.skewed + [.nan, .nan]), other = try #require(skewed.numbers)
    #expect(skewed.missing == 2 && skewed.distinct == 1000 && !other.areWhole && other.zeros == 0)
    #expect(other.minimum == -3.499997596475675 && other.maximum == 993.5813896070385)
    // NumPy halves the sum, here the halves are added.
    #expect(abs(other.median - 247.64717794440787) < 1e-12)
    #expect(skewed.bins == [314, 123, 112, 74, 74, 71, 60, 72, 50, 50])
  }

  @Test("numbers at the ends of double, and none at all")
  func extremes() {
    let far = ColumnProfile("x", .feature, numbers: [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude])
    #expect(far.bins.reduce(0, +) == 2 && far.numbers?.median == 0)
    let none = ColumnProfile("x", .feature, numbers: [.nan])
    #expect(none.numbers == nil && none.present == 0 && none.distinct == 0)
    #expect(ColumnProfile("x", .feature, numbers: []).rows == 0)
  }

  @Test("words: counts, the most frequent, and those that are numbers")
  func words() {
    let column = ColumnProfile("x", .feature, codes: [0, 1, 1, 2, -1, 2], labels: ["a", "7", "b", "never"])
    #expect(column.missing == 1 && column.distinct == 3 && column.bins == [2, 2, 1])
    #expect(column.mostFrequent == "7" && column.mostFrequentCount == 2)
    #expect(column.numberLike == 2 && column.otherWords == ["a", "b"])
  }

  // MARK: - Leaks

  private func leak(_ target: [Double], _ feature: [Double], isOrdered: Bool = true, isCoded: Bool = false)
    -> TargetLeak?
  {
    TargetLeak(of: RankedTarget(target), in: feature, isOrdered: isOrdered, isCoded: isCoded)
  }

  @Test("rank correlations are those of NumPy's ranks")
  func ranks() throws {
    let noise = Self.uniform(10)
    for (weight, golden) in [(1e-4, 0.999999387999388), (3e-3, 0.999899163899164)] {
      let target = zip(Self.skewed, noise).map { $0 + weight * 1000 * $1 }
      guard case .rank(let found)? = leak(target, Self.skewed) else {
        Issue.record("no leak at \(weight)")
        continue
      }
      #expect(abs(found - golden) < 1e-12)
    }
    // 0.99854 and 0.96 are a good feature.
    for weight in [0.02, 0.2] {
      #expect(leak(zip(Self.skewed, noise).map { $0 + weight * 1000 * $1 }, Self.skewed) == nil)
    }
  }

  @Test("a feature that is the target, says the same, decides it, or rises with it")
  func exact() {
    let y = Self.whole, rows = y.count
    #expect(leak(y, y) == .equal)
    #expect(leak(y, y, isCoded: true) == .oneToOne)
    #expect(leak(y, y.map { 3 - 2 * $0 }) == .oneToOne)
    #expect(leak(y, y.map { ($0 * 7).truncatingRemainder(dividingBy: 41) }, isOrdered: false) == .oneToOne)
    #expect(leak(y.map { $0 > 3 ? 1 : 0 }, y) == .decides)
    #expect(leak(Self.skewed, Self.uniform(9)) == .monotone)
    #expect(leak(Self.skewed, Self.uniform(9).map { -$0 }) == .monotone)
    // Where a value is missing nothing is said.
    #expect(leak(y, y.enumerated().map { $0 % 10 == 0 ? .nan : $1 }) == .equal)
    // Negative controls: numbers that are all different go with one target each; a column that is separate; few rows; a
    // constant.
    #expect(leak(y, (0..<rows).map { Double(($0 * 389) % rows) }) == nil)
    #expect(leak(y, Self.uniform(77)) == nil)
    #expect(leak(Array(y.prefix(19)), Array(y.prefix(19))) == nil)
    #expect(leak(y, y.map { _ in 1 }) == nil)
    #expect(leak((0..<rows).map { $0 < 500 ? 0 : 1 }, (0..<rows).map(Double.init)) == nil)
  }

  @Test("long columns are looked at by a sample first, and then as a whole")
  func long() {
    let y = Self.uniform(3, 50_000)
    #expect(leak(y, y) == .equal)
    // One row that the sample has not seen.
    var other = y
    other[1] += 5
    guard case .rank(let correlation)? = leak(other, y) else {
      Issue.record("no leak")
      return
    }
    #expect(correlation < 1 && correlation > 0.999)
    #expect(leak(y, Self.uniform(4, 50_000)) == nil)
  }

  // MARK: - Tables

  private func profile(_ text: String, _ keys: String = #""targets": "y""#) throws -> TableProfile {
    try #require(TableProfile(csv(text, keys), progress: {}))
  }

  @Test("a table's columns in the order of features, targets and weight")
  func columns() throws {
    let found = try profile(
      "a,c,w,y\n1,u,1,0\n2,v,2,1\n4,u,1,0\n", #""targets": "y", "categorical": ["c"], "sample_weight": "w""#)
    #expect(found.file == "t.csv" && found.rows == 3)
    #expect(found.columns.map(\.name) == ["a", "c", "y", "sample_weight"])
    #expect(found.columns.map(\.role) == [.feature, .feature, .target, .weight])
    #expect(found.columns.map(\.kind) == [.numeric, .categorical, .numeric, .numeric])
    #expect(found.columns[0].numbers?.median == 2 && found.columns[1].mostFrequent == "u")
    #expect(found.warnings.isEmpty)
  }

  @Test("warnings, each with the fragment that mends it")
  func warnings() throws {
    var text = "id,same,rare,code,twin,num,ok,y\n"
    for row in 0..<200 {
      let y = (row * 7) % 10
      text +=
        "\(row * 3 + 1),5,\(row == 9 ? 1 : 0),\(row == 4 ? "oops" : "\(row % 6)"),t\(y),\(10 * y + 3),\(Double(row * row % 97) / 7),\(y)\n"
    }
    let found = try profile(text, #""targets": "y", "categorical": ["code", "twin"]"#)
    let drop = { (name: String) in #"{"\#(name)": {"role": "drop"}}"# }
    let expected: [(String, String, String)] = [
      ("id", "has as many values as rows", drop("id")), ("same", "has one value in all rows (5)", drop("same")),
      ("rare", "has one value (0) in all but 1 of 200 rows", drop("rare")),
      (
        "code", "holds numbers in 199 of 200 rows, and words ('oops')",
        #"{"code": {"kind": "numeric", "missing": "median"}}"#
      ),
      ("twin", "and target 'y' say the same", drop("twin")), ("num", "and target 'y' say the same", drop("num")),
    ]
    #expect(found.warnings.count == expected.count)
    for (warning, (column, says, fragment)) in zip(found.warnings, expected) {
      #expect(warning.column == column && warning.words.contains(says), "\(warning.words)")
      #expect(warning.fragment?.compactText == fragment)
    }
    #expect(ColumnWarning.fragment(of: found.warnings)?["code"] != nil)
  }

  @Test("no fragment names a column that is not in the file")
  func derived() throws {
    let rows = (0..<40).map { "2024-01-01,\($0 % 7),\($0 % 2)\n" }.joined()
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "d,x,y\n" + rows)
    var context = directory.context
    context.profilesColumns = true
    let data = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "columns": {"d": {"parts": ["year", "days"]}}}"#)
    let profile = try #require(data.prepare(in: context, targets: .classes, seed: 1).profile)
    #expect(profile.warnings.map(\.column) == ["d.year", "d.days"])
    #expect(profile.warnings.allSatisfy { $0.fragment == nil })
  }

  @Test("a target with one value; a table of indices has columns, arrays have none")
  func others() throws {
    let found = try profile("a,y\n1,3\n2,3\n")
    #expect(found.warnings.map(\.words) == ["target 'y' has one value in all rows (3): there is nothing to learn"])
    #expect(found.warnings[0].fragment == nil)
    let indices = try profile("1,2,0\n3,4,1\n", #""targets": 2, "header": false"#)
    #expect(indices.columns.map(\.name) == ["0", "1", "2"])
  }

  @Test("preparing takes figures where they are wanted, of all rows of the training source")
  func preparation() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,y\n" + (0..<50).map { "\($0),\($0 % 2)\n" }.joined())
    let data = try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.2}}"#)
    var context = directory.context
    #expect(try data.prepare(in: context, targets: .classes, seed: 1).profile == nil)
    context.profilesColumns = true
    let profile = try #require(data.prepare(in: context, targets: .classes, seed: 1).profile)
    #expect(profile.rows == 50 && profile.columns[0].numbers?.maximum == 49)
  }

  @Test("what a refused table's columns are, and all that keeps them from being read")
  func refused() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.csv", "a,b,c,y\n1,x,5%,0\n,y,6%,1\n3,x,7%,0\n")
    let found = try #require(
      RefusedColumns(
        section(#"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}}"#), baseDirectory: directory.path))
    #expect(found.profiles.map(\.role) == [.feature, .feature, .feature, .target])
    #expect(found.problems.map(\.column) == ["a", "c"])
    #expect(
      RefusedColumns(
        try section(#"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}}"#), baseDirectory: "")
        == nil)
    // What the config says is no problem any more.
    let ruled = try #require(
      RefusedColumns(
        section(
          #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "missing": "median", "columns": {"b": {"role": "drop"}, "c": {"strip": ["%"]}}}"#
        ), baseDirectory: directory.path))
    #expect(ruled.profiles.map(\.role) == [.feature, .feature, .target] && ruled.problems.isEmpty)
  }
}
