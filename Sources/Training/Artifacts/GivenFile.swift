internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// A short text that the command line names: a config, a data source, a list of hosts.
///
/// Read from a file, or from a pipe that somebody writes to (`-`, `/dev/stdin`, `<(...)` of a shell): bounded, and
/// never deaf to a request to stop.
package enum GivenFile {
  /// Bytes that such a text may have.
  static let limit = 1 << 26
  /// Seconds that a FIFO is waited for whose writer has not come.
  static let patience = 5.0

  /// The directory that paths in the text start from: a pipe has none, so it is the current one.
  package static func directory(of path: String) -> String {
    // /dev/shm is a directory as any other.
    let places = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"]
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
  /// - Throws: an error of exit code 66 where there is nothing to read, 75 when it is asked to stop meanwhile, 74 where
  ///   reading fails.
  package static func contents(_ path: String, remedy: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try read(path, name: path, remedy: remedy) { piece in
      bytes += piece
      guard bytes.count <= limit else {
        throw RunError(.missingInput, "\(path): has more than \(limit >> 20) MiB; \(remedy)")
      }
    }
    return bytes
  }

  /// Reads data of any length from a pipe to its end, into a file in memory.
  ///
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - remedy: the end of an error's sentence.
  ///   - progress: called now and then: others may wait.
  /// - Throws: as ``contents(_:remedy:)``.
  static func spooled(
    _ path: String, name: String, remedy: String, progress: () -> Void
  ) throws -> MemoryFile {
    do {
      let file = try MemoryFile()
      var count = 0
      try read(path, name: name, remedy: remedy, progress: progress) { piece in
        count += piece.count
        guard count <= MachineMemory.ofProcess else {
          throw RunError(
            .data,
            "\(name): has more than the \(MachineMemory.words(Double(MachineMemory.ofProcess))) of memory that are there; \(remedy)"
          )
        }
        try file.append(UnsafeRawBufferPointer(piece))
      }
      return file
    } catch let problem as FileProblem {
      throw RunError(.inputOutput, "\(name): cannot be kept in memory (\(problem.words)); \(remedy)")
    }
  }

  /// Hands out what a path has, piece by piece.
  private static func read(
    _ path: String, name: String, remedy: String, progress: () -> Void = {},
    take: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    // Without O_NONBLOCK a FIFO that nobody writes to would block here.
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let problem = FileProblem()
      guard problem.number != ENOENT, problem.number != ENOTDIR else {
        throw RunError(.missingInput, "\(name): no such file; \(remedy)")
      }
      throw RegularFile.unreadable(name, problem, as: .missing, remedy: remedy)
    }
    defer { close(descriptor) }
    var mayWait = false
    if let kind = RegularFile.irregularity(of: descriptor) {
      mayWait = kind == "a FIFO" || kind == "a socket" || isatty(descriptor) == 1
      guard mayWait else { throw RunError(.missingInput, "\(name): \(kind), not a file; \(remedy)") }
    }
    var piece = [UInt8](repeating: 0, count: 1 << 16), hasWriter = false, isEmpty = true
    let begin = Clock.now()
    while true {
      if mayWait {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&state, 1, 50)
        guard !isAskedToStop else {
          throw RunError(.stopped, "\(name): stopped on request while it was waited for; nothing was begun")
        }
        progress()
        if state.revents == 0, !hasWriter, Clock.now() - begin < patience { continue }
      }
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        hasWriter = true
        continue
      }
      guard count >= 0 else {
        throw RegularFile.unreadable(name, FileProblem(), as: .failed, remedy: remedy)
      }
      guard count > 0 else {
        if mayWait, isEmpty, isFIFO(path) {
          throw RunError(.missingInput, "\(name): a FIFO, and nobody writes to it; \(remedy)")
        }
        return
      }
      isEmpty = false
      try piece.withUnsafeBufferPointer { try take(UnsafeBufferPointer(rebasing: $0[..<count])) }
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
