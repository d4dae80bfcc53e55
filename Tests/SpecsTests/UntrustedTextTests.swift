import Foundation
import Testing

@testable import Specs

/// Text from outside is a value or one sentence, whatever it holds.
@Suite struct UntrustedTextTests {
  /// The sentence that a text is refused with.
  private func refusal(_ bytes: [UInt8]) -> String? {
    do throws(ConfigError) {
      _ = try ConfigValue.parse(Data(bytes), file: "c.json")
      return nil
    } catch { return error.sentence }
  }

  private func refusal(_ text: String) -> String? { refusal(Array(text.utf8)) }

  @Test("what is not JSON is refused at its place")
  func refused() {
    let cases: [(name: String, text: String, says: String)] = [
      ("blank", "  ", "line 1, column 3: expected a value, found the end"),
      ("no value", #"{"a": }"#, "column 7: expected a value, found '}'"),
      ("no comma", "{\"a\": 1\n \"b\": 2}", "line 2, column 2: expected ',' or '}', found '\"'"),
      ("a comma too many", "[1,]", "expected a value, found ']'"),
      ("text behind", "{} x", "expected the end, found 'x'"),
      ("other quotes", "{'a': 1}", "expected a key in quotes"), ("a leading zero", "01", "expected the end, found '1'"),
      ("no digit", "[-]", "expected a digit"), ("no exponent", "[1e]", "expected a digit"),
      ("a number beyond doubles", "[1e400]", "column 2: the number 1e400 is too large"),
      ("NaN", "NaN", "expected a value, found 'N'"), ("a key twice", #"{"a": 1, "b": 2, "a": 3}"#, "'a' is twice"),
      ("a key twice, once escaped", #"{"a": 1, "\u0061": 3}"#, "'a' is twice"),
      ("a line break in a text", "[\"a\nb\"]", "a line break or control character"),
      ("a text without end", "[\"abc", "column 2: a text begins here and does not end"),
      ("a text that ends in a backslash", "\"\\", "does not end"),
      ("half a character", #"["\ud800"]"#, "\\ud800 is half of a character"),
      ("two high halves", #"["\ud800\ud800"]"#, "half of a character"),
      ("too few digits", #"["\u12"]"#, "four hexadecimal"),
      ("an unknown escape", #"["\x41"]"#, "unknown escape"),
      ("lists without end", String(repeating: "[", count: 100_000), "column 129: more than 128 lists and objects"),
      ("objects without end", String(repeating: "{\"a\":", count: 100_000), "more than 128 lists and objects"),
    ]
    for entry in cases {
      let sentence = refusal(entry.text)
      #expect(sentence?.contains(entry.says) == true, "\(entry.name): \(sentence ?? "accepted")")
      #expect(sentence?.hasPrefix("c.json: not valid JSON: line ") == true, "\(entry.name)")
    }
  }

  @Test("what is not UTF-8 is refused")
  func encodings() {
    #expect(refusal([0xff, 0xfe, 0x7b, 0])?.contains("UTF-16") == true)
    for bytes: [UInt8] in [[0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0x80], [0x80]] {
      #expect(refusal([0x22] + bytes + [0x22])?.contains("not UTF-8") == true, "\(bytes)")
    }
  }

  @Test("values are what JSON says")
  func accepted() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(refusal(deep) == nil)
    let cases: [(String, ConfigValue)] = [
      ("\u{feff} 7 ", .integer(7)), ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
      ("1e3", .integer(1000)), ("2.0", .integer(2)), ("1.5E-1", .number(0.15)), ("1e-400", .integer(0)),
      (#""\"\\\/\b\f\n\r\t\u00e9\ud834\udd1e""#, .string("\"\\/\u{8}\u{c}\n\r\té𝄞")), ("[ ]", .array([])),
      (#"{"b": 1, "a": {}}"#, .object([.init("a", .object([])), .init("b", .integer(1))])),
    ]
    for (text, value) in cases { #expect(try ConfigValue.parse(Data(text.utf8), file: "t") == value, "\(text)") }
  }

  @Test("sentences have one line and an end, whatever names they repeat")
  func sentences() throws {
    for name in [
      "a\nb", "a\u{2028}b", "a\u{85}b", String(repeating: "x", count: 100_000),
      "e" + String(repeating: "\u{301}", count: 9999),
    ] {
      let object = ConfigValue.object([.init(name, .string(name))])
      let fields = try FieldReader(object, path: "")
      for error in [fields.error(name, "unknown \(name)"), ConfigError("x", path: "", file: "a\nb.json")] {
        #expect(!error.sentence.unicodeScalars.contains { CharacterSet.newlines.contains($0) })
        #expect(error.sentence.unicodeScalars.count <= 1300)
      }
      #expect(throws: ConfigError.self) { try fields.finish() }
      #expect(object.excerpt.unicodeScalars.count <= 60)
    }
  }

  @Test("--set with a key of a hundred thousand steps is refused")
  func longOverrides() {
    let value = ConfigValue.object([])
    for text in [
      String(repeating: "a.", count: 60_000) + "a=1", "a" + String(repeating: "[0]", count: 40_000) + "=1",
      Array(repeating: "a", count: 100).joined(separator: ".") + "=1",
    ] {
      do {
        _ = try value.overriding(text)
        Issue.record("accepted")
      } catch {
        #expect(error.exitCode == .usage && error.sentence.count < 300)
      }
    }
  }

  @Test("a number above a range is told the range's end")
  func aboveRange() {
    #expect(throws: ConfigError("expected at most 2147483647, found 2147483648", path: "p")) {
      try FieldReader.integer(.integer(1 << 31), in: 1...Int(Int32.max), path: "p")
    }
  }
}
