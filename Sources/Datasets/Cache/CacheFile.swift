internal import Glibc
internal import Platform
internal import Specs

/// A cache that is open: its header, key and metadata were looked at, and its rows are those of the text.
package final class CacheFile: Sendable {
  package let path: String
  let header: CacheHeader
  let sources: [CachedSource]
  /// What the rows depend on besides the text.
  package let key: String
  /// All that is known of the rows; whoever has written it reads it.
  package let metadata: [UInt8]
  private let descriptor: Int32

  /// Bytes of the whole file.
  package var byteCount: Int { header.fileByteCount }
  /// Bytes of the rows.
  package var rowByteCount: Int { header.rows.count }

  /// Opens a cache and looks at all of it but its rows.
  ///
  /// - Parameter owners: users that may have written it.
  /// - Throws: ``CacheFault``
  package init(_ path: String, owners: Set<UInt32>? = nil) throws(CacheFault) {
    // O_NONBLOCK: a named pipe of this name must not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .absent : .unreadable(FileProblem().words.lowercased())
    }
    do throws(CacheFault) {
      var info = stat()
      guard fstat(descriptor, &info) == 0 else { throw CacheFault.unreadable(FileProblem().words.lowercased()) }
      guard info.st_mode & S_IFMT == S_IFREG else { throw CacheFault.unreadable("not a file") }
      guard owners?.contains(info.st_uid) != false else { throw CacheFault.foreign }
      let size = Int(info.st_size)
      func bytes(_ part: CacheHeader.Part) throws(CacheFault) -> [UInt8] {
        try Self.read(descriptor, part.offset, part.count)
      }
      header = try CacheHeader(
        Self.read(descriptor, 0, min(size, CacheHeader.byteCount)), fileByteCount: size)
      guard let sources = CacheFile.sources(try bytes(header.sources)) else {
        throw CacheFault.damaged("what it says of its text is not what was written")
      }
      self.sources = sources
      let key = try bytes(header.key), metadata = try bytes(header.metadata)
      guard ContentHash.of(key) == header.key.hash, ContentHash.of(metadata) == header.metadata.hash else {
        throw CacheFault.damaged("what it says of its rows is not what was written")
      }
      guard let text = String(validating: key, as: UTF8.self) else { throw CacheFault.damaged("its key is no text") }
      (self.key, self.metadata) = (text, metadata)
    } catch {
      close(descriptor)
      throw error
    }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }

  private static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) throws(CacheFault) -> [UInt8] {
    var problem: CacheFault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let received = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, offset + filled)
        if received < 0, errno == EINTR { continue }
        guard received > 0 else {
          problem = received < 0 ? .unreadable(FileProblem().words.lowercased()) : .damaged("it ends too early")
          return
        }
        filled += received
      }
    }
    if let problem { throw problem }
    return bytes
  }

  // MARK: - Sources

  /// What a cache holds of the files of text, with its hash.
  static func bytes(_ sources: [CachedSource]) -> [UInt8] {
    let words = sources.flatMap(\.words), hash = words.withUnsafeBytes { ContentHash.of($0) }
    return (words + [hash]).withUnsafeBytes { Array($0) }
  }

  private static func sources(_ bytes: [UInt8]) -> [CachedSource]? {
    guard bytes.count % 8 == 0, bytes.count / 8 % CachedSource.wordCount == 1 else { return nil }
    let words = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
    guard words.dropLast().withUnsafeBytes({ ContentHash.of($0) }) == words[words.count - 1] else { return nil }
    let count = CachedSource.wordCount
    let sources = stride(from: 0, to: words.count - 1, by: count).map { CachedSource(words[$0..<$0 + count]) }
    return sources.contains { $0 == nil } ? nil : sources.compactMap { $0 }
  }

  /// Looks whether the text is the one that the rows were read from.
  ///
  /// Where times or numbers of a file differ its content decides, and what the cache says of the file is renewed.
  /// - Throws: ``CacheFault/outdated``
  func requireSame(_ states: [SourceState], _ progress: () -> Void) throws(CacheFault) {
    guard states.count == sources.count else { throw .outdated }
    let areThere = zip(sources, states).allSatisfy { $0.identity.byteCount == $1.identity.byteCount }
    guard areThere else { throw .outdated }
    var renewed = sources
    for (index, (source, state)) in zip(sources, states).enumerated() where !source.isSame(as: state) {
      guard let hash = state.contentHash(progress), hash == source.contentHash else { throw .outdated }
      renewed[index] = CachedSource(state, contentHash: hash)
    }
    if renewed != sources { write(Self.bytes(renewed), at: header.sources.offset) }
  }

  // MARK: - Rows

  /// Looks whether the rows are those that were written: by the file's own times where nobody has touched it, else by
  /// all bytes.
  ///
  /// - Throws: ``CacheFault/damaged(_:)``
  package func requireWhole(_ progress: () -> Void) throws(CacheFault) {
    guard let own = stamp(), own != (header.device, header.inode, header.modified) else { return }
    var hash = ContentHash(), place = header.rows.offset
    while place < header.rows.end {
      let piece = try Self.read(descriptor, place, min(1 << 20, header.rows.end - place))
      piece.withUnsafeBytes { hash.add($0) }
      place += piece.count
      progress()
    }
    guard hash.value == header.rows.hash else { throw .damaged("its rows are not those that were written") }
    // A copy of a cache is one: the next look is short.
    var renewed = header
    (renewed.device, renewed.inode, renewed.modified) = own
    write(renewed.bytes, at: 0)
  }

  private func stamp() -> (device: Int, inode: Int, modified: Int)? {
    var info = stat()
    guard fstat(descriptor, &info) == 0, let identity = FileIdentity(of: descriptor) else { return nil }
    return (Int(truncatingIfNeeded: info.st_dev), identity.inode, identity.modified)
  }

  /// Writes over some bytes, and leaves the time of the last write as it is; where that cannot be nothing is lost.
  ///
  /// Only its owner may set that time: what others wrote would show to those who have it mapped.
  private func write(_ bytes: [UInt8], at offset: Int) {
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_uid == geteuid() || geteuid() == 0 else { return }
    let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_CLOEXEC)
    guard own >= 0, let before = FileIdentity(of: own) else { return }
    defer { close(own) }
    guard FileLock.take(own) != .held else { return }
    _ = bytes.withUnsafeBytes { pwrite(own, $0.baseAddress, $0.count, offset) }
    FileTimes.set(modified: before.modified, of: own)
  }

  /// Whether only this machine writes to its file system: elsewhere a cache that is replaced cannot be read any more
  /// where it is mapped.
  package var isLocal: Bool { FileLock.isLocal(descriptor) }

  /// The rows where they are; nil where they cannot be mapped.
  package func mapped(_ use: DataUse) -> MappedRows? { MappedRows(self, descriptor: descriptor, use: use) }

  /// Copies the rows.
  ///
  /// - Throws: ``CacheFault``
  package func copyRows(into region: UnsafeMutableRawBufferPointer, _ progress: () -> Void) throws(CacheFault) {
    precondition(region.count >= header.rows.count, "the region is too small for the rows")
    var place = 0
    while place < header.rows.count {
      let count = min(1 << 22, header.rows.count - place)
      let received = pread(descriptor, region.baseAddress.map { $0 + place }, count, header.rows.offset + place)
      if received < 0, errno == EINTR { continue }
      guard received > 0 else {
        throw received < 0 ? .unreadable(FileProblem().words.lowercased()) : .damaged("it ends too early")
      }
      place += received
      progress()
    }
  }
}
