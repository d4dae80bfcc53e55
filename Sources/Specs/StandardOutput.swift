internal import Glibc
internal import Platform
internal import Synchronization

/// Standard output, written at once and with its failures remembered.
///
/// Swift's `print` fills a buffer, and what cannot be written when the process ends is lost without a word: `predict
/// RUN > file` on a full disk would end with 0. A run that trains goes on, because its result is in files; it asks at
/// its end.
package enum StandardOutput {
  /// The `errno` of the first failure; 0: all was written.
  private static let failure = Atomic<Int32>(0)

  /// Writes text, and the terminator behind it. After a failure nothing more is written.
  package static func write(_ text: String, terminator: String = "\n") {
    guard failure.load(ordering: .relaxed) == 0 else { return }
    var whole = text + terminator
    let error = whole.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    if error != 0 { failure.store(error, ordering: .relaxed) }
  }

  /// Throws if something could not be written.
  /// - Parameter consequence: what that means for the user, the end of the sentence.
  package static func check(_ consequence: String) throws(StandardOutputError) {
    let error = failure.load(ordering: .relaxed)
    if error != 0 { throw StandardOutputError(error: error, consequence: consequence) }
  }

  /// Writes the answer of a command; it is all there or an error.
  package static func answer(_ text: String, terminator: String = "\n") throws(StandardOutputError) {
    write(text, terminator: terminator)
    let way = FileProblem(failure.load(ordering: .relaxed)).wayOut(or: "send it elsewhere")
    try check("what was asked for is not whole; \(way)")
  }

  /// - Returns: the `errno` of a failure, 0 for none.
  private static func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var written = 0
    while written < bytes.count {
      guard let base = bytes.baseAddress else { break }
      let count = Glibc.write(STDOUT_FILENO, base + written, min(bytes.count - written, 1 << 24))
      if count >= 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Whoever shares the pipe or terminal has made it non-blocking.
        var state = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&state, 1, 1000)
      default: return errno
      }
    }
    return 0
  }
}

/// Standard output that could not be written.
package struct StandardOutputError: ReportableError {
  let error: Int32
  let consequence: String

  package var exitCode: ExitCode { .inputOutput }
  package var sentence: String {
    "standard output: cannot be written (\(FileProblem(error).words)); \(consequence)"
  }
}
