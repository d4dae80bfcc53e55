import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

/// A text that is read by ranges is the table, or the error, that it is from its first byte to its last.
@Suite struct CSVRangeTests {
  /// A text and how it is read.
  fileprivate struct Case {
    var text: [UInt8] = []
    var keys = #""targets": "y""#
    var missing = MissingPolicy.error
    /// Whether the first column tells rows that belong together.
    var isKeyed = false
    var threads = 2

    /// A table of some lines, with whatever CSV allows and does not.
    init(_ generator: inout TestGenerator, faults: Bool) {
      func one<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &generator)] }
      func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
      let lineEnd = one(["\n", "\n", "\r\n", "\r"]), delimiter = one([",", ",", ";", "\t"])
      let kinds = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Int.random(in: 0..<8, using: &generator) }
      let target = Int.random(in: 0..<3, using: &generator), holes = one([0, 0, 8])
      missing = one([.error, .median, .dropRow, .category])
      func quoted(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
      func cell(_ kind: Int) -> String {
        if chance(holes) { return one(["", "NA", "?", "\"\"", " "]) }
        switch kind {
        case 0: return "\(Int.random(in: -99...99, using: &generator))"
        case 1: return "\(Double.random(in: -1...1, using: &generator))"
        case 2: return one([" 1.5 ", "\"2\"", "3e2", "+4", "005", "9007199254740993", ".5", "6."])
        case 3: return one(["red", "blue", "Äpfel", "\"red\"", "5\" pipe", "a b"])
        case 4:
          return quoted(one(["x", "a\(delimiter)b", "two\(lineEnd)lines", "he said \"no\"", "\"", lineEnd, "日本"]))
        case 5: return one(["yes", "no", "No", "TRUE", "1"])
        case 6: return one(["2024-02-29", "2023-01-01", "1999-12-31"])
        default: return one(["yes", "no", "2024-02-29", "2023-01-01 10:00", "1,5", "7 %"])
        }
      }
      let isWeighted = chance(25)
      if chance(20) { keys += ", \"categorical\": [\"c0\"]" }
      if isWeighted { keys += ", \"sample_weight\": \"w\"" }
      (isKeyed, threads) = (chance(25), one([1, 2, 3]))
      var lines = [
        (kinds.indices.map { "c\($0)" } + ["y"] + (isWeighted ? ["w"] : [])).joined(separator: delimiter)
      ]
      for _ in 0..<Int.random(in: 1...9, using: &generator) {
        let label =
          target == 0
          ? "\(Int.random(in: 0...3, using: &generator))" : target == 1 ? cell(0) : one(["a", "b", "\"c\nd\""])
        let weight = chance(95) ? "\(Int.random(in: 0...8, using: &generator)).5" : one(["", "-1", "1e-400"])
        lines.append((kinds.map(cell) + [label] + (isWeighted ? [weight] : [])).joined(separator: delimiter))
      }
      if faults {
        let place = Int.random(in: 0..<lines.count, using: &generator)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: lines[place] += delimiter
        case 1: lines[place] = "1"
        case 2: lines[place] += "\""
        case 3: lines[place] = "\"x\"y" + lines[place]
        case 4: lines.insert("", at: place)
        case 5: lines.insert("# a comment", at: place)
        case 6: lines.append(lines[0])
        case 7: lines[place] = "\"" + lines[place]
        default: lines[place] = "1e999" + lines[place]
        }
      }
      text = Array((chance(10) ? "\u{FEFF}" : "").utf8) + Array(lines.joined(separator: lineEnd).utf8)
      if chance(70) { text += Array(lineEnd.utf8) }
      if chance(15) { text += Array((lineEnd + lineEnd).utf8) }
      if faults, chance(10) {
        text.insert(one([0xff, 0x80, 0xc3]), at: Int.random(in: 0...text.count, using: &generator))
      }
      keys += delimiter == "," ? "" : ", \"delimiter\": \(delimiter == "\t" ? #""\t""# : "\"\(delimiter)\"")"
    }
  }

  private static func format(_ own: Case) throws -> CSVFormat {
    try FieldReader.readObject(json(#"{"path": "t.csv", \#(own.keys)}"#), path: "") { fields throws(ConfigError) in
      try CSVFormat(from: fields)
    }.0
  }

  /// What reading comes to, and whether it was by ranges.
  private static func read(
    _ own: Case, _ cuts: TextRanges.Cuts, byRangesAlone: Bool = false
  ) throws -> (outcome: String, isByRanges: Bool) {
    var context = DataContext(baseDirectory: "")
    (context.missing.policy, context.cuts, context.threads) = (own.missing, cuts, own.threads)
    if own.isKeyed { context.keys = [KeyRequest(path: "data.group", column: .name("c0"))] }
    let sink = DataSink(context), reader = CSVReader(format: try format(own), sink: sink)
    do throws(DataError) {
      let isByRanges = own.text.withUnsafeBufferPointer { bytes in
        reader.readByRanges(bytes) { body throws(DataError) in try body(bytes) }
      }
      if !isByRanges {
        guard !byRangesAlone else { return ("", false) }
        try reader.read(own.text)
      }
      return (try describe(sink.table()), isByRanges)
    } catch {
      return (error.sentence, false)
    }
  }

  /// All of a table.
  private static func describe(_ table: Table) -> String {
    var text =
      "\(table.count) \(table.columns) \(table.notes) \(table.dropped) \(table.targetColumns) \(String(describing: table.source)) "
    text +=
      "\(table.keys.map { "\($0.name) \($0.labels(0..<table.count))" }) \(String(describing: table.sampleWeights)) "
    text += "\(table.features.codes) \(table.features.isRounded) \(String(describing: table.targets)) "
    table.forEachRow(0..<table.count) { row, values in
      for feature in 0..<table.featureShape.count { text += "\(values[feature].bitPattern) " }
    }
    return text
  }

  private static let never: TextRanges.Cuts = {
    var cuts = TextRanges.Cuts.usual
    cuts.leastText = .max
    return cuts
  }()

  /// Ranges of so many bytes, some of them a window.
  private static func cuts(_ bytes: Int, _ window: Int) -> TextRanges.Cuts {
    var cuts = TextRanges.Cuts.usual
    (cuts.leastText, cuts.rangeBytes, cuts.windowRanges) = (1, bytes, window)
    return cuts
  }

  private static let count = ProcessInfo.processInfo.environment["CSV_RANGE_FILES"].flatMap(Int.init) ?? 100

  @Test func everyCutGivesTheSame() throws {
    var generator = TestGenerator(state: 18), byRanges = 0, whole = 0
    for number in 0..<Self.count {
      let own = Case(&generator, faults: number % 3 == 2)
      let expected = try Self.read(own, Self.never).outcome
      // With ranges of k bytes, all places are borders for some k, and there are 1 to all bytes of them.
      let sizes =
        own.text.count < 64 || Self.count > 100 ? Array(1...own.text.count) : [1, 2, 3, 5, 7, 11, 16, 23, 31, 47]
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
    var own = Case(fixed: "c0,c1,y\n" + rows + "\n")
    own.missing = .error
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
          var ranges = TextRanges(bytes, checked: 0, cuts: Self.cuts(size, 4), workers: 2)
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
      var ranges = TextRanges(bytes, checked: 0, cuts: Self.cuts(9000, 4), workers: 2)
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

extension CSVRangeTests.Case {
  fileprivate init(fixed text: String) {
    var generator = TestGenerator(state: 1)
    self.init(&generator, faults: false)
    (self.text, keys, missing, isKeyed) = (Array(text.utf8), #""targets": "y""#, .error, false)
  }
}
