internal import Glibc
internal import Platform

/// Asks hosts whether mpirun can start ptrain on them, and how many cores a rank may use there.
package struct HostProbe {
  /// Seconds that a host has for its answer.
  package static let patience = 10.0
  /// How often a host is asked where mpirun fails at once: one that ends takes `/tmp/ompi.HOST.UID` away from another
  /// that begins (Open MPI 4.1; 2 of 100 of those started together).
  private static let attempts = 4
  /// Hosts that are asked at a time.
  private static let width = 16

  let mpirun: String
  let program: String
  let environment: [String: String]

  /// The command line that asks one host.
  package static func line(_ host: String, mpirun: String, program: String) -> [String] {
    [mpirun, "-n", "1", "--host", "\(host):1", "--bind-to", "none", program, "cores"]
  }

  /// The cores of each host that answers.
  ///
  /// - Parameter mayGoOn: looked at all the time; once it says false, no more is asked.
  func ask(_ hosts: [String], mayGoOn: () -> Bool) throws(ChildProcess.StartError) -> [String: Int] {
    var found: [String: Int] = [:]
    for start in stride(from: 0, to: hosts.count, by: Self.width) {
      let group = hosts[start..<min(start + Self.width, hosts.count)]
      try ask(group: Array(group), mayGoOn: mayGoOn, into: &found)
    }
    return found
  }

  private func ask(
    group: [String], mayGoOn: () -> Bool, into found: inout [String: Int]
  ) throws(ChildProcess.StartError) {
    var open: [(host: String, attempt: Int, child: ChildProcess, answer: AnswerFile)] = []
    var due = group.map { (host: $0, attempt: 1, time: 0.0) }
    let deadline = Clock.now() + Self.patience
    // Whatever happens: nothing stays behind.
    defer { for entry in open { _ = entry.child.end(patience: 2) } }
    while !open.isEmpty || !due.isEmpty, Clock.now() < deadline, mayGoOn() {
      for index in due.indices.reversed() where due[index].time <= Clock.now() {
        let (host, attempt, _) = due.remove(at: index), answer = AnswerFile()
        guard answer.descriptor >= 0 else { continue }
        let child = try ChildProcess(
          Self.line(host, mpirun: mpirun, program: program), environment: environment, output: answer.descriptor)
        open.append((host, attempt, child, answer))
      }
      for index in open.indices.reversed() {
        guard let ending = open[index].child.poll() else { continue }
        let entry = open.remove(at: index)
        if ending == .exited(0), let cores = entry.answer.number {
          found[entry.host] = cores
        } else if entry.attempt < Self.attempts {
          due.append((entry.host, entry.attempt + 1, Clock.now() + 0.3))
        }
      }
    }
  }
}

/// A file without a name that takes what a program prints.
private final class AnswerFile {
  let descriptor: Int32

  init() {
    var path = Array("/tmp/ptrain-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { return }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The whole number on the last line.
  var number: Int? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    let last = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace).last
    return last.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }
}
