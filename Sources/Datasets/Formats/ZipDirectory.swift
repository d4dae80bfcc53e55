internal import Specs

/// The directory at the end of a zip archive (PKWARE APPNOTE 6.3, sections 4.3.12 to 4.3.16), zip64 included.
struct ZipDirectory {
  /// A file in the archive, as the directory describes it.
  struct Entry {
    var name: String
    var flags: Int
    /// 0: stored, 8: deflate.
    var method: Int
    var checksum: UInt32
    /// Bytes in the archive.
    var compressed: Int
    /// Bytes of the content.
    var size: Int
    /// Where what stands before the content begins.
    var header: Int

    var isEncrypted: Bool { flags & 0x2041 != 0 }
  }

  let entries: [Entry]
  /// Where the directory begins; contents lie before.
  let start: Int

  /// Bytes of the longest directory that is read: some hundred thousand entries.
  private static let limit = 1 << 26

  init(of file: OpenedFile) throws(DataError) {
    let (start, size, count) = try Self.place(in: file)
    func damaged(_ reason: String) -> DataError { .archive(file: file.name, .damaged(reason)) }
    guard size <= Self.limit else {
      throw damaged("its directory has \(size) bytes, at most \(Self.limit) are read")
    }
    guard count <= size / 46 else { throw damaged("its directory of \(size) bytes cannot have \(count) entries") }
    let bytes = try file.bytes(start..<start + size)
    guard bytes.count == size else { throw damaged("it ends early") }
    var entries: [Entry] = [], place = 0
    entries.reserveCapacity(count)
    for index in 0..<count {
      guard bytes.count - place >= 46, bytes.number(at: place, 4) == 0x0201_4b50 else {
        throw damaged("entry \(index + 1) of its directory cannot be read")
      }
      let end = place + 46 + bytes.number(at: place + 28, 2)
      let next = end + bytes.number(at: place + 30, 2) + bytes.number(at: place + 32, 2)
      guard next <= bytes.count else { throw damaged("entry \(index + 1) of its directory ends early") }
      guard let name = String(validating: bytes[place + 46..<end], as: UTF8.self) else {
        throw damaged("the name of entry \(index + 1) is not UTF-8")
      }
      var entry = Entry(
        name: name, flags: bytes.number(at: place + 8, 2), method: bytes.number(at: place + 10, 2),
        checksum: UInt32(bytes.number(at: place + 16, 4)), compressed: bytes.number(at: place + 20, 4),
        size: bytes.number(at: place + 24, 4), header: bytes.number(at: place + 42, 4))
      guard entry.takeLong(bytes[end..<end + bytes.number(at: place + 30, 2)]) else {
        throw damaged("the sizes of entry \(index + 1) cannot be read")
      }
      entries.append(entry)
      place = next
    }
    (self.entries, self.start) = (entries, start)
  }

  /// Where the directory is, its bytes and its entries.
  private static func place(in file: OpenedFile) throws(DataError) -> (start: Int, size: Int, count: Int) {
    func damaged(_ reason: String) -> DataError { .archive(file: file.name, .damaged(reason)) }
    // Behind the end of the directory only a comment follows.
    let tailStart = max(0, file.byteCount - 22 - 0xffff)
    let tail = try file.bytes(tailStart..<file.byteCount)
    let found = stride(from: tail.count - 22, through: 0, by: -1).first { place in
      tail[place] == 0x50 && tail.number(at: place, 4) == 0x0605_4b50
        && place + 22 + tail.number(at: place + 20, 2) == tail.count
    }
    guard let found else { throw try notZip(file) }
    let end = tailStart + found
    var disks = [tail.number(at: found + 4, 2), tail.number(at: found + 6, 2)]
    var count = tail.number(at: found + 10, 2)
    var size = tail.number(at: found + 12, 4), start = tail.number(at: found + 16, 4)
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff, end >= 20 {
      let locator = try file.bytes(end - 20..<end)
      if locator.count == 20, locator.number(at: 0, 4) == 0x0706_4b50 {
        guard let place = locator.long(at: 8), end >= 76, place <= end - 76 else {
          throw damaged("the end of its directory cannot be found")
        }
        let record = try file.bytes(place..<place + 56)
        guard record.count == 56, record.number(at: 0, 4) == 0x0606_4b50, let longCount = record.long(at: 32),
          let longSize = record.long(at: 40), let longStart = record.long(at: 48)
        else { throw damaged("the end of its directory cannot be read") }
        disks = [record.number(at: 16, 4), record.number(at: 20, 4)]
        (count, size, start) = (longCount, longSize, longStart)
      }
    }
    guard disks == [0, 0] else { throw .archive(file: file.name, .split) }
    guard start <= end, size <= end - start else { throw damaged("its directory lies outside the file") }
    return (start, size, count)
  }

  /// What a file without the end of a directory is.
  private static func notZip(_ file: OpenedFile) throws(DataError) -> DataError {
    let beginning = try file.bytes(0..<min(file.byteCount, 4096))
    if beginning.starts(with: [0x50, 0x4b, 3, 4]) {
      return .archive(file: file.name, .damaged("its directory is missing: it ends early"))
    }
    if Gzip.isCompressed(beginning) { return .archive(file: file.name, .gzip) }
    if let signature = FileSignature.of(beginning) { return .otherFormat(file: file.name, signature) }
    return .archive(file: file.name, .notZip(isText: InputFile.looksLikeText(beginning)))
  }
}

extension ZipDirectory.Entry {
  /// Takes sizes that need more than 32 bits from the extra fields of the entry; false where they cannot be.
  fileprivate mutating func takeLong(_ extra: ArraySlice<UInt8>) -> Bool {
    let isLong = [size, compressed, header].contains(0xffff_ffff)
    guard isLong else { return true }
    let fields = Array(extra)
    var place = 0
    while fields.count - place >= 4 {
      let end = place + 4 + fields.number(at: place + 2, 2)
      guard end <= fields.count else { return false }
      if fields.number(at: place, 2) == 1 {
        place += 4
        for path in [\Self.size, \.compressed, \.header] where self[keyPath: path] == 0xffff_ffff {
          guard end - place >= 8, let value = fields.long(at: place) else { return false }
          self[keyPath: path] = value
          place += 8
        }
        return true
      }
      place = end
    }
    // Without such a field the number is what it is.
    return true
  }
}

extension [UInt8] {
  /// A number of up to 4 bytes, little-endian.
  func number(at place: Int, _ byteCount: Int) -> Int {
    (0..<byteCount).reduce(0) { $0 | Int(self[place + $1]) << (8 * $1) }
  }

  /// A number of 8 bytes, little-endian; nil where it is no integer of this machine.
  func long(at place: Int) -> Int? {
    Int(exactly: (0..<8).reduce(UInt64(0)) { $0 | UInt64(self[place + $1]) << (8 * UInt64($1)) })
  }
}
