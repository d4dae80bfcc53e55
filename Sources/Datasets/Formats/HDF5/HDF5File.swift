internal import Glibc
internal import Platform
internal import Specs

/// An open file of the format, of which bytes are read at addresses.
final class HDF5File: Sendable {
  /// Its path as the config states it.
  let name: String
  let path: String
  let descriptor: Int32
  let byteCount: Int
  private let identity: FileIdentity

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  /// - Throws: ``DataError`` for a file that is missing, unreadable, not a file, or of another kind.
  init(_ name: String, in context: DataContext) throws(DataError) {
    let path = context.resolve(name)
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(errno, name, path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, let identity = FileIdentity(of: descriptor) else {
      let code = errno
      close(descriptor)
      throw Self.failure(code, name, path)
    }
    (self.name, self.path, self.descriptor, self.identity) = (name, path, descriptor, identity)
    byteCount = identity.byteCount
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else { throw .notAFile(file: name, isDirectory: kind == S_IFDIR) }
    guard byteCount > 0 else { throw .emptyFile(file: name) }
    try requireSignature()
  }

  deinit { close(descriptor) }

  private static func failure(_ code: Int32, _ name: String, _ path: String) -> DataError {
    if code == ENOENT || code == ENOTDIR { return .missingFile(file: name, lookedFor: path) }
    return .unreadable(file: name, problem: FileProblem(code))
  }

  /// The signature stands at the beginning, or behind a user block of 512, 1024, 2048 … bytes.
  private func requireSignature() throws(DataError) {
    var place = 0
    while place + 8 <= byteCount {
      var bytes = [UInt8](repeating: 0, count: 8)
      if pread(descriptor, &bytes, 8, place) == 8, bytes == Self.signature { return }
      place = max(512, 2 * place)
    }
    let beginning = [UInt8](unsafeUninitializedCapacity: min(byteCount, 1 << 12)) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    if let signature = FileSignature.of(beginning) { throw .otherFormat(file: name, signature) }
    throw .hdf5(file: name, .notHDF5(isText: InputFile.looksLikeText(beginning)))
  }

  /// Reads bytes; false: they are not all there. May be called on any thread.
  func read(_ count: Int, at address: Int, into buffer: UnsafeMutableRawPointer) -> Bool {
    var done = 0
    while done < count {
      let received = pread(descriptor, buffer + done, min(count - done, 1 << 24), address + done)
      if received < 0, errno == EINTR { continue }
      guard received > 0 else { return false }
      done += received
    }
    return true
  }

  /// - Throws: ``DataError/changed(file:use:change:)`` where it is not what it was when it was opened.
  func requireUnchanged(_ use: DataUse) throws(DataError) {
    let change = identity.change(to: FileIdentity(of: descriptor)) ?? identity.change(to: FileIdentity(at: path))
    if let change { throw .changed(file: name, use: use, change: change) }
  }
}
