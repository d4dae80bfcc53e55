import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Numbers are those of strtod, bit by bit.
@Suite struct DecimalNumberTests {
  private static func parse(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { DecimalNumber.parse($0) }
  }

  private static func text(_ generator: inout TestGenerator) -> String {
    func whole() -> UInt64 { .random(in: 0...UInt64.max, using: &generator) }
    let sign = ["", "", "-", "+"][Int(whole() % 4)]
    switch whole() % 7 {
    case 0: return sign + "\(Double(bitPattern: whole() & 0x7fef_ffff_ffff_ffff))"
    case 1: return sign + "\(whole())e\(Int(whole() % 700) - 350)"
    case 2: return sign + "\(whole() % 1_000_000).\(whole() % 1_000_000_000_000)"
    case 3: return sign + "0.\(whole())\(whole())"
    // Halfway between two doubles.
    case 4: return sign + "\((whole() | 1 << 53) & ((1 << 54) - 1) | 1)" + (whole() % 2 == 0 ? "00000" : "")
    case 5: return sign + "\(whole() % 100_000)e\(Int(whole() % 60) - 30)"
    default: return sign + "000\(whole() % 1000).\(whole())\(whole())e\(Int(whole() % 640) - 320)"
    }
  }

  private static let count = ProcessInfo.processInfo.environment["DECIMAL_NUMBERS"].flatMap(Int.init) ?? 20_000

  @Test func isWhatTheStandardLibraryReads() {
    var generator = TestGenerator(state: 7)
    let edges = [
      "0", "-0", "0.", "0.0e5", ".5", "5.", "1e400", "-1e400", "1e-400", "4.9e-324", "2.4703282292062327e-324",
      "1.7976931348623157e308", "1.7976931348623159e308", "9007199254740993", "9007199254740992.5",
      "9007199254740993.00000000000000000000001", "0.000000000000000000000000000001",
      "1" + String(repeating: "0", count: 40),
      String(repeating: "0", count: 40) + "1", "2.2250738585072011e-308", "2.2250738585072014e-308", "0e999999999999",
      "0." + String(repeating: "0", count: 400) + "1e401",
    ]
    for text in edges + (0..<Self.count).map({ _ in Self.text(&generator) }) {
      let number = Self.parse(text)
      #expect(number?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
      guard number?.bitPattern == strtod(text, nil).bitPattern else { return }
    }
  }

  @Test(arguments: [
    "", "-", ".", "1e", "1e+", "e5", "1.2.3", "0x10", "nan", "inf", "1 ", "--1", "1_0", "12345678a", "1234567.:",
  ])
  func isNoNumber(_ text: String) { #expect(Self.parse(text) == nil) }

  /// Short numbers are read at once where eight bytes are there: as they are where fewer are left.
  @Test func shortNumbersAreThoseOfTheirDigits() {
    let letters = Array("079.e-, ".utf8)
    // What is read, and how many bytes.
    func read(_ text: [UInt8]) -> (UInt64, Int)? {
      text.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress else { return nil }
        var place = start
        guard let number = DecimalNumber.read(&place, upTo: start + bytes.count) else { return nil }
        return (number.bitPattern, place - start)
      }
    }
    for length in 1...5 {
      for code in 0..<Int(pow(8.0, Double(length))) {
        let text = (0..<length).map { letters[code >> (3 * $0) & 7] }
        let alone = read(text), before = read(text + Array(",-12.5e3,".utf8))
        // A text that ends may be a number, or half an exponent, that more bytes make another one; a comma does not.
        let isSame = alone.map { $0.0 } == before.map { $0.0 } && alone.map { $0.1 } == before.map { $0.1 }
        guard isSame else { return #expect(isSame, "\(String(decoding: text, as: UTF8.self))") }
      }
    }
    var generator = TestGenerator(state: 8)
    for _ in 0..<20_000 {
      var text = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
        UInt8.random(in: 0x30...0x39, using: &generator)
      }
      if Bool.random(using: &generator) { text.insert(0x2e, at: Int.random(in: 0...text.count, using: &generator)) }
      let expected = strtod(String(decoding: text, as: UTF8.self), nil)
      for rest in ["", ",", ",1", "\n12345", ",123456", "x1234567", ":1234567", "/1234567", "..345678"] {
        let found = read(text + Array(rest.utf8))
        // A point behind digits belongs to them.
        let isPoint = rest.hasPrefix(".") && !text.contains(0x2e)
        let isRight = found?.0 == expected.bitPattern && found?.1 == text.count + (isPoint ? 1 : 0)
        guard isRight else { return #expect(isRight, "\(String(decoding: text, as: UTF8.self)) before \(rest)") }
      }
    }
  }

  /// 5ⁿ lies between its first 128 bits and the next number.
  @Test func powersAreThose() {
    for exponent in PowersOfFive.exponents {
      let power = PowersOfFive.table[exponent - PowersOfFive.exponents.lowerBound]
      #expect(power.high >> 63 == 1)
      let value = scalbn(Double(power.high), power.exponent + 64), expected = pow(5, Double(exponent))
      #expect(abs(value - expected) <= 1e-13 * expected, "5^\(exponent)")
    }
  }
}
