import Foundation
import Platform
import Specs
import TestSupport
import Testing

@testable import Datasets

/// A text that is read by ranges is the table, or the error, that it is from its first byte to its last.
@Suite struct CSVRangeTests {
  private typealias Case = CSVCase

  /// What reading comes to, and whether it was by ranges.
  private static func read(
    _ own: Case, _ cuts: TextRanges.Cuts, byRangesAlone: Bool = false, rules: ColumnRules? = nil
  ) throws -> (outcome: String, isByRanges: Bool) {
    var context = DataContext(baseDirectory: "")
    context.missing.policy = try #require(MissingPolicy(rawValue: own.missing))
    (context.cuts, context.threads) = (cuts, own.threads)
    if let rules { context.columns = rules }
    if own.isKeyed { context.keys = [KeyRequest(path: "data.group", column: .name("c0"))] }
    return RangeProbe.outcome(of: own.text, as: try format(own), in: context, byRangesAlone: byRangesAlone)
  }

  private static func format(_ own: Case) throws -> CSVFormat {
    try FieldReader.readObject(json(#"{"path": "t.csv", \#(own.keys)}"#), path: "") { fields throws(ConfigError) in
      try CSVFormat(from: fields)
    }.0
  }

  private static let never: TextRanges.Cuts = {
    var cuts = TextRanges.Cuts.usual
    cuts.leastText = .max
    return cuts
  }()

  /// Ranges of so many bytes, some of them a window.
  private static func cuts(_ bytes: Int, _ window: Int) -> TextRanges.Cuts {
    var cuts = TextRanges.Cuts.usual
    (cuts.leastText, cuts.rangeBytes, cuts.windowRanges, cuts.firstRanges) = (1, bytes, window, 2)
    return cuts
  }

  /// The tool `Banks csv-cuts` has ten thousand.
  private static let count = 24

  @Test func everyCutGivesTheSame() throws {
    var generator = TestGenerator(state: 18), byRanges = 0, whole = 0
    for number in 0..<Self.count {
      let own = Case(&generator, faults: number % 3 == 2)
      let expected = try Self.read(own, Self.never).outcome
      // With ranges of k bytes, all places are borders for some k, and there are 1 to all bytes of them.
      let sizes =
        own.text.count < 64 ? Array(1...own.text.count) : [1, 2, 3, 5, 7, 11, 16, 23, 31, 47]
      for size in sizes {
        let found = try Self.read(own, Self.cuts(size, 1 + size % 7))
        #expect(
          found.outcome == expected, "file \(number), ranges of \(size): \(String(decoding: own.text, as: UTF8.self))")
        guard found.outcome == expected else { return }
        whole += 1
        byRanges += found.isByRanges ? 1 : 0
      }
    }
    // Most of the good ones were not left to the other reader.
    #expect(byRanges > whole / 4, "\(byRanges) of \(whole) by ranges")
  }

  /// Cuts that ignore quotes, and believe what they see, give other tables: what the comparison above would find.
  @Test func cutsThatIgnoreQuotesAreFound() throws {
    let rows = (0..<40).map { "\($0),\"a\n1,b\",\($0 % 3)" }.joined(separator: "\n")
    let own = Case(fixed: "c0,c1,y\n" + rows + "\n")
    let expected = try Self.read(own, Self.never).outcome
    var differs = 0, again = 0
    for size in 5...40 {
      var cuts = Self.cuts(size, 6)
      cuts.countsQuotes = false
      // What begins elsewhere is read again: slower, and right.
      #expect(try Self.read(own, cuts).outcome == expected)
      cuts.readsAgain = false
      let found = try Self.read(own, cuts, byRangesAlone: true)
      if found.outcome != expected { differs += 1 }
      cuts.countsQuotes = true
      if try Self.read(own, cuts, byRangesAlone: true).outcome == expected { again += 1 }
    }
    #expect(differs > 18, "\(differs) of 36")
    // With the parity of quotes all cuts are right at once.
    #expect(again == 36)
  }

