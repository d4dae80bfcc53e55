internal import CPlatform
internal import Glibc

/// Locks that the kernel keeps on open files.
package enum FileLock {
  package enum Outcome: Sendable, Equatable {
    case taken
    /// Another open file has it.
    case held
    /// The file system has no such locks, or cannot have one now.
    case unavailable
  }

  /// Takes the lock of an open file for as long as it stays open, without waiting. See fcntl(2), `F_OFD_SETLK`.
  package static func take(_ descriptor: Int32) -> Outcome {
    switch ck_lock_file(descriptor) {
    case 0: .taken
    case -EAGAIN: .held
    default: .unavailable
    }
  }

  /// Whether only this machine writes to the file's file system, so that its kernel knows all about the lock.
  package static func isLocal(_ descriptor: Int32) -> Bool { ck_is_local_file(descriptor) != 0 }
}
