internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// A short text that the command line names: a config, a data source, a list of hosts.
///
/// Read from a file, or from a pipe that somebody writes to (`-`, `/dev/stdin`, `<(...)` of a shell): bounded, and never deaf to a
/// request to stop.
package enum GivenFile {
  /// Bytes that such a text may have.
  static let limit = 1 << 26
  /// Seconds that a FIFO is waited for whose writer has not come.
  static let patience = 5.0

  /// The directory that paths in the text start from: a pipe has none, so it is the current one.
  package static func directory(of path: String) -> String {
    let places = ["/dev/", "/proc/self/fd/", "/proc/thread-self/fd/"]
    // Foundation traps on a name of one character.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), !places.contains(where: { path.hasPrefix($0) }) else {
      return "."
    }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Whether a path names something that can be read once only.
  package static func isPipe(_ path: String) -> Bool {
    if path == "-" { return true }
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFREG && info.st_mode & S_IFMT != S_IFDIR
  }

  /// Reads the text.
  ///
  /// - Parameter remedy: the end of an error's sentence.
  /// - Throws: an error of exit code 66 where there is nothing to read, 75 when it is asked to stop meanwhile, 74 where reading fails.
  package static func contents(_ path: String, remedy: String) throws -> [UInt8] {
    // Without O_NONBLOCK a FIFO that nobody writes to would block here.
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let problem = FileProblem()
      guard problem.number != ENOENT, problem.number != ENOTDIR else {
        throw RunError(.missingInput, "\(path): no such file; \(remedy)")
      }
      throw RegularFile.unreadable(path, problem, as: .missing, remedy: remedy)
    }
    defer { close(descriptor) }
    var mayWait = false
    if let kind = RegularFile.irregularity(of: descriptor) {
      mayWait = kind == "a FIFO" || kind == "a socket" || isatty(descriptor) == 1
      guard mayWait else { throw RunError(.missingInput, "\(path): \(kind), not a file; \(remedy)") }
    }
    return try read(descriptor, path: path, mayWait: mayWait, remedy: remedy)
  }

  private static func read(_ descriptor: Int32, path: String, mayWait: Bool, remedy: String) throws -> [UInt8] {
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 1 << 16), hasWriter = false
    let begin = Clock.now()
    while true {
      if mayWait {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&state, 1, 50)
        guard !isAskedToStop else {
          throw RunError(.stopped, "\(path): stopped on request while it was waited for; nothing was begun")
        }
        if state.revents == 0, !hasWriter, Clock.now() - begin < patience { continue }
      }
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        hasWriter = true
        continue
      }
      guard count >= 0 else {
        throw RegularFile.unreadable(path, FileProblem(), as: .failed, remedy: remedy)
      }
      guard count > 0 else {
        if mayWait, bytes.isEmpty, isFIFO(path) {
          throw RunError(.missingInput, "\(path): a FIFO, and nobody writes to it; \(remedy)")
        }
        return bytes
      }
      bytes += piece[..<count]
      guard bytes.count <= limit else {
        throw RunError(.missingInput, "\(path): has more than \(limit >> 20) MiB; \(remedy)")
      }
    }
  }

  /// Whether a path is the name of a FIFO, and not of a pipe between processes.
  private static func isFIFO(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFIFO
  }

  /// Whether a request to stop has come, or waits: `launch` holds them back.
  private static var isAskedToStop: Bool {
    guard StopSignal.received == 0 else { return true }
    var waiting = sigset_t()
    sigpending(&waiting)
    return [SIGTERM, SIGINT, SIGUSR1, SIGHUP].contains { sigismember(&waiting, $0) == 1 }
  }
}
