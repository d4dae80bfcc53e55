/// Reads JSON (RFC 8259), strictly: no key twice, no half surrogates, no number beyond doubles, no nesting without end.
///
/// Where people write it there may be comments: from `//` outside of a text to the end of the line. They are space.
struct JSONParser {
  /// Why a text is not JSON, and at which byte.
  struct Failure: Error {
    var problem: String
    var offset: Int
  }

  /// Lists and objects that may be open at a time: values are walked by recursion.
  static let depthLimit = 128

  private let bytes: [UInt8]
  private var position: Int
  private var depth = 0
  private let comments: JSONComments

  private init(_ bytes: [UInt8], _ comments: JSONComments) {
    self.bytes = bytes
    self.comments = comments
    // A byte order mark says UTF-8 and nothing else.
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// The value that a whole text stands for; the keys of objects are sorted.
  static func parse(_ bytes: [UInt8], comments: JSONComments = .refused) throws(Failure) -> ConfigValue {
    let signature = FileSignature.of(bytes)
    if let signature, signature.noun != "JSON" {
      throw Failure(problem: "this is \(signature.noun), and JSON in UTF-8 is expected", offset: 0)
    }
    if let fault = UTF8Text.check(bytes).fault {
      throw Failure(
        problem: fault.words("byte \(byteOfLine(fault.offset, in: bytes)) of the line") + "; save the text as UTF-8",
        offset: fault.offset)
    }
    var parser = JSONParser(bytes, comments)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.unexpected("the end") }
    return value
  }

  /// Line and column, counted from 1, of a byte of a text.
  static func place(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    let before = bytes[..<min(offset, bytes.count)]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let column = before[start...].count { $0 & 0xc0 != 0x80 }
    return (before.count { $0 == UInt8(ascii: "\n") } + 1, column + 1)
  }

  /// The place of a byte in its line, counted from 1.
  private static func byteOfLine(_ offset: Int, in bytes: [UInt8]) -> Int {
    offset - (bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")) ?? -1)
  }

  // MARK: - Values

  private mutating func value() throws(Failure) -> ConfigValue {
    skipSpace()
    guard position < bytes.count else { throw unexpected("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default:
      for (word, value) in Self.words where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      throw unexpected("a value")
    }
  }

  private static let words: [(String, ConfigValue)] = [
    ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
  ]

  private mutating func array() throws(Failure) -> [ConfigValue] {
    var values: [ConfigValue] = []
    try open()
    if accept("]") { return values }
    while true {
      values.append(try value())
      if accept("]") { return values }
      guard accept(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func object() throws(Failure) -> [ConfigValue.Member] {
    var members: [ConfigValue.Member] = []
    let start = position
    try open()
    if accept("}") { return members }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      guard accept(":") else { throw unexpected("':'") }
      members.append(.init(key, try value()))
      if accept("}") { break }
      guard accept(",") else { throw unexpected("',' or '}'") }
    }
    members.sort { $0.key < $1.key }
    for (one, next) in zip(members, members.dropFirst()) where one.key == next.key {
      throw Failure(problem: "the key '\(one.key.excerpt(60))' is twice in this object; remove one", offset: start)
    }
    return members
  }

  /// Goes into a list or object.
  private mutating func open() throws(Failure) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw Failure(problem: "more than \(Self.depthLimit) lists and objects are inside each other", offset: position)
    }
    position += 1
  }

  /// Takes a sign, where it comes next; a closing one leaves a list or object.
  private mutating func accept(_ sign: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: sign) else { return false }
    position += 1
    if sign == "]" || sign == "}" { depth -= 1 }
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      case UInt8(ascii: "/") where comments == .skipped && isAt("//"):
        while position < bytes.count, bytes[position] != 0x0a, bytes[position] != 0x0d { position += 1 }
      default: return
      }
    }
  }

  /// Whether some signs come next.
  private func isAt(_ signs: String) -> Bool { bytes[position...].starts(with: signs.utf8) }

  // MARK: - Numbers

  private mutating func number() throws(Failure) -> ConfigValue {
    let start = position
    var isWhole = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try skipDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw Failure(problem: "the number \(text.excerpt(40)) is too large", offset: start)
    }
    return number == number.rounded() && abs(number) < 1e15 ? .integer(Int(number)) : .number(number)
  }

  private mutating func skipDigits() throws(Failure) {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    guard position > start else { throw unexpected("a digit") }
  }

  // MARK: - Text

  private mutating func string() throws(Failure) -> String {
    let start = position
    position += 1
    var text: [UInt8] = [], copied = position
    while true {
      guard position < bytes.count else { throw Failure(problem: "a text begins here and does not end", offset: start) }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        text += bytes[copied..<position]
        position += 1
        // The whole was checked to be UTF-8, and escapes stand for whole characters.
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[copied..<position]
        text += Array(String(Character(try escape())).utf8)
        copied = position
      case ..<0x20:
        throw Failure(problem: "a line break or control character in a text; write \\n or \\u…", offset: position)
      default: position += 1
      }
    }
  }

  /// The character that a backslash and what follows it stand for.
  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    let start = position
    position += 2
    guard position <= bytes.count else { throw Failure(problem: "a text does not end", offset: start) }
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal(start)
      if let scalar = Unicode.Scalar(first) { return scalar }
      // Characters beyond 16 bits are two halves: a high one, then a low one.
      if first < 0xdc00, bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
        position += 2
        let second = try hexadecimal(start)
        if (0xdc00..<0xe000).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        {
          return scalar
        }
      }
      throw Failure(problem: "\\u\(String(first, radix: 16)) is half of a character", offset: start)
    default:
      throw Failure(problem: "unknown escape in a text; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", offset: start)
    }
  }

  private mutating func hexadecimal(_ start: Int) throws(Failure) -> UInt32 {
    let digits = bytes[position..<min(position + 4, bytes.count)]
    let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    guard digits.count == 4, isHexadecimal, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      throw Failure(problem: "\\u needs four hexadecimal digits", offset: start)
    }
    position += 4
    return value
  }

  /// Something else stands where a thing should.
  private func unexpected(_ wanted: String) -> Failure {
    guard position < bytes.count else { return Failure(problem: "expected \(wanted), found the end", offset: position) }
    if let problem = commentProblem { return Failure(problem: problem, offset: position) }
    let byte = bytes[position]
    let found =
      (0x21..<0x7f).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
    return Failure(problem: "expected \(wanted), found \(found)", offset: position)
  }

  /// What is wrong with a comment that comes next; nil where none does.
  private var commentProblem: String? {
    switch comments {
    case .refused:
      isAt("//") ? "a comment, and only files that people write have some; remove it, to the end of the line" : nil
    case .skipped:
      isAt("/*") || isAt("#")
        ? "a comment begins with // and goes to the end of its line; write // at the beginning of each line of this one"
        : nil
    }
  }
}

/// What comments are in a JSON text.
package enum JSONComments: Sendable {
  /// Not there: what programs write has none.
  case refused
  /// Space, from `//` to the end of the line.
  case skipped
}
