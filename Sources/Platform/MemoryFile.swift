internal import CPlatform
internal import Glibc

/// A file that lies in memory, has a path while this object is there, and goes with it.
package final class MemoryFile: Sendable {
  let descriptor: Int32

  /// An empty file.
  ///
  /// - Throws: ``FileProblem`` where the system makes none.
  package init() throws(FileProblem) {
    descriptor = ck_memory_file("ptrain")
    if descriptor < 0 { throw FileProblem(-descriptor) }
  }

  deinit { close(descriptor) }

  /// Opens the file for this process alone.
  package var path: String { "/proc/self/fd/\(descriptor)" }

  /// Writes bytes behind those that are there.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileProblem) {
    var written = 0
    while written < bytes.count, let base = bytes.baseAddress {
      let count = write(descriptor, base + written, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileProblem() }
      written += count
    }
  }
}
