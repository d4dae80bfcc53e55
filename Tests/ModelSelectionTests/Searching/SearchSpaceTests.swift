import Foundation
import Specs
import TestSupport
import Testing

@testable import ModelSelection

/// What may be searched: how it is written, what of it is taken where, and a sentence for each of what it cannot be.
@Suite struct SearchSpaceTests {
  static func space(_ words: [String], file: String? = nil) throws -> SearchSpace {
    let content = try file.map { ("s.json", try ConfigValue.parse(Data($0.utf8), file: "s.json")) }
    return try SearchSpace(words: words, file: content)
  }

  private static func sentence(_ words: [String], file: String? = nil) throws -> String {
    do {
      return "none: \(try space(words, file: file).json.compactText)"
    } catch let error as ConfigError {
      return "\(error.exitCode.rawValue) \(error.sentence)"
    }
  }

  @Test("words and a file say the same, and what is written is read again")
  func words() throws {
    let words = [
      "a=[1,2.5,\"x\"]", "b=1e-4..1e-1:log", "c=16..256:int", "d=-1..1", "e=1..64:int:log:5",
      #"loss=["mae","huber:2"]"#,
    ]
    let file = """
      {"a": [1, 2.5, "x"], "b": {"range": [1e-4, 0.1], "scale": "log"}, "c": {"range": [16, 256], "integer": true},
       "d": {"range": [-1, 1]}, "e": {"range": [1, 64], "scale": "log", "integer": true, "points": 5},
       "loss": {"choices": ["mae", "huber:2"]}}
      """
    let space = try Self.space(words)
    #expect(try Self.space([], file: file) == space)
    #expect(try Self.space([], file: space.json.compactText) == space)
    #expect(space.keys[1].values == .range(low: 1e-4, high: 0.1, scale: .log))
    #expect(space.keys[2].values == .integers(low: 16, high: 256, scale: .linear))
    #expect(space.keys[4].gridPoints == 5)
    #expect(space.settings(at: [0, 0, 0, 0, 0, 0.5])[5].value["delta"] != nil)
  }

