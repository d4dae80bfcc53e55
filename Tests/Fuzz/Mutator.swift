/// Inputs made of a target's valid ones, each a pure function of (target, seed, index).
struct Mutator {
  /// Bytes that an input made here has at most.
  static let lengthLimit = 32_768
  /// Bytes of an input that mutations start from, at most.
  private static let seedLimit = 8192

  private let corpus: [[UInt8]]
  /// What mutations start from: inputs that are not huge.
  private let seeds: [[UInt8]]
  private let words: [[UInt8]]
  private let key: UInt64

  init(_ target: FuzzTarget, seed: UInt64) {
    corpus = target.corpus
    let small = target.corpus.filter { $0.count <= Self.seedLimit }
    seeds = small.isEmpty ? [[]] : small
    words = Self.words(of: seeds)
    key = target.name.utf8.reduce(seed &* 0x9e37_79b9_7f4a_7c15) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The input of an index; the first ones are the corpus as it is.
  func input(_ index: Int) -> [UInt8] {
    if index < corpus.count { return corpus[index] }
    var random = FuzzRandom(state: key &+ UInt64(index) &* 0xd1b5_4a32_d192_ed03)
    var bytes = seeds.randomElement(using: &random) ?? []
    var count = 1
    while count < 12, Int.random(in: 0..<5, using: &random) < 2 { count += 1 }
    for _ in 0..<count { mutate(&bytes, &random) }
    return bytes.count <= Self.lengthLimit ? bytes : Array(bytes.prefix(Self.lengthLimit))
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    guard !bytes.isEmpty else {
      bytes = seeds.randomElement(using: &random) ?? []
      return
    }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<16, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes[place] = Self.tellingBytes.randomElement(using: &random) ?? 0
    case 3: bytes.insert(Self.tellingBytes.randomElement(using: &random) ?? 0, at: place)
    case 4: bytes.removeLast(Int.random(in: 1...min(bytes.count, 64), using: &random))
    case 5: bytes.removeSubrange(range(at: place, in: bytes, &random))
    case 6:
      let piece = Array(bytes[range(at: place, in: bytes, &random)])
      for _ in 0..<Int.random(in: 1...3, using: &random) { bytes.insert(contentsOf: piece, at: place) }
    case 7:
      let other = seeds.randomElement(using: &random) ?? []
      let from = Int.random(in: 0...other.count, using: &random)
      bytes = Array(bytes[..<place]) + other[from...]
    case 8: writeInteger(&bytes, at: place, &random)
    case 9, 10: replaceNumber(&bytes, near: place, &random)
    case 11: replaceWord(&bytes, near: place, &random)
    case 12, 13: replaceToken(&bytes, near: place, &random)
    case 14: nest(&bytes, at: place, &random)
    default:
      let first = range(at: place, in: bytes, &random)
      let piece = Array(bytes[first])
      bytes.removeSubrange(first)
      bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &random))
    }
  }

  private func range(at place: Int, in bytes: [UInt8], _ random: inout FuzzRandom) -> Range<Int> {
    let longest = Bool.random(using: &random) ? 8 : 256
    return place..<min(bytes.count, place + Int.random(in: 1...longest, using: &random))
  }

  // MARK: - Binary

  /// Puts an interesting whole number over 1, 2, 4 or 8 bytes, in either order.
  private func writeInteger(_ bytes: inout [UInt8], at place: Int, _ random: inout FuzzRandom) {
    let width = [1, 2, 4, 8].randomElement(using: &random) ?? 4
    let base = Self.integers.randomElement(using: &random) ?? 0
    let value = base &+ Int.random(in: -1...1, using: &random)
    let isBig = Bool.random(using: &random)
    for offset in 0..<min(width, bytes.count - place) {
      bytes[place + offset] = UInt8(truncatingIfNeeded: value >> (8 * (isBig ? width - 1 - offset : offset)))
    }
  }

  // MARK: - Text

  /// Replaces digits and what belongs to them by an extreme number.
  private func replaceNumber(_ bytes: inout [UInt8], near place: Int, _ random: inout FuzzRandom) {
    func isPart(_ byte: UInt8) -> Bool { (48...57).contains(byte) || byte == 45 || byte == 46 }
    guard let start = bytes[place...].firstIndex(where: isPart) else { return }
    let end = bytes[start...].firstIndex { !isPart($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: (Self.numbers.randomElement(using: &random) ?? "0").utf8)
  }

  /// Replaces a word by another of the seeds'.
  private func replaceWord(_ bytes: inout [UInt8], near place: Int, _ random: inout FuzzRandom) {
    guard let word = words.randomElement(using: &random) else { return }
    guard let start = bytes[place...].firstIndex(where: Self.isWord) else {
      bytes.insert(contentsOf: word, at: place)
      return
    }
    let end = bytes[start...].firstIndex { !Self.isWord($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: word)
  }

  /// Replaces a value of JSON by one of another kind.
  private func replaceToken(_ bytes: inout [UInt8], near place: Int, _ random: inout FuzzRandom) {
    func begins(_ byte: UInt8) -> Bool { byte == 34 || byte == 45 || Self.isWord(byte) }
    guard let start = bytes[place...].firstIndex(where: begins) else { return }
    var end = start + 1
    if bytes[start] == 34 {
      while end < bytes.count, bytes[end] != 34 { end += 1 }
      end = min(end + 1, bytes.count)
    } else {
      while end < bytes.count, begins(bytes[end]) || bytes[end] == 46 || bytes[end] == 43 { end += 1 }
    }
    var value = Array((Self.values.randomElement(using: &random) ?? "null").utf8)
    if let word = words.randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
      value = [34] + word + [34]
    }
    bytes.replaceSubrange(start..<end, with: value)
  }

  /// Opens brackets, and closes some of them.
  private func nest(_ bytes: inout [UInt8], at place: Int, _ random: inout FuzzRandom) {
    let (open, close) = Self.brackets.randomElement(using: &random) ?? ("(", ")")
    let depth = [1, 2, 10, 200, 3000].randomElement(using: &random) ?? 1
    let closed = Bool.random(using: &random) ? depth : Int.random(in: 0...depth, using: &random)
    let end = Bool.random(using: &random) ? place : Int.random(in: place...bytes.count, using: &random)
    bytes.insert(contentsOf: [[UInt8]](repeating: Array(close.utf8), count: closed).joined(), at: end)
    bytes.insert(contentsOf: [[UInt8]](repeating: Array(open.utf8), count: depth).joined(), at: place)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == 95
  }

  private static func words(of seeds: [[UInt8]]) -> [[UInt8]] {
    var found: Set<[UInt8]> = []
    for seed in seeds {
      for word in seed.split(whereSeparator: { !isWord($0) }) where (2...24).contains(word.count) {
        found.insert(Array(word))
      }
    }
    return found.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static let tellingBytes: [UInt8] =
    [0, 1, 9, 10, 13, 32, 34, 39, 40, 41, 44, 45, 46, 47, 48, 57, 58, 59, 61, 91, 92, 93, 101, 123, 125]
    + [0x7f, 0x80, 0xbf, 0xc2, 0xe2, 0xed, 0xf4, 0xff]
  private static let integers = [
    0, 1, 4, 8, 16, 64, 127, 128, 255, 256, 1024, 4096, 32767, 32768, 65535, 65536, 1 << 20, 1 << 24, 1 << 28, 1 << 30,
    1 << 31, 1 << 32, 1 << 40, 1 << 48, 1 << 52, 1 << 61, 1 << 62, .max, .min, -1, 0x0102_0304_0506_0708,
  ]
  private static let numbers = [
    "-1", "0", "-0", "1", "2", "3", "7", "16", "63", "64", "65", "255", "1000", "65536", "1048576", "268435456",
    "2147483647", "2147483648", "4294967296", "1099511627776", "4611686018427387904", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "18446744073709551616", "99999999999999999999999999", "0.5", "-0.5",
    "1e-5", "1e15", "1e16", "1e19", "1e38", "3.5e38", "1e300", "1e308", "-1e308", "1e309", "1e-320", "1e999999999999",
    "0x10", "nan", "inf", "00", ".", "1.", "+1",
  ]
  private static let values =
    numbers + [
      "null", "true", "false", "[]", "{}", "[[]]", "[0]", "[-1]", "[1,2]", "[4194304,4194304,4194304]",
      "{\"type\":\"relu\"}",
      "\"\"", "\"auto\"", "\"none\"", "\"a\\nb\"", "\"\\u0000\"", "\"\\u2028\"", "\"\\ud800\"",
      "\"\u{301}\u{301}\u{301}\"",
      "\"\u{85}\"", "\"../../x\"", "\"/dev/zero\"", "\"input\"", "\"1e3\"",
    ]
  private static let brackets = [
    ("(", ")"), ("[", "]"), ("{\"a\":", "}"), ("-", ""), ("\"", "\""), ("not ", ""), ("[1,", "2]"), ("abs(", ")"),
  ]
}

/// A small generator (SplitMix64).
struct FuzzRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