  @Test func usualTablesAreReadByRanges() throws {
    let texts = [
      "c0,c1,y\n1,2,3\n4,5,6\n", "c0,c1,y\r\n1,\"2\",3\r\n4, 5 ,6", "c0,c1,y\n1,red,3\n4,blue,6\n7,red,8\n",
      "c0,c1,y\n1,2,a\n4,5,b\n", "c0,c1,y\n1,\"two\nlines\",3\n4,\"say \"\"no\"\"\",6\n5,x,6\n",
    ]
    for text in texts {
      let own = Case(fixed: text), expected = try Self.read(own, Self.never).outcome
      for size in 1...text.utf8.count {
        let found = try Self.read(own, Self.cuts(size, 3))
        #expect(found.outcome == expected)
        #expect(found.isByRanges, "ranges of \(size) of \(text)")
      }
    }
  }

  /// Kinds that the first rows do not show are those of all rows, and what they do show is read in one go.
  @Test func laterRowsMayShowOtherKinds() throws {
    let days = (0..<20).map { "2024-01-\($0 % 20 + 10),\($0 % 3 == 0 ? "yes" : "no"),w\($0 % 4),\($0),1" }
    let others = [
      "2024-01-01 10:30,yes,w1,1,2", "2024-01-01,maybe,w1,1,2", "2024-01-01,1,w1,1,2", "soon,yes,w1,1,2",
      "2024-01-01,yes,7,1,2", "2024-01-01,yes,w1,one,2", "2024-01-01,yes,w1,inf,2", "2024-01-01,yes,,,2",
      "2024-01-01,yes,w1,1,a", "2024-01-01,yes,w1,1", "NA,NA,NA,NA,1",
    ]
    for other in [nil] + others.map(Optional.some) {
      var own = Case(fixed: (["a,b,c,d,y"] + days + [other].compactMap { $0 } + days).joined(separator: "\n"))
      for missing in ["error", "category"] {
        own.missing = missing
        let expected = try Self.read(own, Self.never).outcome
        for size in [60, 200, 5000] {
          #expect(try Self.read(own, Self.cuts(size, 3)).outcome == expected, "\(other ?? "") ranges of \(size)")
        }
      }
    }
  }

  /// Threads on cores of other processes read the same.
  @Test func otherCoresReadTheSame() throws {
    let own = Case(fixed: "c0,c1,y\n" + (0..<300).map { "\($0),\"a\n\($0 % 7)\",2" }.joined(separator: "\n"))
    var context = DataContext(baseDirectory: "")
    context.cuts = Self.cuts(50, 9)
    context.threads = 1
    let format = try Self.format(own), expected = RangeProbe.outcome(of: own.text, as: format, in: context)
    context.read(onCoresOf: [Affinity.cores(), [1000, 1001]])
    #expect(context.threads == Affinity.cores().count + 2)
    #expect(expected.isByRanges && RangeProbe.outcome(of: own.text, as: format, in: context) == expected)
  }

