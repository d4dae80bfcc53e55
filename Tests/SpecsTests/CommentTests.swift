import Foundation
import Testing

@testable import Specs

/// Comments in JSON that people write.
@Suite struct CommentTests {
  private func parse(_ text: String, _ comments: JSONComments = .skipped) throws(ConfigError) -> ConfigValue {
    try ConfigValue.parse(Data(text.utf8), file: "c.json", comments: comments)
  }

  private func refusal(_ text: String, _ comments: JSONComments = .skipped) -> String? {
    do throws(ConfigError) {
      _ = try parse(text, comments)
      return nil
    } catch { return error.sentence }
  }

  @Test("from // to the end of the line there is space, wherever space may be")
  func skipped() throws {
    let plain = try parse(#"{"a": [1, 2], "b": {"c": "x"}}"#)
    for end in ["\n", "\r\n", "\r"] {
      let text = #"//0¬ {//1 "a": 7¬"a"// 2¬:// 3¬[// 4 ]¬1// 5,¬,2//¬]//6¬,"b"://7¬{"c":"x"// é " €¬}//8¬}// 9 }"#
      #expect(try parse(text.replacing("¬", with: end)) == plain)
    }
    #expect(try parse("\u{feff}// a mark of UTF-8 ahead\n7") == .integer(7))
    #expect(try parse("7 ////") == .integer(7))
    // What is written back has none.
    #expect(try parse("{\"a\": 1 // one\n}").prettyText == "{\n  \"a\": 1\n}\n")
  }

  @Test("in texts and keys // is text")
  func texts() throws {
    #expect(try parse(#"{"//": "http://x // y", "b": "\"//"}"#)["//"] == .string("http://x // y"))
    #expect(try parse(#"{"a": "\\//"} // "\"#)["a"] == .string("\\//"))
  }

  @Test("what else stands where a comment might is refused at its place")
  func refused() {
    let cases: [(text: String, says: String)] = [
      ("{/* a */}", "line 1, column 2: a comment begins with // and goes to the end of its line"),
      ("{\n  # a\n}", "line 2, column 3: a comment begins with //"),
      ("{\"a\": / 1}", "column 7: expected a value, found '/'"), ("7 /", "expected the end, found '/'"),
      ("// a\n// é\n{\"a\": }", "line 3, column 7: expected a value, found '}'"),
      ("{\"a\": 1 // one\n \"b\": 2}", "line 2, column 2: expected ',' or '}'"),
      ("// alone", "expected a value, found the end"), ("[1 // 2]", "column 9: expected ',' or ']', found the end"),
      ("// a\n{\"a\": 1, // b\n \"a\": 2}", "line 2, column 1: the key 'a' is twice"),
    ]
    for entry in cases {
      let sentence = refusal(entry.text)
      #expect(sentence?.contains(entry.says) == true, "\(entry.text): \(sentence ?? "accepted")")
    }
    let bytes = Data(Array("// caf".utf8) + [0xe9, 0x0a] + Array("{}".utf8))
    let error = #expect(throws: ConfigError.self) { try ConfigValue.parse(bytes, file: "c", comments: .skipped) }
    #expect(error?.sentence.contains("line 1, column 7: byte 0xe9") == true, "\(String(describing: error))")
  }

  @Test("what programs write has no comments")
  func strict() {
    for text in ["// a\n{}", "{} // a", "{\"a\": 1 // a\n}"] {
      #expect(refusal(text, .refused)?.contains("a comment, and only files that people write") == true, "\(text)")
      #expect(refusal(text) == nil, "negative control")
    }
  }

  @Test("random texts with comments between their parts are what they are without")
  func random() throws {
    var generator = SystemRandomNumberGenerator()
    let parts = ["{", "\"a\"", ":", "[", "1.5", ",", "\"//\"", ",", "null", "]", ",", "\"b\"", ":", "{", "}", "}"]
    let value = try parse(parts.joined())
    for _ in 0..<300 {
      let text = parts.map { part in
        part + ["", " ", "\n", "// \"{[\n", "//\r\n\t", "  // //\n// b\n"].randomElement(using: &generator)!
      }.joined()
      #expect(try parse(text) == value, "\(text)")
    }
  }
}
