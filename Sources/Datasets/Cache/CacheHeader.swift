/// The first bytes of a cache: what else is in it and where, with a hash of each part.
///
/// ```
/// header (4096 bytes) · rows · sources · key · metadata
/// ```
struct CacheHeader: Equatable {
  /// Raised where the layout of the file changes.
  static let version: UInt64 = 1
  /// Raised where the same text and the same config come to be read as something else.
  static let reader: UInt64 = 2
  /// Bytes before the rows.
  static let byteCount = 4096
  private static let magic: UInt64 = 0x6568_6361_632d_7470
  private static let wordCount = 32
  /// Bytes of key or metadata that are ever written or read: names of all categories and places of rows are among them.
  static let textLimit = 1 << 32

  struct Part: Equatable {
    var offset = 0
    var count = 0
    var hash: UInt64 = 0

    var end: Int { offset + count }
  }

  /// The cache itself as it was when the last byte was written; where it is not, all its rows are looked at.
  var device = 0
  var inode = 0
  var modified = 0

  /// The rows as they lie in memory.
  var rows = Part()
  /// What the files of text were; its hash is behind it, because it is renewed by itself.
  var sources = Part()
  /// What the rows depend on besides the text.
  var key = Part()
  /// All that is known of the rows.
  var metadata = Part()

  /// Bytes of the whole file.
  var fileByteCount: Int { metadata.end }

  /// The parts one behind the other.
  init(rows: Int, sources: Int, key: Int, metadata: Int) {
    self.rows = Part(offset: Self.byteCount, count: rows)
    self.sources = Part(offset: (self.rows.end + 63) / 64 * 64, count: sources)
    self.key = Part(offset: self.sources.end, count: key)
    self.metadata = Part(offset: self.key.end, count: metadata)
  }

  var bytes: [UInt8] {
    var words = [Self.magic, Self.version, Self.reader]
    words += [device, inode, modified].map { UInt64(bitPattern: Int64($0)) }
    for part in [rows, sources, key, metadata] { words += [UInt64(part.offset), UInt64(part.count), part.hash] }
    words += [UInt64](repeating: 0, count: Self.wordCount - 1 - words.count)
    words.append(words.withUnsafeBytes { ContentHash.of($0) })
    return words.withUnsafeBytes { Array($0) }
  }

  /// Reads the first bytes of a file of some size, and believes none of them.
  ///
  /// - Throws: ``CacheFault``
  init(_ bytes: [UInt8], fileByteCount: Int) throws(CacheFault) {
    guard bytes.count >= Self.wordCount * 8 else { throw .damaged("it ends in its header") }
    let words = bytes.withUnsafeBytes { bytes in
      (0..<Self.wordCount).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
    guard words[0] == Self.magic else { throw .damaged("it does not begin as a cache does") }
    guard words[1] == Self.version, words[2] == Self.reader else { throw .otherVersion }
    guard words.dropLast().withUnsafeBytes({ ContentHash.of($0) }) == words[Self.wordCount - 1] else {
      throw .damaged("its header is not what was written")
    }
    (device, inode, modified) = (Self.number(words[3]), Self.number(words[4]), Self.number(words[5]))
    func part(_ first: Int) throws(CacheFault) -> Part {
      let offset = words[first], count = words[first + 1], size = UInt64(max(0, fileByteCount))
      guard offset >= UInt64(Self.byteCount), offset <= size, count <= size - offset else {
        throw .damaged("its parts do not lie in it")
      }
      return Part(offset: Int(offset), count: Int(count), hash: words[first + 2])
    }
    (rows, sources, key, metadata) = (try part(6), try part(9), try part(12), try part(15))
    let texts = [sources.count, key.count, metadata.count]
    guard metadata.end == fileByteCount, rows.offset == Self.byteCount, texts.allSatisfy({ $0 <= Self.textLimit }),
      sources.offset == (rows.end + 63) / 64 * 64, key.offset == sources.end, metadata.offset == key.end
    else { throw .damaged("its parts do not follow each other") }
  }

  private static func number(_ word: UInt64) -> Int { Int(Int64(bitPattern: word)) }
}

/// Why a cache is not used.
package enum CacheFault: Error, Sendable, Equatable {
  case absent
  /// It belongs to somebody else than this user, the owner of the text or root, who may not speak for the text.
  case foreign
  case otherVersion
  /// It was made for another config.
  case otherKey
  /// The text is another one by now.
  case outdated
  case damaged(String)
  case unreadable(String)

  /// What a person should hear of it, as the middle of a sentence; nil: nothing, it is simply made anew.
  package var words: String? {
    switch self {
    case .absent, .otherVersion, .otherKey, .outdated: nil
    case .foreign: "belongs to another user"
    case .damaged(let problem): "is damaged (\(problem))"
    case .unreadable(let problem): "cannot be read (\(problem))"
    }
  }
}
