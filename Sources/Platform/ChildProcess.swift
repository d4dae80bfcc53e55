internal import CPlatform
internal import Glibc

/// A program that this process has started, that no Ctrl-C reaches, and that ends when this process does.
package final class ChildProcess {
  /// How a program ended.
  package enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  /// The number of what the system refused, `ENOENT` for a program that is not there.
  package struct StartError: Error {
    package var number: Int32
    package var words: String { String(cString: strerror(number)) }
  }

  /// Its number.
  package let pid: Int32
  private var ending: Ending?

  /// Starts a program. Call it on the main thread: the program gets SIGTERM when the calling thread ends.
  ///
  /// - Parameters:
  ///   - line: the program, looked up on the PATH, and its arguments.
  ///   - environment: all of its environment.
  ///   - output: the file that takes its standard output, while what it says on standard error is dropped; nil: both go
  /// where those
  ///     of this process go.
  package init(_ line: [String], environment: [String: String], output: Int32? = nil) throws(StartError) {
    let texts = line.map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in texts + variables { free(text) } }
    let result = ck_start_process(
      texts.map { UnsafePointer($0) } + [nil], variables.map { UnsafePointer($0) } + [nil], output ?? -1)
    guard result > 0 else { throw StartError(number: -result) }
    pid = result
  }

  /// How it ended; nil: it runs.
  package func poll() -> Ending? {
    guard ending == nil else { return ending }
    var status: Int32 = 0
    let result = waitpid(pid, &status, WNOHANG)
    if result == pid {
      ending = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F)
    } else if result < 0, errno == ECHILD {
      // Somebody else has asked: how it ended is not known any more.
      ending = .exited(1)
    }
    return ending
  }

  /// Whether it has children that have not ended.
  package var hasLiveChildren: Bool { !Orphans.children(of: pid, ended: false).isEmpty }

  /// Whether it is stopped by a signal.
  package var isStopped: Bool { Orphans.isStopped(pid) }

  /// Its children that have not ended, and whether each is stopped by a signal.
  package var children: [(process: Int32, isStopped: Bool)] {
    Orphans.children(of: pid, ended: false).map { ($0, Orphans.isStopped($0)) }
  }

  /// Sends a signal to the program alone.
  package func send(_ signal: Int32) {
    if poll() == nil { kill(pid, signal) }
  }

  /// Ends the program and what it has started in its session: SIGTERM, and SIGKILL where that does not help in time.
  package func end(patience seconds: Double) -> Ending {
    endGroup(patience: seconds)
    while true {
      if let ending = poll() { return ending }
      usleep(10_000)
    }
  }

  /// Ends what a program that has ended may have left in its process group.
  package func endGroup(patience seconds: Double) {
    guard kill(-pid, SIGTERM) == 0 else { return }
    for _ in 0..<Int(seconds * 100) {
      _ = poll()
      if kill(-pid, 0) != 0 { return }
      usleep(10_000)
    }
    kill(-pid, SIGKILL)
  }
}

/// Processes that have lost their parents.
package enum Orphans {
  /// From now on descendants whose parents end become children of this process.
  package static func adopt() { ck_adopt_orphans() }

  /// Kills the adopted processes that run this process's program, and takes leave of those that have ended.
  package static func end() {
    let own = program(of: "self")
    for _ in 0..<100 {
      while waitpid(-1, nil, WNOHANG) > 0 {}
      let found = children(of: getpid(), ended: true).filter { own != nil && program(of: "\($0)") == own }
      if found.isEmpty { return }
      for pid in found { kill(pid, SIGKILL) }
      usleep(10_000)
    }
  }

  private static func program(of process: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = readlink("/proc/\(process)/exe", &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }

  /// The children of a process; those that have ended, and nobody has asked about, only on request.
  fileprivate static func children(of process: pid_t, ended: Bool) -> [pid_t] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var found: [pid_t] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let pid = pid_t(name), let (state, parent) = stateAndParent(of: pid), parent == process else { continue }
      if ended || state != "Z" { found.append(pid) }
    }
    return found
  }

  fileprivate static func isStopped(_ process: pid_t) -> Bool { stateAndParent(of: process)?.state == "T" }

  /// The third and fourth field of `/proc/PID/stat`, after a name in parentheses that may hold anything.
  private static func stateAndParent(of pid: pid_t) -> (state: String, parent: pid_t)? {
    let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let rest = bytes.prefix(count).split(separator: UInt8(ascii: ")")).last ?? []
    let fields = rest.split(separator: UInt8(ascii: " ")).prefix(2).map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 2, let parent = pid_t(fields[1]) else { return nil }
    return (fields[0], parent)
  }
}
