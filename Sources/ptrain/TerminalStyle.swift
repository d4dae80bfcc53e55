internal import Glibc
internal import Platform

/// What characters the reader of standard output sees, and how many to a line.
struct TerminalStyle {
  /// Whether ASCII alone may be written.
  var isPlain: Bool

  init(isPlain: Bool) { self.isPlain = isPlain }

  /// What the locale says: characters beyond ASCII where it is one of UTF-8.
  init(_ environment: ProcessEnvironment) {
    // The first that is set and not empty counts (POSIX, 8.2).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    isPlain = !(name.contains("utf-8") || name.contains("utf8"))
  }

  /// Characters of a line: those of the terminal from 80 to 120, else 100.
  static var width: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 100
    }
    return min(120, max(80, Int(size.ws_col)))
  }

  var ellipsis: String { isPlain ? "..." : "…" }

  /// The beginning of a text that is too long.
  func cut(_ text: String, _ limit: Int) -> String {
    text.count <= limit ? text : text.prefix(max(0, limit - ellipsis.count)) + ellipsis
  }

  /// A bar for each number, the largest one whole; a blank for 0.
  func bars(_ counts: [Int]) -> String {
    let marks = Array(isPlain ? ".:-=+*#@" : "▁▂▃▄▅▆▇█"), largest = counts.max() ?? 0
    guard largest > 0 else { return "" }
    return String(
      counts.map { count in
        count <= 0 ? " " : marks[Int((8 * Double(count) / Double(largest)).rounded(.up)) - 1]
      })
  }
}
