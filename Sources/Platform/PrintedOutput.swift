internal import Glibc

/// A file in memory that takes what a program prints.
package final class PrintedOutput {
  private let file: MemoryFile
  package var descriptor: Int32 { file.descriptor }

  /// - Throws: ``FileProblem`` where the system makes none.
  package init() throws(FileProblem) { file = try MemoryFile() }

  package var byteCount: Int {
    var info = stat()
    return fstat(descriptor, &info) == 0 ? Int(info.st_size) : 0
  }

  /// All that was written.
  package var contents: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      count = 0
      while count < buffer.count, let base = buffer.baseAddress {
        let received = pread(descriptor, base + count, buffer.count - count, count)
        if received < 0, errno == EINTR { continue }
        guard received > 0 else { return }
        count += received
      }
    }
  }
}