  /// Labels and keys are those of all ranges: their order, their rows, those that are pooled, whoever puts them in.
  @Test func labelsOfAllRangesAreCountedTogether() throws {
    // Of "rare" two rows, of "odd" three, far apart; NA is missing in a feature, a word in a key, refused in a target.
    let usual = ["red", "\"a\"\"b\"", "é", "e\u{301}"]
    let words: [String] = (0..<97).map { row in
      if row % 60 == 5 { return "rare" }
      if row % 31 == 7 { return "odd" }
      return row % 13 == 2 ? "NA" : usual[row % 4]
    }
    let lines = words.enumerated().map { "g\($0 % 11),\($1),\($0 % 3 == 0 ? "yes" : "no")" }
    let rules = try FieldReader.readObject(
      try json(#"{"columns": {"c1": {"kind": "categorical", "missing": "category", "rare_below": 3}}}"#), path: "data"
    ) { fields throws(ConfigError) in try ColumnRules(from: fields) }.0
    var own = Case(fixed: "c0,c1,y\n" + lines.joined(separator: "\n") + "\n")
    for isKeyed in [false, true] {
      own.isKeyed = isKeyed
      let expected = try Self.read(own, Self.never, rules: rules).outcome
      #expect(expected.contains("with fewer than 3 rows"))
      for threads in [1, 4] {
        own.threads = threads
        for size in [1, 9, 40, 333, 5000] {
          let found = try Self.read(own, Self.cuts(size, 1 + size % 5), rules: rules)
          #expect(found.isByRanges && found.outcome == expected, "ranges of \(size)")
        }
      }
    }
  }

  // MARK: - Surveys

  @Test func surveysOfRangesAreThoseOfTheWhole() throws {
    var generator = TestGenerator(state: 4)
    for number in 0..<(Self.count / 4) {
      let own = Case(&generator, faults: false), format = try Self.format(own)
      own.text.withUnsafeBufferPointer { bytes in
        var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: ""), cells: [CSVField] = []
        guard (try? scanner.next(into: &cells)) == true else { return }
        let names = cells.indices.map(String.init), start = scanner
        var whole = names.map { ColumnSurvey(name: $0) }
        while (try? scanner.next(into: &cells)) == true, cells.count == names.count {
          for (column, cell) in cells.enumerated() { whole[column].add(cell, scanner) }
        }
        for size in [1, 3, 8, 20, 50] {
          var ranges = TextRanges(bytes, checked: 0, cuts: Self.cuts(size, 4), threads: ReadingThreads(2))
          let found = CSVSurveys(
            names, of: Array(names.indices), marks: .usual, &ranges, delimiter: format.delimiter, from: start
          ) { _ in }
          guard let found else {
            #expect(scanner.position < bytes.count, "file \(number): \(String(decoding: own.text, as: UTF8.self))")
            continue
          }
          for column in names.indices { #expect(Self.describe(found.surveys[column]) == Self.describe(whole[column])) }
        }
      }
    }
  }

  private static func describe(_ survey: ColumnSurvey) -> String {
    [
      "\(survey.rows) \(survey.missing) \(survey.firstMissingLine) \(survey.marksFound.sorted()) \(survey.numbers)",
      "\(survey.wholeNumbers) \(survey.zeros) \(survey.negatives) \(survey.beyondFloat) \(survey.leadingZeros)",
      "\(survey.minimum) \(survey.maximum) \(survey.isAscending) \(survey.sample.values) \(survey.sample.count)",
      "\(survey.booleans) \(survey.dates) \(survey.timedDates) \(survey.words) \(survey.phrases) \(survey.longest)",
      "\(survey.styles.map { "\($0) \($1)" }.sorted()) \(survey.firstOfStyle.map { "\($0) \($1)" }.sorted())",
      "\(String(describing: survey.firstWord)) \(String(describing: survey.firstPlainWord)) \(survey.distinctIsMore)",
      "\(survey.distinct.map { "\($0) \(survey.distinctIsMore ? 0 : $1)" }.sorted())",
    ].joined(separator: "\n")
  }

  /// More different cells than are told apart, over several ranges.
  @Test func surveysStopTellingCellsApartAtTheSameCell() {
    let count = ColumnSurvey.distinctLimit + 5000
    let text = Array((0..<count).map { "w\($0 * 7 % 13_000)\n" }.joined().utf8)
    text.withUnsafeBufferPointer { bytes in
      var scanner = CSVScanner(bytes, delimiter: 0x2c, file: ""), cells: [CSVField] = []
      let start = scanner
      var whole = ColumnSurvey(name: "0")
      while (try? scanner.next(into: &cells)) == true { whole.add(cells[0], scanner) }
      var ranges = TextRanges(bytes, checked: 0, cuts: Self.cuts(9000, 4), threads: ReadingThreads(2))
      let found = CSVSurveys(["0"], of: [0], marks: .usual, &ranges, delimiter: 0x2c, from: start) { _ in }
      #expect(found.map { Self.describe($0.surveys[0]) } == Self.describe(whole))
    }
  }

  @Test func samplesOfSeriesAreThoseOfNumbersOneByOne() {
    var generator = TestGenerator(state: 9), one = NumberSample(), several = NumberSample(), next = 0.0
    while one.count < 5 * NumberSample.capacity {
      let numbers = (0..<Int.random(in: 0...20_000, using: &generator)).map { next + Double($0) }
      next += Double(numbers.count)
      for number in numbers { one.add(number) }
      several.add(contentsOf: numbers)
      #expect(one.values == several.values)
      #expect(one.count == several.count)
    }
  }
}
