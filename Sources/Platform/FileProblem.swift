internal import Glibc

/// Why a call of the file system has failed, an `errno`, and the way out of that: free space helps where there is none,
/// and nowhere else.
package struct FileProblem: Error, Sendable, Equatable {
  package let number: Int32

  package init(_ number: Int32) { self.number = number }

  /// That of the last call.
  package init() { number = errno }

  /// What the system calls it.
  package var words: String { String(cString: strerror(number)) }

  /// Whether the process or the machine has no more open files, which says nothing of the file.
  package var isOfDescriptors: Bool { number == EMFILE || number == ENFILE }

  /// How something can be written all the same, the end of a sentence.
  ///
  /// - Parameter elsewhere: how to write it to another place, as in `choose another directory with --output`.
  package func wayOut(or elsewhere: String) -> String {
    if let way = wayToDescriptors { return way }
    let way: String? =
      switch number {
      case ENOSPC: "free space"
      case EDQUOT: "this user's quota is used up: remove files, have it raised"
      case EFBIG: "raise the limit on a file's size (ulimit -f) where there is one"
      case EROFS: "have it mounted for writing"
      case EACCES, EPERM: "give this user the right to write there"
      case ENAMETOOLONG: "take shorter names"
      case ENOENT: "make the directory that is missing there"
      case ENOTDIR: "remove the file that is where a directory should be"
      case ELOOP: "remove the link that is there"
      case EISDIR: "remove the directory of that name"
      case EPIPE: "see why its reader has ended"
      case EIO, ESTALE, ETIMEDOUT, ENXIO, ENODEV: "look at that file system (dmesg)"
      default: nil
      }
    return (way.map { $0 + " or " } ?? "") + elsewhere
  }

  /// How something can be read all the same, the end of a sentence.
  ///
  /// - Parameter remedy: what to do where the file is not the right one, as in `give another file`.
  package func wayOut(ofReadingOr remedy: String) -> String {
    if let way = wayToDescriptors { return way }
    let way: String? =
      switch number {
      case EACCES, EPERM: "give this user the right to read it"
      case EIO, ESTALE, ETIMEDOUT, ENXIO, ENODEV: "look at that file system (dmesg)"
      default: nil
      }
    return (way.map { $0 + " or " } ?? "") + remedy
  }

  private var wayToDescriptors: String? {
    switch number {
    case EMFILE: "raise the limit on open files (ulimit -n)"
    case ENFILE: "end programs of this machine that hold many files, or raise its limit (sysctl fs.file-max)"
    default: nil
    }
  }
}
