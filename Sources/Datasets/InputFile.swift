internal import Glibc
internal import Kernels
internal import Specs

/// Reads data files whole.
enum InputFile {
  /// The bytes of a file, decompressed where it is gzip.
  ///
  /// The size is checked against the machine's memory before anything is allocated.
  /// - Parameter size: what the beginning of the content says about its size; nothing beyond that is decompressed.
  /// - Throws: ``DataError`` for a file that is missing, unreadable, not a file, empty, too large or damaged.
  static func contents(
    of file: String, in context: DataContext, size: (([UInt8]) throws(DataError) -> Int)? = nil
  ) throws(DataError) -> [UInt8] {
    let bytes = try rawContents(of: file, at: context.resolve(file), progress: context.progress)
    return Gzip.isCompressed(bytes)
      ? try Gzip.decompress(bytes, file: file, progress: context.progress, size: size) : bytes
  }

  /// Whether the beginning of a file is text in UTF-8 without control characters.
  static func looksLikeText(_ bytes: [UInt8]) -> Bool {
    let beginning = Array(bytes.prefix(512))
    // The last character may be cut in two.
    let fault = UTF8Text.check(beginning).fault
    guard fault.map({ $0.offset + 4 > beginning.count && bytes.count > 512 }) ?? true else { return false }
    return beginning.allSatisfy { $0 >= 0x20 || (0x09...0x0d).contains($0) }
  }

  private static func rawContents(
    of file: String, at path: String, progress: () -> Void
  ) throws(DataError) -> [UInt8] {
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(errno, file: file, path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, file: file, path: path) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else { throw .notAFile(file: file, isDirectory: kind == S_IFDIR) }
    let size = Int(status.st_size)
    guard size > 0 else { throw .emptyFile(file: file) }
    try Memory.check(byteCount: size, for: file)
    var problem: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      guard let base = buffer.baseAddress else { return }
      while count < size {
        let received = read(descriptor, base + count, min(size - count, 1 << 24))
        if received < 0 && errno == EINTR { continue }
        if received < 0 { problem = errno }
        if received <= 0 { break }
        count += received
        progress()
      }
    }
    guard problem == 0 else { throw failure(problem, file: file, path: path) }
    guard !bytes.isEmpty else { throw .emptyFile(file: file) }
    return bytes
  }

  private static func failure(_ code: Int32, file: String, path: String) -> DataError {
    if code == ENOENT || code == ENOTDIR { return .missingFile(file: file, lookedFor: path) }
    return .unreadable(file: file, reason: String(cString: strerror(code)).lowercased())
  }
}

/// The memory of this machine.
enum Memory {
  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)`` where so much can never be held.
  static func check(byteCount: Int, for file: String) throws(DataError) {
    let available = MachineMemory.ofProcess
    guard byteCount <= available else {
      throw .tooLarge(file: file, byteCount: byteCount, available: available)
    }
  }
}
