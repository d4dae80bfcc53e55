import Specs
import TestSupport
import Testing

@testable import Datasets

/// What a column's cells are, and the kind that is read from them.
@Suite struct ColumnSurveyTests {
  private func survey(_ cells: [String], marks: MissingMarks = .usual) -> ColumnSurvey {
    var survey = ColumnSurvey(name: "x", marks: marks)
    for (index, cell) in cells.enumerated() {
      var cell = cell
      cell.withUTF8 { survey.add($0, line: index + 2) }
    }
    return survey
  }

  @Test("every cell is exactly one thing")
  func counts() {
    let cells = [
      "1", "-2.5", "007", "", "NA", "yes", "FALSE", "2024-01-31", "2024-01-31T10:00", "1.234,56", "5%", "€5",
      "blue sky", "red",
      "1e400", "0",
    ]
    let found = survey(cells)
    #expect(found.rows == 16 && found.missing == 2 && found.firstMissingLine == 5)
    #expect(found.numbers == 5 && found.wholeNumbers == 4 && found.zeros == 1 && found.negatives == 1)
    #expect(found.leadingZeros == 1 && found.beyondFloat == 1)
    #expect(found.booleans == 2 && found.dates == 2 && found.timedDates == 1)
    #expect(found.styled == 3 && found.styles == [.decimalComma: 1, .percent: 1, .currency: 1])
    #expect(found.words == 2 && found.phrases == 1)
    #expect(
      found.numbers + found.booleans + found.dates + found.styled + found.words + found.missing == found.rows)
    #expect(found.firstWord == .init(text: "yes", line: 7))
    #expect(found.firstPlainWord == .init(text: "blue sky", line: 14))
    #expect(found.distinctCount == 14 && found.longest == 16)
    #expect(found.marksFound == ["NA"])
  }

  /// A column's cells, each in quotes or not, and where they are in a text.
  private static func cells(_ generator: inout TestGenerator) -> (text: [UInt8], cells: [CSVField]) {
    let usual = [
      "1", "-2.5", "007", "", "NA", "null", "yes", "FALSE", "2024-01-31", "2024-01-31T10:00", "1.234,56", "5%", "€5",
      "blue sky", "red", "1e400", "0", "a\"\"b", "\"\"NA\"\"", "a word of more than sixteen bytes",
      "a word of more than sixteen bites",
    ]
    let own = (0..<Int.random(in: 1...usual.count, using: &generator)).map { _ in
      Int.random(in: 0..<usual.count, using: &generator)
    }
    let ascends = Bool.random(using: &generator), isMany = Int.random(in: 0..<8, using: &generator) == 0
    var text: [UInt8] = [], cells: [CSVField] = []
    for index in 0..<(isMany ? 30_000 : Int.random(in: 1...400, using: &generator)) {
      let isNumber = isMany || Int.random(in: 0..<3, using: &generator) > 0 && ascends
      let cell = isNumber ? "\(index)" : usual[own.randomElement(using: &generator) ?? 0]
      let start = text.count
      text += Array(cell.utf8)
      cells.append(
        CSVField(start: start, end: text.count, isQuoted: cell.contains("\""), hasDoubledQuotes: cell.contains("\"")))
    }
    text += Array("12345678".utf8)
    return (text, cells)
  }

  /// All that a survey says, sets and dictionaries in order.
  private func describe(_ survey: ColumnSurvey) -> String {
    var text = "\(survey.rows) \(survey.missing) \(survey.firstMissingLine) \(survey.marksFound.sorted()) "
    text += "\(survey.numbers) \(survey.wholeNumbers) \(survey.zeros) \(survey.negatives) \(survey.beyondFloat) "
    text += "\(survey.leadingZeros) \(survey.minimum) \(survey.maximum) \(survey.isAscending) \(survey.sample) "
    text += "\(survey.booleans) \(survey.dates) \(survey.timedDates) \(survey.words) \(survey.phrases) "
    text += "\(survey.styles.map { "\($0)" }.sorted()) \(survey.firstOfStyle.map { "\($0)" }.sorted()) "
    text += "\(String(describing: survey.firstWord)) \(String(describing: survey.firstPlainWord)) \(survey.longest) "
    text += "\(survey.distinctIsMore) \(survey.distinctCount) "
    return text + (survey.distinctIsMore ? "" : "\(survey.distinct.map { "\($0)" }.sorted())")
  }

  @Test("a survey by ranges is that of all cells one by one", arguments: [1, 1 << 20])
  func byRanges(columns: Int) {
    var generator = TestGenerator(state: 19)
    for _ in 0..<60 {
      let (text, cells) = Self.cells(&generator)
      text.withUnsafeBufferPointer { bytes in
        let scanner = CSVScanner(bytes, delimiter: 0x2c, file: "t")
        var whole = ColumnSurvey(name: "x"), alone = ColumnSurvey(name: "x")
        // Two workers, one range each in turn; of so many columns no texts are kept for the next range.
        var texts = (0..<2).map { _ in RangeTexts(bytes, columns: columns) }
        var surveys = (0..<2).map { _ in RangeSurvey("x", .usual) }
        var next = 0, turn = 0
        while next < cells.count {
          let count = min(cells.count - next, Int.random(in: 1...max(1, cells.count / 3), using: &generator))
          let worker = turn % 2
          surveys[worker].begin(whole, isForgotten: texts[worker].clear())
          for index in next..<next + count {
            let cell = scanner.bytes(of: cells[index]), line = 2 * (index - next) + 1
            guard !surveys[worker].takesNumber(cell, line: line) else { continue }
            let number = texts[worker].number(of: cells[index])
            if surveys[worker].isNew(number) { surveys[worker].look(number, of: texts[worker]) }
            surveys[worker].add(number, cell, line: line)
          }
          surveys[worker].finish(texts[worker])
          surveys[worker].merge(into: &whole, line: 2 * next)
          (next, turn) = (next + count, turn + 1)
        }
        for (index, cell) in cells.enumerated() {
          var own = scanner.text(of: cell)
          own.withUTF8 { alone.add($0, line: 2 * index + 1) }
        }
        let (found, expected) = (describe(whole), describe(alone))
        #expect(found == expected)
      }
    }
  }

  @Test("different cells are told apart up to a limit, and numbers by value")
  func distinct() {
    #expect(survey(["1", "1.0", "01", "2"]).distinctNumbers == [1: 3, 2: 1])
    let many = survey((0..<20_000).map { "w\($0)" })
    #expect(many.distinctIsMore && many.distinctCount == ColumnSurvey.distinctLimit)
    let few = survey((0..<20_000).map { "w\($0 % 10_000)" })
    #expect(!few.distinctIsMore && few.distinctCount == 10_000 && few.mostFrequent == 2)
  }

  @Test("a sample of a long series is the series at even distances")
  func sample() {
    var sample = NumberSample()
    for index in 0..<200_000 { sample.add(Double(index)) }
    let step = sample.values[1] - sample.values[0]
    #expect(step == 8 && sample.values.count == 25_000 && sample.count == 200_000)
    #expect(sample.values.enumerated().allSatisfy { $1 == Double($0) * step })
  }

  private static let names = (0..<40).map { "name\($0)" }

  private static let kinds: [(cells: [String], kind: InferredKind)] = [
    (["1", "2", "", "3.5"], .numeric), (["", "NA"], .empty), (["yes", "No", "?", "NO"], .boolean),
    (["2024-01-31", "", "2024/02/29 10:00"], .date), (["2024-01-31", "soon"], .categorical),
    (["red", "blue", "red"], .categorical), (["yes", "0"], .boolean), (["yes", "2"], .nearlyNumeric),
    ((0..<40).map { $0 == 7 ? "oops" : "\($0)" }, .nearlyNumeric),
    ((0..<40).map { $0 % 8 == 7 ? "oops" : "\($0 % 4)" }, .categorical),
    (["1,5", "2,25", "3"], .otherStyle(.decimalComma)), (["1.234,5", "7,5"], .otherStyle(.decimalComma)),
    (["1,234", "1,234,567"], .otherStyle(.thousands)), (["1,234", "5,678"], .otherStyle(.commaOrThousands)),
    (["5%", "7.5%"], .otherStyle(.percent)),
    (["$5", "$6", "7"], .otherStyle(.currency)), (["5%", "many"], .categorical),
    (names, .identifier), (names + names, .categorical), (names + Array(names.prefix(15)), .manyCategories),
    (names.map { "\($0) lives in a house far away from all the others" }, .text),
    (["a", "b", "c"], .categorical),
  ]

  @Test("the kind that cells show", arguments: kinds.indices)
  func kind(index: Int) {
    #expect(InferredKind(survey(Self.kinds[index].cells)) == Self.kinds[index].kind)
  }

  @Test("a mark of the source's own is missing, and then the usual ones are none")
  func marks() {
    let found = survey(["1", "-999", "NA"], marks: MissingMarks(["-999"]))
    #expect(found.missing == 1 && found.words == 1 && found.numbers == 1)
  }

  // MARK: - Tables

  private func table(_ text: String, file: String = "t.csv") throws -> TableSurvey {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { bytes throws(DataError) in try TableSurvey(bytes, file: file) }
  }

  @Test(
    "delimiter and header are told from the first lines",
    arguments: [
      ("a,b\n1,2\n", ",", true, 1), ("a;b\n1,5;2,5\n", ";", true, 1), ("a\tb\n1\t2\n3\t4", "\t", true, 2),
      ("a|b|c\n1|2|3\n", "|", true, 1), ("1,2\n3,4\n", ",", false, 2), ("5.1,3.5,rose\n4.9,3.0,rose\n", ",", false, 2),
      ("land,1990,2000\nA,1,2\n", ",", true, 1), (",x\n0,5\n1,6\n", ",", true, 2), ("x\n1\n2\n", ",", true, 2),
      ("\"a,b\",c\n1,2\n", ",", true, 1), ("a,b\r\n\"x\ny\",2\r\n", ",", true, 1),
    ])
  func dialect(text: String, delimiter: String, header: Bool, rows: Int) throws {
    let found = try table(text)
    #expect(String(Unicode.Scalar(found.delimiter)) == delimiter && found.hasHeader == header && found.rows == rows)
  }

  @Test(
    "what is no table is refused",
    arguments: [
      ("a,b\n1,2\n3\n", "t.csv: line 3"), ("a,a\n1,2\n", "'a'"), ("a,b\n", "t.csv"), ("a,b\n\"1,2\n", "t.csv: line 2"),
      ("PK\u{3}\u{4}\u{14}\u{0}", "t.csv"),
    ])
  func refused(text: String, says: String) {
    #expect {
      _ = try table(text)
    } throws: {
      ($0 as? any ReportableError)?.sentence.contains(says) == true
    }
  }

  @Test("doubled quotes are one, and what a column's problem is comes with what mends it")
  func problems() throws {
    let found = try table("id,q,v\n1,\"a \"\"b\"\"\",5%\n2,,6%\n")
    #expect(found.columns[1].distinct.keys.first == #"a "b""#)
    let problems = found.columns.compactMap(ColumnWarning.problem(of:))
    #expect(problems.map(\.column) == ["q", "v"])
    #expect(
      ColumnWarning.fragment(of: problems)?.compactText
        == #"{"q": {"missing": "category"}, "v": {"strip": ["%"]}}"#)
  }

  @Test(
    "how numbers are written",
    arguments: [
      ("1.234,56", CellCause.decimalComma, #"{"decimal": ",", "thousands": "."}"#),
      ("1,5", .decimalComma, #"{"decimal": ","}"#),
      ("1,234.5", .thousands, #"{"thousands": ","}"#), ("1,234", .commaOrThousands, #"{"thousands": ","}"#),
      ("€1,234", .currency, #"{"thousands": ",", "strip": ["€"]}"#),
      ("12,50 €", .currency, #"{"decimal": ",", "strip": ["€"]}"#),
      ("1.234,50 €", .currency, #"{"decimal": ",", "thousands": ".", "strip": ["€"]}"#),
      ("7.5%", .percent, #"{"strip": ["%"]}"#),
      ("USD 5", .currency, #"{"strip": ["USD"]}"#),
    ])
  func styles(text: String, cause: CellCause, rule: String) {
    #expect(CellCause(of: text) == cause)
    let survey = Self.survey([text])
    #expect(StyleAdvice.rule(survey).map { ConfigValue.object($0).compactText } == rule)
  }

  private static func survey(_ cells: [String]) -> ColumnSurvey {
    var survey = ColumnSurvey(name: "x")
    for var cell in cells { cell.withUTF8 { survey.add($0, line: 1) } }
    return survey
  }

  @Test(
    "a style is proposed where it reads all cells, and says no other number",
    arguments: [
      (["1,234", "2,345", "0,567"], #"{"decimal": ","}"#), (["1,234", "2,345", "3,456,789"], #"{"thousands": ","}"#),
      (["1 234 €", "5 €"], #"{"thousands": " ", "strip": ["€"]}"#), (["\u{2212}5 €"], #"{"strip": ["€"]}"#),
      (["(1,234)"], nil), (["(5)"], nil), (["\u{2212}5"], nil), (["$5", "5 €"], nil), (["1,5", "$1,234.5"], nil),
    ])
  func wholeColumns(cells: [String], rule: String?) {
    let survey = Self.survey(cells)
    #expect(StyleAdvice.rule(survey).map { ConfigValue.object($0).compactText } == rule)
    if rule == #"{"decimal": ","}"# { #expect(InferredKind(survey) == .otherStyle(.decimalComma)) }
  }
}
