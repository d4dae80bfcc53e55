/// A zip archive, written as a test wants it: entries stored, or as deflate that does not compress.
struct ZipWriter {
  struct Entry {
    var name: String
    var content: [UInt8]
    /// What the archive says of it; nil: what is so.
    var method: Int?
    var checksum: UInt32?
    var size: Int?
    var compressed: Int?
    var flags = 0x800
    /// Whether the content is deflate data of its own.
    var raw: [UInt8]?
    var isDeflated = false
    /// Bytes of a field that no reader knows, before the content.
    var padding = 0
    /// The name that stands before the content.
    var localName: String?

    init(_ name: String, _ content: [UInt8], padding: Int = 0) {
      (self.name, self.content, self.padding) = (name, content, padding)
    }

    /// An entry that is changed.
    func with(_ change: (inout Self) -> Void) -> Self {
      var entry = self
      change(&entry)
      return entry
    }
  }

  var entries: [Entry]
  var comment: [UInt8] = []
  /// Whether sizes stand in fields of 64 bits.
  var isLong = false
  var count: Int?
  var disk = 0

  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~sum
  }

  /// Deflate data in blocks that are stored.
  static func deflated(_ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [], rest = content[...]
    repeat {
      let piece = rest.prefix(65_535)
      rest = rest.dropFirst(piece.count)
      bytes += [rest.isEmpty ? 1 : 0] + little(piece.count, 2) + little(~piece.count, 2) + piece
    } while !rest.isEmpty
    return bytes
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = [], directory: [UInt8] = []
    for entry in entries {
      let data = entry.raw ?? (entry.isDeflated ? Self.deflated(entry.content) : entry.content)
      let method = entry.method ?? (entry.isDeflated ? 8 : 0), header = bytes.count
      let size = entry.size ?? entry.content.count, compressed = entry.compressed ?? data.count
      let sum = Int(entry.checksum ?? Self.checksum(entry.content))
      let long = isLong ? [1, 0] + Self.little(16, 2) + Self.little(size, 8) + Self.little(compressed, 8) : []
      let sizes = isLong ? [UInt8](repeating: 0xff, count: 8) : Self.little(compressed, 4) + Self.little(size, 4)
      let common = Self.little(entry.flags, 2) + Self.little(method, 2) + [0, 0, 0x21, 0] + Self.little(sum, 4) + sizes
      let isStreamed = entry.flags & 8 != 0
      let known =
        isStreamed
        ? Self.little(entry.flags, 2) + Self.little(method, 2) + [0, 0, 0x21, 0] + [UInt8](repeating: 0, count: 12)
        : common
      let padding = entry.padding > 0 ? [0xfe, 0xca] + Self.little(entry.padding, 2) : []
      let extra = (isStreamed ? [] : long) + padding + [UInt8](repeating: 0, count: entry.padding)
      let name = Array((entry.localName ?? entry.name).utf8)
      bytes += [0x50, 0x4b, 3, 4, 45, 0] + known + Self.little(name.count, 2) + Self.little(extra.count, 2) + name
      bytes += extra + data
      if isStreamed {
        bytes += [0x50, 0x4b, 7, 8] + Self.little(sum, 4) + Self.little(compressed, 4) + Self.little(size, 4)
      }
      let place = isLong ? [0xff, 0xff, 0xff, 0xff] : Self.little(header, 4)
      let fields = isLong ? [1, 0] + Self.little(24, 2) + long.dropFirst(4) + Self.little(header, 8) : []
      directory += [0x50, 0x4b, 1, 2, 45, 3, 45, 0] + common + Self.little(entry.name.utf8.count, 2)
      directory += Self.little(fields.count, 2) + [UInt8](repeating: 0, count: 10) + place + Array(entry.name.utf8)
      directory += fields
    }
    let start = bytes.count, count = count ?? entries.count
    bytes += directory
    if isLong {
      let end = bytes.count
      bytes += [0x50, 0x4b, 6, 6] + Self.little(44, 8) + [45, 3, 45, 0] + Self.little(disk, 4) + Self.little(0, 4)
      bytes += Self.little(count, 8) + Self.little(count, 8) + Self.little(directory.count, 8) + Self.little(start, 8)
      bytes += [0x50, 0x4b, 6, 7] + Self.little(0, 4) + Self.little(end, 8) + Self.little(1, 4)
    }
    let numbers =
      isLong
      ? [UInt8](repeating: 0xff, count: 12)
      : Self.little(count, 2) + Self.little(count, 2) + Self.little(directory.count, 4) + Self.little(start, 4)
    return bytes + [0x50, 0x4b, 5, 6] + Self.little(isLong ? 0 : disk, 2) + [0, 0] + numbers
      + Self.little(comment.count, 2) + comment
  }
}
