package import Collectives
internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// What checkpoints need of a file system; tests put one that fails in its place.
package protocol Storage: Sendable {
  /// Makes a directory, and those above it; one that is there is fine.
  func createDirectory(_ path: String) throws
  /// Makes a directory in one that is there; one that is there itself is fine.
  func createFolder(_ path: String) throws
  /// Writes a whole file, piece by piece as `body` hands them over, and flushes it to the disk.
  func write(to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws
  /// Flushes a directory's entries to the disk.
  func flushDirectory(_ path: String) throws
  func rename(_ path: String, to other: String) throws
  /// The names in a directory; none where it does not exist.
  func names(in path: String) throws -> [String]
  /// The bytes of a regular file: nothing else is read, or waited for.
  func read(_ path: String) throws -> [UInt8]
  /// The size of a file; nil where that is not known before it is read.
  func size(of path: String) throws -> Int?
  /// Removes a directory with its files.
  func remove(_ path: String) throws
}

extension Storage {
  package func size(of path: String) throws -> Int? { nil }

  package func createFolder(_ path: String) throws { try createDirectory(path) }

  /// Writes a whole file and flushes it to the disk.
  package func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { append in try bytes.withUnsafeBytes { try append($0) } }
  }
}

/// The machine's file system.
package struct DiskStorage: Storage {
  /// Renewed with every block that is written or read, because others may wait for it.
  private let mark: PhaseMark

  package init(mark: PhaseMark = PhaseMark()) {
    self.mark = mark
  }

  package func createDirectory(_ path: String) throws { try AtomicFile.createDirectory(path) }

  package func createFolder(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw Self.failure(path, "cannot be made") }
    // A link of that name would have the files written elsewhere.
    var info = stat()
    guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
      throw RunError(.inputOutput, "\(path): not a directory that was made for a checkpoint; remove it")
    }
  }

  package func write(
    to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let descriptor = RegularFile.create(path)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be written") }
    defer { close(descriptor) }
    try body { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, min(bytes.count - written, 1 << 24))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw Self.failure(path, "cannot be written") }
        written += count
        mark.renew()
      }
    }
    guard fsync(descriptor) == 0 else { throw Self.failure(path, "cannot be flushed to the disk") }
  }

  package func flushDirectory(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be opened") }
    defer { close(descriptor) }
    // Some network file systems cannot flush a directory, and need not.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.failure(path, "cannot be flushed to the disk") }
  }

  package func rename(_ path: String, to other: String) throws {
    guard Glibc.rename(path, other) == 0 else { throw Self.failure(other, "cannot be put in place") }
  }

  package func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw Self.failure(path, "cannot be read")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  package func size(of path: String) throws -> Int? {
    var info = stat()
    guard stat(path, &info) == 0 else { throw Self.failure(path, "cannot be read") }
    guard info.st_mode & S_IFMT == S_IFREG else { throw Self.notAFile(path) }
    return Int(info.st_size)
  }

  package func read(_ path: String) throws -> [UInt8] {
    // A FIFO would wait for a writer that never comes.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be read") }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { throw Self.notAFile(path) }
    var bytes: [UInt8] = []
    let most = MachineMemory.ofProcess / 2
    guard info.st_size <= most else {
      throw RunError(.data, "\(path): has \(info.st_size) bytes, and at most \(most) can be read; give another file")
    }
    let end = lseek(descriptor, 0, SEEK_END), block = min(1 << 24, max(1 << 12, Int(end)))
    if end > 0 { bytes.reserveCapacity(Int(end)) }
    lseek(descriptor, 0, SEEK_SET)
    let piece = AlignedBuffer<UInt8>(count: block)
    while true {
      let count = Glibc.read(descriptor, piece.pointer, block)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path, "cannot be read") }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: piece.elements[..<count])
      mark.renew()
    }
  }

  package func remove(_ path: String) throws {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    try FileManager.default.removeItem(atPath: path)
  }

  private static func notAFile(_ path: String) -> RunError {
    RunError(.data, "\(path): not a regular file; give the path of one")
  }

  private static func failure(_ path: String, _ what: String) -> RunError {
    let problem = FileProblem()
    let elsewhere = "choose another directory with --output or checkpoint.directory"
    return RunError(
      .inputOutput,
      "\(path): \(what) (\(problem.words)); "
        + (what == "cannot be read" ? problem.wayOut(ofReadingOr: elsewhere) : problem.wayOut(or: elsewhere)))
  }
}
