internal import CPlatform
internal import Glibc

/// Space of file systems, taken without writing.
package enum FileSpace {
  /// The most bytes that a file of this process may have (`ulimit -f`); nil: there is no limit.
  package static var sizeLimit: Double? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < UInt.max >> 1 else {
      return nil
    }
    return Double(limit.rlim_cur)
  }

  /// Bytes that Open MPI 4.1 wants to be able to have in a file: its messages between the ranks of a node lie in one of
  /// 4.2 MB each.
  ///
  /// With less, mpirun itself locks up, or takes all memory.
  package static let neededByMPI = 8e6

  /// Opens a file that has no name, and goes when it is closed, however the process ends.
  ///
  /// - Returns: the descriptor; nil where the file system has no such files.
  package static func namelessFile(in directory: String) -> Int32? {
    let descriptor = ck_nameless_file(directory)
    return descriptor < 0 ? nil : descriptor
  }

  /// Takes space for so many bytes of a file, whose size stays as it is.
  ///
  /// - Returns: 0, or an `errno`.
  package static func take(_ byteCount: Int64, of descriptor: Int32) -> Int32 { -ck_take_space(descriptor, byteCount) }

  /// Whether the files of a directory lie in memory (tmpfs, ramfs).
  package static func isInMemory(_ directory: String) -> Bool { ck_is_in_memory(directory) != 0 }
}
