internal import Glibc

/// What a worker notes in memory that outlives it: a file that worker and supervisor map.
struct SharedState {
  /// The words before the table of sentences.
  enum Word: Int {
    /// The input being read.
    case index
    case accepted, refused
    /// Different sentences of refusals.
    case sentences
    /// Bytes of the largest block of memory asked for, and the most that was held at a time.
    case largestBlock, peakGrowth
  }

  private static let tableStart = 16, tableCount = 1 << 16
  private let words: UnsafeMutablePointer<Int>

  /// Maps the file, which is made where it does not exist.
  init(_ file: String) throws {
    let byteCount = (Self.tableStart + Self.tableCount) * MemoryLayout<Int>.stride
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, ftruncate(descriptor, byteCount) == 0,
      let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
    else { throw FuzzError(sentence: "\(file): cannot be mapped") }
    words = memory.bindMemory(to: Int.self, capacity: Self.tableStart + Self.tableCount)
  }

  subscript(word: Word) -> Int {
    get { words[word.rawValue] }
    nonmutating set { words[word.rawValue] = newValue }
  }

  /// Remembers a sentence, names and numbers in it left aside; true where it is new.
  func note(_ sentence: String) -> Bool {
    let hash = Int(bitPattern: UInt(Self.hash(sentence))) | 1
    var place = Self.tableStart + Int(UInt(bitPattern: hash) % UInt(Self.tableCount))
    guard self[.sentences] < Self.tableCount / 2 else { return false }
    while words[place] != 0 {
      if words[place] == hash { return false }
      place = place + 1 < Self.tableStart + Self.tableCount ? place + 1 : Self.tableStart
    }
    words[place] = hash
    self[.sentences] += 1
    return true
  }

  private static func hash(_ sentence: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325, isQuoted = false, wasDigit = false
    for byte in sentence.utf8 {
      let isDigit = (48...57).contains(byte)
      if byte == 39 { isQuoted.toggle() }
      if !(isQuoted && byte != 39), !(isDigit && wasDigit) {
        hash = (hash ^ UInt64(isDigit ? 35 : byte)) &* 0x100_0000_01b3
      }
      wasDigit = isDigit
    }
    return hash
  }
}
