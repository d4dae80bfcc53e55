internal import Glibc
package import Platform
internal import Specs

/// Where the rows of a config are kept once its text was read, and what they are kept for.
///
/// A cache is one file for the first file of the training text. It holds the rows of all parts as they lie in memory,
/// what was measured of them, and what they depend on: the config, and each file of text by its times and its content.
package struct DataCache: Sendable {
  /// The cache's own path.
  package let path: String
  /// That of a cache which this machine has made for itself, where others write to the same file system.
  package let hostPath: String
  /// What the rows depend on besides the text.
  package let key: String
  /// The source whose rows are kept, as messages call it.
  package let name: String
  /// The files of text as they were before they are read, in their order.
  private let states: [SourceState]

  /// - Parameter key: what the rows depend on besides the text, but for what is added here.
  /// - Returns: nil where the config wants no cache, its data are not all text, or the text is short.
  package init?(_ section: DataSection, key: String, in context: DataContext) {
    guard section.cache != .off, let files = section.textFiles(in: context), !files.isEmpty else { return nil }
    var states: [SourceState] = []
    for file in files {
      guard let state = SourceState(context.resolve(file)) else { return nil }
      states.append(state)
    }
    guard section.cache.takes(byteCount: states.reduce(0) { $0 + $1.identity.byteCount }) else { return nil }
    let parts = states[0].path.split(separator: "/", omittingEmptySubsequences: false)
    guard let base = parts.last.map(String.init) else { return nil }
    let start: String
    if let directory = section.cacheDirectory {
      // Files of one name in several directories have a cache each.
      let whole = ContentHash.of(Array(Self.absolute(states[0].path).utf8))
      start = context.resolve(directory) + "/\(base).\(String(whole, radix: 16))"
    } else {
      start = (parts.dropLast() + [Substring(".\(base)")]).joined(separator: "/")
    }
    (path, hostPath) = (start + Self.ending, "\(start).\(HostName.ofMachine)\(Self.ending)")
    (name, self.key, self.states) = (files[0], key, states)
  }

  private static let ending = ".ptrain-cache"

  private static func absolute(_ path: String) -> String {
    guard let whole = realpath(path, nil) else { return path }
    defer { free(whole) }
    return String(cString: whole)
  }

  /// The directory that the cache is in.
  package var directory: String { ColumnOverflow.directory(of: path) }

  // MARK: - Finding

  /// The cache that was made of this text for this config.
  ///
  /// - Throws: ``CacheFault``
  package func find(_ progress: () -> Void) throws(CacheFault) -> CacheFile {
    // One that nobody else replaces comes first.
    if let own = try? find(at: hostPath, progress) { return own }
    return try find(at: path, progress)
  }

  private func find(at path: String, _ progress: () -> Void) throws(CacheFault) -> CacheFile {
    let file = try open(path)
    try file.requireSame(states, progress)
    try file.requireWhole(progress)
    return file
  }

  /// The cache that was just made for this config, whatever the text has become meanwhile.
  ///
  /// - Parameters:
  ///   - path: where it was made.
  ///   - content: what was read.
  /// - Throws: ``CacheFault``
  package func reopen(
    _ path: String, _ content: Content, _ progress: () -> Void
  ) throws(CacheFault) -> CacheFile {
    let file = try open(path)
    guard file.sources.map(\.contentHash) == content.sources.map(\.contentHash) else { throw .outdated }
    try file.requireWhole(progress)
    return file
  }

  private func open(_ path: String) throws(CacheFault) -> CacheFile {
    let file = try CacheFile(path, owners: Set(states.map(\.owner) + [geteuid(), 0]))
    guard file.key == key else { throw .otherKey }
    return file
  }

  // MARK: - Making

  /// What the text is, once it was read.
  package struct Content: Sendable {
    fileprivate let sources: [CachedSource]
  }

  /// The hashes of files that were written to a moment ago, before they are read: their times may not tell of the next
  /// write.
  package func unsettledHashes(_ progress: () -> Void) -> [UInt64?] {
    states.map { $0.isSettled ? nil : $0.contentHash(progress) }
  }

  /// What was read; nil where a file is not what it was before.
  ///
  /// - Parameter before: ``unsettledHashes(_:)``
  package func content(since before: [UInt64?], _ progress: () -> Void) -> Content? {
    var sources: [CachedSource] = []
    for (state, earlier) in zip(states, before) {
      guard let hash = state.contentHash(progress), state.isSettled || hash == earlier else { return nil }
      sources.append(CachedSource(state, contentHash: hash))
    }
    return Content(sources: sources)
  }

  /// The rights that all may have who may read each file of text.
  private var mode: UInt32 { states.reduce(0o666) { $0 & $1.mode } }

  /// Begins a cache.
  ///
  /// - Parameter ofHost: whether it is to be this machine's own.
  /// - Throws: ``FileProblem``
  package func draft(ofHost: Bool = false) throws(FileProblem) -> CacheDraft {
    try CacheDirectory.make(directory)
    return try CacheDraft(ofHost ? hostPath : path, mode: mode)
  }

  private func header(rows: Int, metadata: Int, sources: Int) -> CacheHeader {
    CacheHeader(
      rows: rows, sources: (sources * CachedSource.wordCount + 1) * 8, key: key.utf8.count, metadata: metadata)
  }

  private func finish(
    _ draft: CacheDraft, _ header: CacheHeader, _ content: Content, _ metadata: [UInt8]
  ) throws(FileProblem) {
    try draft.finish(header, CacheFile.bytes(content.sources), Array(key.utf8), metadata)
  }

  /// Keeps rows that are in memory.
  ///
  /// - Returns: the bytes of the cache.
  /// - Throws: ``FileProblem``; then nothing is left of it.
  package func keep(
    _ prepared: PreparedData, _ content: Content, metadata: [UInt8], in draft: CacheDraft, _ progress: () -> Void
  ) throws(FileProblem) -> Int {
    guard metadata.count <= CacheHeader.textLimit, key.utf8.count <= CacheHeader.textLimit else {
      throw FileProblem(EOVERFLOW)
    }
    var header = header(rows: prepared.layout.byteCount, metadata: metadata.count, sources: content.sources.count)
    do throws(FileProblem) { try draft.takeSpace(header) } catch {
      // A file system that cannot promise the space says so when it is written.
      guard [EOPNOTSUPP, ENOSYS, EINVAL].contains(error.number) else { throw error }
    }
    var hash = ContentHash(), place = header.rows.offset, problem: FileProblem?
    prepared.forEachPiece { piece in
      guard problem == nil else { return }
      hash.add(piece)
      do throws(FileProblem) { try draft.write(piece, at: place) } catch { problem = error }
      place += piece.count
      progress()
    }
    if let problem { throw problem }
    header.rows.hash = hash.value
    try finish(draft, header, content, metadata)
    return header.fileByteCount
  }

  /// Writes rows to a cache without having them in memory.
  ///
  /// - Parameters:
  ///   - room: bytes that are taken for metadata before they are known.
  ///   - describe: the metadata of the rows, which are in the file by then.
  /// - Throws: ``FileProblem``
  package func write(
    _ preparation: DataPreparation, _ content: Content, in draft: CacheDraft, room: Int = 1 << 20,
    _ progress: @escaping () -> Void, describe: (PreparedData) -> [UInt8]
  ) throws(CacheWritingProblem) {
    let rows = preparation.layout.byteCount
    let estimate = header(rows: rows, metadata: room, sources: content.sources.count), memory: MappedDraft
    do throws(FileProblem) {
      try draft.takeSpace(estimate)
      memory = try draft.mapRows(estimate)
    } catch { throw CacheWritingProblem(problem: error, hasBegun: false) }
    preparation.write(into: memory.rows, givesBack: true, progress: progress)
    let prepared = PreparedData(
      preparation.description, layout: preparation.layout, region: UnsafeRawBufferPointer(memory.rows), owner: memory)
    let metadata = describe(prepared)
    var hash = ContentHash()
    prepared.forEachPiece {
      hash.add($0)
      progress()
    }
    do throws(FileProblem) {
      guard metadata.count <= CacheHeader.textLimit else { throw FileProblem(EOVERFLOW) }
      var header = header(rows: rows, metadata: metadata.count, sources: content.sources.count)
      header.rows.hash = hash.value
      try finish(draft, header, content, metadata)
    } catch { throw CacheWritingProblem(problem: error, hasBegun: true) }
  }
}

/// Why a cache could not be written, and whether what it was to be made of is still there.
package struct CacheWritingProblem: Error {
  package var problem: FileProblem
  package var hasBegun: Bool
}

extension DataSection {
  /// Whether all rows are read from text, so that a cache of them can be made.
  package func isText(in context: DataContext) -> Bool { textFiles(in: context)?.isEmpty == false }

  /// For each source of text whether its config says whether there is a header.
  package var statesHeaders: [Bool] {
    var formats = [train]
    for case .source(let format)? in [validation, test] { formats.append(format) }
    return formats.map { ($0 as? CSVFormat)?.headerIsStated ?? false }
  }

  /// The files that all rows are read from; nil where some are not read from text.
  func textFiles(in context: DataContext) -> [String]? {
    var formats = [train]
    for case .source(let format)? in [validation, test] { formats.append(format) }
    var files: [String] = []
    for format in formats {
      guard let own = try? format.textFiles(in: context) else { return nil }
      files += own
    }
    return files
  }
}
