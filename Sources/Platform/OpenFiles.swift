internal import Glibc

/// The files that a process may have open at the same time (`ulimit -n`); pipes, sockets and the like count.
package enum OpenFiles {
  /// A limit that leaves too few.
  package struct Lack: Equatable, Sendable {
    /// The limit, those of it that are open, and how many more are needed.
    package var limit, open, needed: Int

    /// As a part of a sentence.
    package var words: String {
      "\(limit) files may be open at the same time (ulimit -n) and \(open) are, with up to \(needed) more to come"
    }
  }

  /// How many of the lowest numbers are looked at: a limit above that is none.
  private static let most = 1 << 20

  /// - Parameter count: files, of whatever kind, that are going to be opened beside those that are.
  /// - Returns: nil where the limit leaves so many.
  package static func lack(of count: Int) -> Lack? {
    var numbers = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &numbers) == 0, numbers.rlim_cur < UInt(most) else {
      return nil
    }
    let limit = Int(numbers.rlim_cur)
    var free = 0
    for number in 0..<limit where fcntl(Int32(number), F_GETFD) < 0 {
      free += 1
      if free >= count { return nil }
    }
    return Lack(limit: limit, open: limit - free, needed: count)
  }
}
