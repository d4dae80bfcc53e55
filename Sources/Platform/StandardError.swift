internal import Glibc

/// Standard error, for lines that must not end the program where nobody reads them any more.
package enum StandardError {
  /// Writes a line in one piece, so that those of several processes do not mix; a terminal that is closed is no error.
  package static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
