internal import Glibc
internal import Platform
internal import Specs

/// A data file that is open, and read at any place.
final class OpenedFile {
  /// Its path as the config states it.
  let name: String
  /// Bytes that it had when it was opened.
  let byteCount: Int
  private let path: String
  private let descriptor: Int32

  /// - Throws: ``DataError`` for a file that is missing, unreadable, not a file or, where it may not be that, empty.
  init(_ file: String, in context: DataContext, mayBeEmpty: Bool = false) throws(DataError) {
    let path = context.resolve(file)
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(errno, file: file, path: path) }
    do throws(DataError) {
      byteCount = try Self.size(descriptor, file: file, path: path)
      guard mayBeEmpty || byteCount > 0 else { throw DataError.emptyFile(file: file) }
    } catch {
      close(descriptor)
      throw error
    }
    (name, self.path, self.descriptor) = (file, path, descriptor)
  }

  deinit { close(descriptor) }

  /// Reads some bytes from a place on.
  ///
  /// - Returns: the bytes read; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int) throws(DataError) -> Int {
    while true {
      let received = pread(descriptor, buffer.baseAddress, min(buffer.count, 1 << 24), place)
      if received >= 0 { return received }
      guard errno == EINTR else { throw Self.failure(errno, file: name, path: path) }
    }
  }

  /// Some bytes, which are few; fewer where the file has become shorter.
  func bytes(_ range: Range<Int>) throws(DataError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count), count = 0
    while count < range.count {
      let received = try bytes.withUnsafeMutableBufferPointer { buffer throws(DataError) in
        try read(
          into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...])),
          at: range.lowerBound + count)
      }
      guard received > 0 else { break }
      count += received
    }
    return Array(bytes.prefix(count))
  }

  /// A copy of some bytes; fewer where the file has become shorter.
  func copy(_ range: Range<Int>, progress: () -> Void) throws(DataError) -> FileBytes {
    let bytes = try FileBytes(capacity: range.count, file: name)
    while bytes.count < range.count {
      let room = UnsafeMutableRawBufferPointer(rebasing: bytes.room.prefix(range.count - bytes.count))
      let received = try read(into: room, at: range.lowerBound + bytes.count)
      guard received > 0 else { break }
      bytes.add(received)
      progress()
    }
    return bytes
  }

  /// Some bytes, a piece at a time.
  func pieces(_ range: Range<Int>) -> InputPieces {
    var place = range.lowerBound
    return InputPieces(byteCount: range.count) { [self] buffer throws(DataError) in
      let received = try read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(range.upperBound - place)), at: place)
      place += received
      return received
    }
  }

  /// The file where it is; nil where it cannot be mapped.
  func mapped(_ use: DataUse) -> MappedDataFile? {
    MappedDataFile(name, path: path, descriptor: descriptor, use: use)
  }

  private static func size(_ descriptor: Int32, file: String, path: String) throws(DataError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, file: file, path: path) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else { throw .notAFile(file: file, isDirectory: kind == S_IFDIR) }
    return Int(status.st_size)
  }

  private static func failure(_ code: Int32, file: String, path: String) -> DataError {
    if code == ENOENT || code == ENOTDIR { return .missingFile(file: file, lookedFor: path) }
    return .unreadable(file: file, problem: FileProblem(code))
  }
}
