internal import Specs

/// The dictionary in an NPY header: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
///
/// Only the literals that NumPy writes are read: text, True, False, tuples of whole numbers, and (skipped) lists.
struct NPYHeader {
  struct Damage: Error {
    var reason: String
  }

  /// The element type, nil for a structured array.
  private(set) var type: String?
  private(set) var isFortranOrder = false
  private(set) var shape: [Int] = []

  private var text: ArraySlice<UInt8>

  init(_ header: ArraySlice<UInt8>) throws(Damage) {
    text = header
    if let fault = header.withUnsafeBufferPointer({ UTF8Text.check($0) }).fault {
      throw Damage(reason: fault.words("byte \(fault.offset + 1) of it"))
    }
    var seen: Set<String> = []
    try expect("{")
    while try !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr":
        if peek() == UInt8(ascii: "[") { try skipList() } else { type = try string() }
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": shape = try tuple()
      default: throw Damage(reason: "an unknown key in it")
      }
      seen.insert(key)
      if try !accept(",") {
        try expect("}")
        break
      }
    }
    guard seen.count == 3 else { throw Damage(reason: "it lacks descr, fortran_order or shape") }
    guard peek() == nil else { throw Damage(reason: "text follows it") }
  }

  /// The next byte that is not white space.
  private mutating func peek() -> UInt8? {
    text = text.drop { $0 == 0x20 || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }
    return text.first
  }

  private mutating func accept(_ character: Unicode.Scalar) throws(Damage) -> Bool {
    guard let next = peek() else { throw Damage(reason: "it ends early") }
    guard next == UInt8(ascii: character) else { return false }
    text.removeFirst()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Damage) {
    guard try accept(character) else { throw Damage(reason: "'\(character)' is missing") }
  }

  private mutating func string() throws(Damage) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw Damage(reason: "a text is missing")
    }
    text.removeFirst()
    guard let end = text.firstIndex(of: quote) else { throw Damage(reason: "a text does not end") }
    defer { text = text[(end + 1)...] }
    return String(decoding: text[..<end], as: UTF8.self)
  }

  private mutating func boolean() throws(Damage) -> Bool {
    _ = peek()
    for (word, value) in [("True", true), ("False", false)] where text.starts(with: word.utf8) {
      text.removeFirst(word.utf8.count)
      return value
    }
    throw Damage(reason: "True or False is missing")
  }

  private mutating func tuple() throws(Damage) -> [Int] {
    try expect("(")
    var values: [Int] = []
    while try !accept(")") {
      values.append(try wholeNumber())
      guard values.count <= 64 else { throw Damage(reason: "more than 64 dimensions") }
      if try !accept(",") {
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func wholeNumber() throws(Damage) -> Int {
    _ = peek()
    let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw Damage(reason: "a whole number is missing or too large")
    }
    text.removeFirst(digits.count)
    return value
  }

  /// Skips the field list of a structured array, brackets and quotes balanced.
  private mutating func skipList() throws(Damage) {
    var depth = 0
    while let next = peek() {
      if next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") {
        _ = try string()
        continue
      }
      text.removeFirst()
      if next == UInt8(ascii: "[") || next == UInt8(ascii: "(") { depth += 1 }
      if next == UInt8(ascii: "]") || next == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0 { return }
    }
    throw Damage(reason: "a list does not end")
  }
}
