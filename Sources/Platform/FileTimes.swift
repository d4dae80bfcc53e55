internal import Glibc

/// The times of files.
package enum FileTimes {
  /// Sets when an open file was written to last, in ns since 1970; nothing happens where this user may not.
  package static func set(modified: Int, of descriptor: Int32) {
    // UTIME_OMIT: the time of the last read stays.
    let omitted = timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
    let second = modified / 1_000_000_000, rest = modified % 1_000_000_000
    let times = [
      omitted, timespec(tv_sec: rest < 0 ? second - 1 : second, tv_nsec: rest < 0 ? rest + 1_000_000_000 : rest),
    ]
    _ = futimens(descriptor, times)
  }
}