  @Test(
    "sentences of words",
    arguments: [
      ([], "64 nothing to search: give --search"), (["a"], "64 --search a: expected KEY=[VALUE, …]"),
      (["=1..2"], "64 --search =1..2: expected KEY="), (["a=1"], "64 --search a=1: expected KEY="),
      (["a=1..2..3"], "expected KEY="), (["a=[1,"], "expected a JSON list of values behind '='"),
      (["a=[]"], "the list of values is empty"), (["a=[1,2,1.0]"], "the value 1 is in the list twice"),
      ([#"a=[{"x":1,"y":2},{"y":2,"x":1}]"#], "is in the list twice"),
      (["a=x..2"], "'x' is no number"), (["a=1..[2]"], "'[2]' is no number"),
      (["a=1..1e999"], "is no number"), (["a=2..1"], "there is nothing from 2 to 1; give the smaller number first"),
      (["a=2..2"], "there is one number from 2 to 2"),
      (["a=0..1:log"], "a log scale needs numbers above 0, found 0"), (["a=-1..1:log"], "found -1"),
      (["a=1.5..3:int"], "needs whole numbers up to 2^53 as its ends, found 1.5"),
      (["a=1..1e30:int"], "needs whole numbers"), (["a=-1e308..1e308"], "is wider than numbers can be"),
      (["a=1..2:lag"], "'lag' behind a colon; expected log, int"), (["a=1..2:log:log"], "'log' behind a colon"),
      (["a=1..2:3:4"], "'4' behind a colon"), (["a=1..2:1"], "a range has from 2 to 10000 points in a grid, found 1"),
      (["a=1..2", "a=[1]"], "64 --search a: this key is searched twice"),
      ([#"loss=["mae"]"#, "loss.delta=1..2"], "64 --search loss.delta: the search also sets loss, and one of the two"),
      (["m[0].u=1..2", "m=[1]"], "64 --search m: the search also sets m[0].u"),
      ([#"loss=["hubert"]"#], "--search loss: unknown loss 'hubert'; did you mean 'huber'?"),
      ((0..<65).map { "k\($0)=1..2" }, "64 --search: there are 65 keys, at most 64"),
    ] as [([String], String)])
  func wordSentences(words: [String], says: String) throws {
    let found = try Self.sentence(words)
    #expect(found.hasPrefix("64 ") && found.contains(says), "\(found)")
  }

  @Test(
    "sentences of a file",
    arguments: [
      ("[1]", "78 s.json: expected an object with a member for each key"),
      (#"{"a": 1}"#, "78 s.json: a: expected a list of values or an object with 'range', found a number (1)"),
      (#"{"a": []}"#, "78 s.json: a: the list of values is empty"),
      (#"{"a": {"range": [1]}}"#, "78 s.json: a: expected 'range' with two numbers"),
      (#"{"a": {"range": [1, "x"]}}"#, "expected two numbers, found text"),
      (#"{"a": {"range": [1, 2], "scael": "log"}}"#, "unknown key 'scael'; did you mean 'scale'?"),
      (#"{"a": {"range": [1, 2], "scale": "lin"}}"#, #"'scale' is "linear" or "log", found "lin""#),
      (#"{"a": {"range": [1, 2], "integer": 1}}"#, "'integer' is true or false, found 1"),
      (#"{"a": {"range": [1, 2], "points": 1.5}}"#, "'points' is a whole number, found 1.5"),
      (#"{"loss": ["fokal"]}"#, "78 s.json: loss: unknown loss 'fokal'; did you mean 'focal'?"),
      (#"{"loss": ["focal:x"]}"#, "78 s.json: loss: 'focal:x': expected a number behind the colon"),
      (#"{"a": {"choices": [1, 2], "points": 2}}"#, "'choices' is a list of values and stands alone"),
    ])
  func fileSentences(file: String, says: String) throws {
    let found = try Self.sentence([], file: file)
    #expect(found.hasPrefix("78 ") && found.contains(says), "\(found)")
    #expect(try Self.sentence(["a=1..2"], file: #"{"a": [1]}"#).contains("this key is searched twice"))
  }

  @Test("battery: values lie in their range, are read again as they are, and grow with their coordinate")
  func values() throws {
    var generator = TestGenerator(state: 11)
    for _ in 0..<300 {
      let low = Double.random(in: -5...5, using: &generator), width = Double.random(in: 1e-9...1e6, using: &generator)
      let whole = Int.random(in: 1...50, using: &generator), more = Int.random(in: 1...5000, using: &generator)
      let keys = [
        SearchKey(key: "a", values: .range(low: low, high: low + width, scale: .linear)),
        SearchKey(key: "b", values: .range(low: abs(low) + 1e-12, high: abs(low) + width, scale: .log)),
        SearchKey(key: "c", values: .integers(low: whole - 60, high: whole + more, scale: .linear)),
        SearchKey(key: "d", values: .integers(low: whole, high: whole + more, scale: .log)),
      ]
      let units = ([0, 1 - 0x1p-53] + (0..<8).map { _ in Double.random(in: 0..<1, using: &generator) }).sorted()
      for key in keys {
        let found = units.map(key.value)
        let numbers = found.compactMap(Double.init(searched:))
        #expect(numbers.count == units.count && numbers == numbers.sorted())
        for value in found {
          #expect(try ConfigValue.parse(Data(value.compactText.utf8), file: "") == value)
        }
        switch key.values {
        case .range(let low, let high, _): #expect(numbers.allSatisfy { (low...high).contains($0) })
        case .integers(let low, let high, _):
          #expect(numbers.first == Double(low) && numbers.last == Double(high))
        case .choices: break
        }
        let grid = key.grid(points: 4).compactMap(Double.init(searched:))
        #expect((2...4).contains(grid.count) && grid == grid.sorted())
        switch key.values {
        case .range(let low, let high, _): #expect(grid.first == low && grid.last == high)
        case .integers(let low, let high, _): #expect(grid.first == Double(low) && grid.last == Double(high))
        case .choices: break
        }
      }
    }
  }

  @Test("choices and whole numbers have equal shares; on a log scale ratios count")
  func shares() throws {
    func counts(_ key: SearchKey, _ points: Int) -> [String: Int] {
      (0..<points).reduce(into: [:]) {
        $0[key.value(at: (Double($1) + 0.5) / Double(points)).compactText, default: 0] += 1
      }
    }
    let choices = counts(SearchKey(key: "a", values: .choices([.integer(1), .string("x"), .null])), 3000)
    #expect(choices == ["1": 1000, "\"x\"": 1000, "null": 1000])
    let whole = counts(SearchKey(key: "a", values: .integers(low: -2, high: 2, scale: .linear)), 5000)
    #expect(whole.count == 5 && whole.values.allSatisfy { $0 == 1000 })
    let log = SearchKey(key: "a", values: .range(low: 1e-4, high: 1, scale: .log))
    for (unit, value) in [(0.25, 1e-3), (0.5, 1e-2), (0.75, 0.1)] {
      let found = try #require(Double(searched: log.value(at: unit)))
      #expect(abs(found / value - 1) < 1e-12)
    }
    #expect(log.grid(points: 2) == [.number(1e-4), .integer(1)])
    let powers = SearchKey(key: "a", values: .integers(low: 16, high: 256, scale: .log))
    #expect(powers.grid(points: 5) == [16, 32, 64, 128, 256].map { .integer($0) })
    #expect(SearchKey(key: "a", values: .integers(low: 1, high: 2, scale: .linear)).grid(points: 9).count == 2)
  }
}
