import Foundation
import Testing

@testable import Specs

@Suite struct ConfigValueTests {
  @Test(
    "JSON text keeps values",
    arguments: [
      #"{"a": 1, "b": [1.5, "x\n\"", null, true], "c": {}}"#, "[]", "0.1", "-3", #""ä€𝄞\u0001""#,
      #""\u007f\u0085\u2028\u2029 ""#,
    ])
  func roundTrip(_ text: String) throws {
    let value = try ConfigValue.parse(Data(text.utf8), file: "test")
    #expect(try ConfigValue.parse(Data(value.compactText.utf8), file: "test") == value)
    #expect(try ConfigValue.parse(Data(value.prettyText.utf8), file: "test") == value)
  }

  @Test("what is not JSON is one sentence", arguments: ["", "{", "{\"a\": }", "nul", "{\"a\": 1} x", "[1,,2]"])
  func notJSON(_ text: String) {
    #expect(throws: ConfigError.self) { try ConfigValue.parse(Data(text.utf8), file: "test.json") }
  }

  @Test("--set sets keys and entries")
  func overrides() throws {
    let value = try ConfigValue.parse(Data(#"{"a": {"b": 1}, "l": [{"u": 3}]}"#.utf8), file: "test")
    #expect(try value.overriding("a.b=2")["a"]?["b"] == .integer(2))
    #expect(try value.overriding("a.c=text")["a"]?["c"] == .string("text"))
    #expect(try value.overriding("x.y=true")["x"]?["y"] == .boolean(true))
    #expect(try value.overriding("l[0].u=4").compactText.contains(#""u": 4"#))
    for wrong in ["a", "=1", "l[1].u=3", "l[x]=1", "a.b.c=1", "a..b=1"] {
      #expect(throws: ConfigError.self, "\(wrong)") { try value.overriding(wrong) }
    }
  }

  @Test(
    "a misspelt name finds its neighbour",
    arguments: [
      ("relou", "relu"), ("learning_rat", "learning_rate"), ("Dense", "dense"),
    ])
  func nearest(_ name: String, _ expected: String) {
    #expect(NearestName.of(name, among: ["relu", "learning_rate", "dense", "units"]) == expected)
  }

  @Test("what is like nothing has no neighbour")
  func far() { #expect(NearestName.of("zzzzzz", among: ["relu", "dense"]) == nil) }
}
