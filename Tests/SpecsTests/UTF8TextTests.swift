import Foundation
import Testing

@testable import Specs

/// What is UTF-8 and what is not, beside the standard library's verdict.
@Suite struct UTF8TextTests {
  @Test("the first byte that is not UTF-8, and why")
  func faults() {
    let cases: [(bytes: [UInt8], offset: Int, reason: String)] = [
      ([0x80], 0, "continues no character"), ([0x61, 0xbf], 1, "continues no character"),
      ([0xc0, 0xaf], 0, "begins an overlong form"), ([0xc1, 0xbf], 0, "begins an overlong form"),
      ([0xe0, 0x80, 0xaf], 0, "begins an overlong form"), ([0xf0, 0x8f, 0xbf, 0xbf], 0, "begins an overlong form"),
      ([0xc3, 0xa9, 0xed, 0xa0, 0x80], 2, "begins half of a UTF-16 pair"),
      ([0xf4, 0x90, 0x80, 0x80], 0, "begins a character beyond U+10FFFF"), ([0xf5, 0x80], 0, "begins no character"),
      ([0xff], 0, "begins no character"), ([0xe2, 0x82], 0, "begins a character that is cut short"),
      ([0xe9, 0x20, 0x61], 0, "begins a character that does not go on"),
    ]
    for entry in cases {
      for ahead in 0..<17 {
        let found = UTF8Text.check([UInt8](repeating: 0x61, count: ahead) + entry.bytes)
        #expect(found.fault?.offset == ahead + entry.offset && found.fault?.reason == entry.reason, "\(entry.bytes)")
        #expect(found.fault?.byte == entry.bytes[entry.offset] && !found.isASCII)
      }
    }
    #expect(UTF8Text.check(Array("plain text of ASCII".utf8)) == .init(fault: nil, isASCII: true))
    #expect(UTF8Text.check(Array("é€𝄞 \u{10ffff}\u{d7ff}\u{e000}".utf8)) == .init(fault: nil, isASCII: false))
  }

  @Test("random bytes are UTF-8 exactly where the standard library says so")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let count = Int.random(in: 0..<12, using: &generator)
      var bytes = (0..<count).map { _ in UInt8.random(in: 0x70...0xff, using: &generator) }
      if Bool.random(using: &generator) { bytes += Array("ü€𝄞".utf8) }
      #expect((UTF8Text.check(bytes).fault == nil) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test("JSON that is not UTF-8 is refused with the byte and its place")
  func json() {
    func sentence(_ bytes: [UInt8]) -> String? {
      do throws(ConfigError) {
        _ = try ConfigValue.parse(Data(bytes), file: "c.json")
        return nil
      } catch { return error.sentence }
    }
    let text = Array("{\"a\": 1,\n \"b\": \"M".utf8) + [0xfc] + Array("ller\"}".utf8)
    #expect(
      sentence(text)
        == "c.json: not valid JSON: line 2, column 9: byte 0xfc (byte 9 of the line) is not UTF-8: it begins no character; save the text as UTF-8"
    )
    // Beside texts and in keys too.
    #expect(sentence(Array("[1, ".utf8) + [0xa0, 0x5d])?.contains("column 5: byte 0xa0 (byte 5 of") == true)
    #expect(sentence(Array("{\"".utf8) + [0xe9] + Array("\": 1}".utf8))?.contains("byte 0xe9 (byte 3 of") == true)
    #expect(sentence([0x7b, 0, 0x22, 0, 0x61, 0])?.contains("this is UTF-16 text, and JSON") == true)
    #expect(sentence([0x1f, 0x8b, 8, 0])?.contains("this is gzip data") == true)
    #expect(sentence(Array("PK\u{3}\u{4}".utf8))?.contains("this is a zip archive, and JSON") == true)
  }
}
