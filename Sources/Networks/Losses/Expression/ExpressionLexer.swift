/// A word, number or sign of an expression, with its place.
struct ExpressionToken: Equatable {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    case symbol(String)
    case end
  }

  var kind: Kind
  /// The column of its first character, counted from 1.
  var column: Int
  /// As it is written.
  var text: String

  /// As it appears in messages.
  var words: String { kind == .end ? "the end" : "'\(text)'" }
}

/// Cuts an expression into tokens.
struct ExpressionLexer {
  /// Bytes an expression may have.
  static let lengthLimit = 4096
  private static let symbols = ["<=", ">=", "==", "!=", "+", "-", "*", "/", "^", "<", ">", "(", ")", ","]
  /// Signs of other languages, and what they are here; the longer ones first.
  private static let foreign: [(sign: String, here: String)] = [
    ("**", "'^'"), ("&&", "'and'"), ("||", "'or'"), ("=", "'=='"), ("!", "'not'"), ("&", "'and'"), ("|", "'or'"),
    ("−", "'-'"), ("–", "'-'"), ("·", "'*'"), ("×", "'*'"), ("÷", "'/'"), ("≤", "'<='"), ("≥", "'>='"),
    ("≠", "'!='"), ("²", "'^2'"), ("³", "'^3'"), ("√", "'sqrt'"), ("?", "'where(condition, a, b)'"), ("[", "'('"),
    ("]", "')'"), ("{", "'('"), ("}", "')'"), (";", "','"),
  ]

  /// The tokens of a text, an end token last.
  ///
  /// - Throws: ``ExpressionError`` for a text that is too long, or a sign the language does not have.
  static func tokens(of text: String) throws(ExpressionError) -> [ExpressionToken] {
    let length = text.utf8.count
    guard length <= lengthLimit else {
      throw ExpressionError("the expression has \(length) bytes, at most \(lengthLimit) are allowed; shorten it")
    }
    let characters = Array(text)
    var tokens: [ExpressionToken] = []
    var place = 0
    while place < characters.count {
      let character = characters[place]
      if character.isWhitespace {
        place += 1
        continue
      }
      let start = place
      let kind: ExpressionToken.Kind
      if isDigit(character) || (character == "." && place + 1 < characters.count && isDigit(characters[place + 1])) {
        place = endOfNumber(characters, from: place)
        kind = .number(try number(String(characters[start..<place]), column: start + 1))
      } else if isLetter(character) {
        while place < characters.count, isLetter(characters[place]) || isDigit(characters[place]) { place += 1 }
        kind = .name(String(characters[start..<place]))
      } else {
        let symbol = try symbol(characters, at: place)
        place += symbol.count
        kind = .symbol(symbol)
      }
      tokens.append(ExpressionToken(kind: kind, column: start + 1, text: String(characters[start..<place])))
    }
    tokens.append(ExpressionToken(kind: .end, column: characters.count + 1, text: ""))
    return tokens
  }

  /// Whether a text can be the name of a constant.
  static func isName(_ text: String) -> Bool {
    guard let first = text.first, isLetter(first) else { return false }
    return text.allSatisfy { isLetter($0) || isDigit($0) }
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

  private static func isLetter(_ character: Character) -> Bool {
    (character.isASCII && character.isLetter) || character == "_"
  }

  /// Digits, a point with digits, an exponent with digits: 3, 0.5, .5, 1., 2e-3.
  private static func endOfNumber(_ characters: [Character], from start: Int) -> Int {
    var place = start
    func skipDigits() { while place < characters.count, isDigit(characters[place]) { place += 1 } }
    skipDigits()
    if place < characters.count, characters[place] == "." {
      place += 1
      skipDigits()
    }
    guard place < characters.count, characters[place] == "e" || characters[place] == "E" else { return place }
    var digits = place + 1
    if digits < characters.count, characters[digits] == "+" || characters[digits] == "-" { digits += 1 }
    guard digits < characters.count, isDigit(characters[digits]) else { return place }
    place = digits
    skipDigits()
    return place
  }

  private static func number(_ text: String, column: Int) throws(ExpressionError) -> Double {
    guard let number = Double(text), Float(number).isFinite else {
      throw ExpressionError(
        "the number \(text) is too large; numbers are float32, at most \(Float.greatestFiniteMagnitude)", column: column
      )
    }
    return number
  }

  private static func symbol(_ characters: [Character], at place: Int) throws(ExpressionError) -> String {
    switch characters[place] {
    // Signs that no other begins with.
    case "(", ")", ",", "+", "-", "/", "^": return String(characters[place])
    default: break
    }
    let ahead = String(characters[place..<min(place + 2, characters.count)])
    if let known = foreign.first(where: { $0.sign.count == 2 && ahead == $0.sign }) {
      throw ExpressionError("unknown sign '\(known.sign)'; write \(known.here)", column: place + 1)
    }
    if let symbol = symbols.first(where: ahead.hasPrefix) { return symbol }
    if let known = foreign.first(where: { ahead.hasPrefix($0.sign) }) {
      throw ExpressionError("unknown sign '\(known.sign)'; write \(known.here)", column: place + 1)
    }
    throw ExpressionError(
      "unexpected character \(quoted(characters[place])); allowed are names, numbers, + - * / ^ < <= > >= == != ( ) and ,",
      column: place + 1)
  }

  /// A character as a message may show it on one line.
  private static func quoted(_ character: Character) -> String {
    let scalars = character.unicodeScalars
    guard let first = scalars.first, scalars.count <= 4, first.properties.generalCategory != .control else {
      let code = String(scalars.first?.value ?? 0, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
    }
    return "'\(character)'"
  }
}
