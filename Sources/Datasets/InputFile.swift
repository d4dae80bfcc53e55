internal import Glibc
internal import Platform
internal import Specs

/// Reads data files whole, or maps them.
enum InputFile {
  /// What the beginning of a content says of the whole.
  struct Outline {
    /// Bytes in all; nothing beyond that is decompressed.
    var size: Int
    /// Whether the bytes can be used as they are.
    var isNative: Bool
  }

  /// The bytes of a file, decompressed where it is gzip; the compressed bytes are never all in memory.
  ///
  /// The size is checked against the machine's memory before anything is allocated.
  /// - Parameters:
  ///   - mayMap: whether the bytes may stay where they are, as the context wants it.
  ///   - outline: reads the beginning.
  /// - Throws: ``DataError`` for a file that is missing, unreadable, not a file, empty, too large or damaged.
  static func contents(
    of file: String, in context: DataContext, mayMap: Bool = false,
    outline: (([UInt8]) throws(DataError) -> Outline)? = nil
  ) throws(DataError) -> FileBytes {
    let path = context.resolve(file)
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(errno, file: file, path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, file: file, path: path) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else { throw .notAFile(file: file, isDirectory: kind == S_IFDIR) }
    let byteCount = Int(status.st_size)
    guard byteCount > 0 else { throw .emptyFile(file: file) }
    func piece(_ buffer: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
      while true {
        let received = read(descriptor, buffer.baseAddress, min(buffer.count, 1 << 24))
        if received >= 0 { return received }
        guard errno == EINTR else { throw failure(errno, file: file, path: path) }
      }
    }
    var start: [UInt8] = [0, 0]
    if pread(descriptor, &start, 2, 0) == 2, Gzip.isCompressed(start) {
      var size: (([UInt8]) throws(DataError) -> Int)?
      if let outline { size = { beginning throws(DataError) in try outline(beginning).size } }
      return try Gzip.decompress(
        InputPieces(byteCount: byteCount, read: piece), file: file, progress: context.progress, size: size)
    }
    if mayMap, context.mapping.takes(byteCount: byteCount),
      (try? outline?(beginning(of: descriptor, byteCount)))?.isNative == true,
      let mapped = MappedDataFile(file, path: path, descriptor: descriptor, use: context.use)
    {
      return FileBytes(mapped)
    }
    let bytes = try FileBytes(capacity: byteCount, file: file)
    while bytes.count < byteCount {
      let received = try piece(UnsafeMutableRawBufferPointer(rebasing: bytes.room.prefix(byteCount - bytes.count)))
      guard received > 0 else { break }
      bytes.add(received)
      context.progress()
    }
    guard bytes.count > 0 else { throw .emptyFile(file: file) }
    return bytes
  }

  private static func beginning(of descriptor: Int32, _ byteCount: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: min(byteCount, Gzip.firstPiece)) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
  }

  /// Whether the beginning of a file is text in UTF-8 without control characters.
  static func looksLikeText(_ bytes: [UInt8]) -> Bool {
    let beginning = Array(bytes.prefix(512))
    // The last character may be cut in two.
    let fault = UTF8Text.check(beginning).fault
    guard fault.map({ $0.offset + 4 > beginning.count && bytes.count > 512 }) ?? true else { return false }
    return beginning.allSatisfy { $0 >= 0x20 || (0x09...0x0d).contains($0) }
  }

  private static func failure(_ code: Int32, file: String, path: String) -> DataError {
    if code == ENOENT || code == ENOTDIR { return .missingFile(file: file, lookedFor: path) }
    return .unreadable(file: file, problem: FileProblem(code))
  }
}

/// The memory of this machine.
enum Memory {
  /// Bytes that this process could ever have.
  static var byteCount: Int { MachineMemory.ofProcess }

  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)`` where so much can never be held.
  static func check(byteCount: Int, for file: String) throws(DataError) {
    let available = Self.byteCount
    guard byteCount <= available else {
      throw .tooLarge(file: file, byteCount: byteCount, available: available)
    }
  }
}
