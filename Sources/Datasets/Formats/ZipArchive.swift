internal import CZlib
internal import Specs

/// A zip archive: its entries, and their contents.
///
/// Read are entries that are stored or compressed by deflate (RFC 1951). Every size is checked against the file before
/// memory is taken, and every content against its checksum.
struct ZipArchive {
  let file: OpenedFile
  let directory: ZipDirectory

  /// Bytes that deflate makes of one byte at most.
  private static let greatestRatio = 1032

  init(_ file: String, in context: DataContext) throws(DataError) {
    self.file = try OpenedFile(file, in: context)
    directory = try ZipDirectory(of: self.file)
  }

  /// The content of an entry.
  ///
  /// - Parameters:
  ///   - mayMap: whether it may stay where it is, as the context wants it.
  ///   - outline: reads its beginning, and whether its bytes can be used as they are; called before the rest is read.
  /// - Returns: bytes that end with the content, and where it begins in them.
  func contents(
    of entry: ZipDirectory.Entry, in context: DataContext, mayMap: Bool,
    outline: ([UInt8]) throws(DataError) -> Bool
  ) throws(DataError) -> (bytes: FileBytes, start: Int) {
    let range = try place(of: entry)
    let content: (bytes: FileBytes, start: Int)
    if entry.method == 0 {
      let first = try file.bytes(range.prefix(Gzip.firstPiece))
      let isNative = try outline(first)
      if mayMap, isNative, context.mapping.takes(byteCount: entry.size), let mapped = file.mapped(context.use) {
        content = (FileBytes(mapped, upTo: range.upperBound), range.lowerBound)
      } else {
        content = (try file.copy(range, progress: context.progress), 0)
      }
    } else {
      var inflation = try RawInflation(file.pieces(range)) { damaged(entry, $0) }
      let bytes = try FileBytes(capacity: entry.size, file: file.name)
      try inflation.fill(bytes, upTo: min(entry.size, Gzip.firstPiece), progress: context.progress)
      _ = try outline(bytes.beginning(Gzip.firstPiece))
      try inflation.fill(bytes, upTo: entry.size, progress: context.progress)
      try inflation.finish()
      content = (bytes, 0)
    }
    guard content.bytes.count - content.start == entry.size else { throw damaged(entry, "the file ends early") }
    guard checksum(content.bytes, from: content.start, context.progress) == entry.checksum else {
      throw damaged(entry, "its checksum is another one")
    }
    return content
  }

  func damaged(_ entry: ZipDirectory.Entry, _ reason: String) -> DataError {
    .archive(file: file.name, .damaged("entry '\(entry.name.excerpt(60))': \(reason)"))
  }

  /// Where the bytes of an entry are, from what stands before them.
  private func place(of entry: ZipDirectory.Entry) throws(DataError) -> Range<Int> {
    guard !entry.isEncrypted else { throw .archive(file: file.name, .encrypted(entry.name)) }
    guard entry.method == 0 || entry.method == 8 else {
      throw .archive(file: file.name, .method(entry.name, entry.method))
    }
    let end = directory.start
    guard end >= 30, entry.header <= end - 30 else { throw damaged(entry, "it lies outside the file") }
    let header = try file.bytes(entry.header..<entry.header + 30)
    guard header.count == 30, header.number(at: 0, 4) == 0x0403_4b50, header.number(at: 8, 2) == entry.method else {
      throw damaged(entry, "it is not where the directory says")
    }
    let name = entry.header + 30, start = name + header.number(at: 26, 2) + header.number(at: 28, 2)
    guard start <= end, entry.compressed <= end - start else { throw damaged(entry, "it lies outside the file") }
    guard try file.bytes(name..<name + header.number(at: 26, 2)) == Array(entry.name.utf8) else {
      throw damaged(entry, "it has another name where it stands")
    }
    // What stands before an entry has its sizes too, unless they were not known then.
    let sizes = [header.number(at: 18, 4), header.number(at: 22, 4)]
    let isStated = header.number(at: 6, 2) & 8 == 0 && !sizes.contains(0xffff_ffff)
    guard !isStated || sizes == [entry.compressed, entry.size] else {
      throw damaged(entry, "it has other sizes where it stands")
    }
    guard entry.method == 8 || entry.compressed == entry.size else {
      throw damaged(entry, "it is stored, and \(entry.size) bytes are \(entry.compressed) in the file")
    }
    guard entry.method == 0 || entry.size / Self.greatestRatio <= entry.compressed else {
      throw damaged(entry, "\(entry.compressed) bytes cannot hold \(entry.size)")
    }
    return start..<start + entry.compressed
  }

  /// CRC-32 of the bytes from one on.
  private func checksum(_ bytes: FileBytes, from start: Int, _ progress: () -> Void) -> UInt32 {
    bytes.withUnsafeBytes { raw in
      var sum = crc32(0, nil, 0), place = start
      while place < raw.count {
        let piece = UnsafeRawBufferPointer(rebasing: raw[place..<min(raw.count, place + 1 << 22)])
        sum = crc32(sum, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(piece.count))
        place += piece.count
        bytes.pass(place)
        progress()
      }
      return UInt32(truncatingIfNeeded: sum)
    }
  }
}

/// zlib at work on deflate data whose content has a known size.
private struct RawInflation: ~Copyable {
  private var input: InputPieces
  private let damaged: (String) -> DataError
  /// zlib keeps the address of its stream, so that this one does not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var hasEnded = false

  init(_ input: consuming InputPieces, damaged: @escaping (String) -> DataError) throws(DataError) {
    self.input = input
    self.damaged = damaged
    stream.initialize(to: z_stream())
    guard czlib_inflate_init_raw(stream) == Z_OK else { throw damaged("zlib cannot start") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Decompresses until the output has so many bytes, which it has room for.
  mutating func fill(_ output: FileBytes, upTo wanted: Int, progress: () -> Void) throws(DataError) {
    while output.count < wanted {
      guard !hasEnded else { throw damaged("it holds \(output.count) bytes, and more are stated") }
      // zlib counts in 32 bits; and each piece shows progress.
      let room = UnsafeMutableRawBufferPointer(rebasing: output.room.prefix(min(wanted - output.count, 1 << 24)))
      output.add(try step(into: room))
      progress()
    }
  }

  /// Looks whether the data end with what was read.
  mutating func finish() throws(DataError) {
    var next: UInt8 = 0
    while !hasEnded {
      let given = try withUnsafeMutableBytes(of: &next) { room throws(DataError) in try step(into: room) }
      guard given == 0 else { throw damaged("it holds more bytes than are stated") }
    }
    guard input.left == 0 else { throw damaged("bytes follow its end") }
  }

  /// Decompresses some bytes and returns how many.
  private mutating func step(into room: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
    try input.refill()
    let (status, taken) = input.withBytes { bytes in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
      stream.pointee.avail_in = UInt32(bytes.count)
      stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room.count)
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      return (status, bytes.count - Int(stream.pointee.avail_in))
    }
    let given = room.count - Int(stream.pointee.avail_out)
    input.take(taken)
    switch status {
    case Z_STREAM_END: hasEnded = true
    case Z_OK where taken > 0 || given > 0: break
    case Z_OK, Z_BUF_ERROR: throw damaged("its data end early")
    default: throw damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
    }
    return given
  }
}
