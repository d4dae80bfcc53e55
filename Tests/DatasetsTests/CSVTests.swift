import Specs
import TestSupport
import Testing

@testable import Datasets

@Suite struct CSVTests {
  @Test func readsNumbersAndLabels() throws {
    let table = try csv("a,b,kind\n1,2.5,dog\n-3,4e2,cat\n", #""targets": "kind""#)
    #expect(table.count == 2)
    #expect(table.featureShape == [2])
    #expect(features(table) == [1, 2.5, -3, 400])
    #expect(table.columns.map(\.name) == ["a", "b"])
    let targets = try #require(table.targets)
    let names = try targets.classNames(of: table.source)
    #expect(names == ["cat", "dog"])
    #expect(try targets.classTargets(names: names, kind: targets.labelKind, source: table.source) == [1, 0])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func followsRFC4180(lineEnd: String) throws {
    let lines = [
      "\u{FEFF}\"x, y\",label", #"1,"a ""quoted"" word""#, #" 2 ,"two\#(lineEnd)lines""#, #""3",plain "mark""#, "", "",
    ]
    let table = try csv(lines.joined(separator: lineEnd), #""targets": "label""#)
    #expect(table.columns.map(\.name) == ["x, y"])
    #expect(features(table) == [1, 2, 3])
    let targets = try #require(table.targets)
    #expect(
      try targets.classNames(of: table.source)
        == [#"a "quoted" word"#, #"plain "mark""#, "two\(lineEnd)lines"].sorted())
    #expect((0..<3).map(table.source.place) == ["line 2", "line 3", "line 5"])
  }

  @Test func keepsTheLastLineWithoutLineEnd() throws {
    #expect(try csv("a,y\n1,2\n3,4", #""targets": "y""#).count == 2)
    // An empty last field is a field, not the end.
    let error = #expect(throws: DataError.self) { try csv("a,y\n1,", #""targets": "y""#) }
    #expect(error?.sentence.hasPrefix("t.csv: line 2, column 'y': the cell is empty; ") == true)
  }

  @Test func numericClassesAreSortedByValue() throws {
    let table = try csv("a,y\n0,10\n0,9\n0,-1\n0,9.0\n", #""targets": "y""#)
    let targets = try #require(table.targets)
    let names = try targets.classNames(of: table.source)
    #expect(names == ["-1", "9", "10"])
    #expect(try targets.classTargets(names: names, kind: targets.labelKind, source: table.source) == [2, 1, 0, 1])
    #expect(try targets.valueTargets(source: table.source) == [10, 9, -1, 9])
  }

  @Test func labelsKeepTheirSpellingWhenOneIsText() throws {
    let table = try csv("a,y\n0,01\n0,1\n0,x\n", #""targets": "y""#)
    #expect(try table.targets?.classNames(of: table.source) == ["01", "1", "x"])
  }

  @Test func encodesCategories() throws {
    let text = "size,colour,y\n1,red,0\n2,blue,1\n3,red,0\n"
    let table = try csv(text, #""targets": "y", "categorical": ["colour"]"#)
    #expect(table.columns.flatMap(\.featureNames) == ["size", "colour=blue", "colour=red"])
    #expect(features(table) == [1, 0, 1, 2, 1, 0, 3, 0, 1])
    // Another source follows the training source's columns and categories, in any order of columns.
    let other = try csv("y,extra,colour,size\n1,9,blue,5\n", #""targets": "y""#, trainingColumns: table.columns)
    #expect(features(other) == [5, 1, 0])
    #expect(
      throws: DataError.unseenCategory(
        file: "t.csv", place: "line 2", column: "colour", text: "green", known: ["blue", "red"])
    ) { try csv("size,colour,y\n1,green,0\n", #""targets": "y""#, trainingColumns: table.columns) }
  }

  @Test func readsWithoutHeaderByIndex() throws {
    let table = try csv(
      "1;2;3;0.5\n4;5;6;1\n", #""header": false, "delimiter": ";", "targets": [1, 2], "sample_weight": 3"#)
    #expect(features(table) == [1, 4])
    #expect(try table.targets?.valueTargets(source: table.source) == [2, 3, 5, 6])
    #expect(table.sampleWeights == [0.5, 1])
    #expect(table.source.place(1) == "line 2")
  }

  @Test func readsChosenFeaturesInTheirOrder() throws {
    let table = try csv("a,b,c,y\n1,2,3,4\n", #""targets": "y", "features": ["c", "a"]"#)
    #expect(features(table) == [3, 1])
  }

  @Test func numbersAreTheNearestDoubles() {
    func parse(_ text: String) -> Double? {
      var text = text
      return text.withUTF8 { DecimalNumber.parse($0) }
    }
    var generator = TestGenerator(state: 1)
    for _ in 0..<20_000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      #expect(parse(number.description) == number)
    }
    for _ in 0..<20_000 {
      let digits = String(generator.next() % 1_000_000_000_000), place = Int(generator.next() % 12)
      let text = "-\(digits.prefix(place)).\(digits.dropFirst(place))"
      #expect(parse(text) == Double(text) || Double(text) == nil)
    }
    for text in ["0", "-0.0", "1.", ".5", "+7", "1e5", "1E-5", "123456789012345678901234567890", "9007199254740993"] {
      #expect(parse(text) != nil)
    }
    #expect(parse("1.") == 1 && parse(".5") == 0.5 && parse("9007199254740993") == 9_007_199_254_740_992)
    #expect(parse("12345678901234567890.") == Double("12345678901234567890"))
    #expect(parse(".12345678901234567890123") == Double("0.12345678901234567890123"))
    #expect(parse("1e999") == .infinity)
    #expect(parse("1e-99999999999999999999") == 0)
    for text in ["", "-", ".", "e5", "1e", "1e+", "0x10", "nan", "inf", "1 2", "1,5", "--1", "1.2.3", "1_000", "١"] {
      #expect(parse(text) == nil, "\(text)")
    }
  }
}
