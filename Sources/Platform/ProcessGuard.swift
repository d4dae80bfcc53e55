internal import CPlatform
internal import Glibc

/// Protection from what libraries and limits of the system may do to this process.
package enum ProcessGuard {
  /// Calls into a library that may wait for ever: then a line says so, and the exit code is 69.
  ///
  /// - Parameters:
  ///   - seconds: the longest that it may take.
  ///   - late: the line, `ptrain: ` included, for when it takes longer.
  package static func begin(seconds: Int, late: StaticString) { ck_guard_begin(UInt32(clamping: seconds), late.text) }

  package static func end() { ck_guard_end() }

  /// Why so many threads cannot be started beside the calling one; nil: they can.
  ///
  /// A loop of libdispatch whose threads cannot be started waits for ever for better times.
  package static func problem(startingThreads count: Int) -> String? {
    let error = ck_try_threads(Int32(clamping: count))
    return error == 0 ? nil : String(cString: strerror(error))
  }

  /// Keeps files from taking the number of a standard stream that whoever started this process has closed.
  package static func holdStandardFiles() { ck_hold_standard_files() }
}
