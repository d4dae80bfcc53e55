internal import Foundation
internal import Glibc
internal import Synchronization

/// Running processes, to be found and sent signals to.
package enum Processes {
  /// The processes of a program, by its file's name, whose first argument is one word and that have another among the
  /// rest.
  package static func find(_ program: String, _ first: String, mentioning word: String) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { Int32($0) }.filter { pid in
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
      let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.count > 1 && (words[0] as NSString).lastPathComponent == program && words[1] == first
        && words.contains(word)
    }
  }

  package static func send(_ signal: Int32, to pids: [Int32]) { for pid in pids { kill(pid, signal) } }

  /// Whether a process has a handler of its own for a signal: until then the signal ends it as the system does.
  package static func hears(_ signal: Int32, _ pid: Int32) -> Bool {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/status"),
      let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
      let caught = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    else { return false }
    return caught >> UInt64(signal - 1) & 1 == 1
  }

  /// Waits until something is true.
  /// - Returns: whether it became true in time.
  package static func wait(seconds: Double = 30, until isTrue: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while !isTrue() {
      if Date() > end { return false }
      usleep(10_000)
    }
    return true
  }
}

extension Command {
  /// Runs a command line on another thread while `action` runs on this one.
  package static func run(
    _ line: [String], environment: [String: String] = [:], seconds: Int = 120, while action: () throws -> Void
  ) throws -> Outcome {
    let box = ResultBox(), ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let outcome = Result { try run(line, environment: environment, seconds: seconds) }
      box.value.withLock { $0 = outcome }
      ended.signal()
    }
    let acted = Result { try action() }
    ended.wait()
    try acted.get()
    guard let outcome = box.value.withLock({ $0 }) else { throw CancellationError() }
    return try outcome.get()
  }

  private final class ResultBox: Sendable {
    let value = Mutex<Result<Outcome, any Error>?>(nil)
  }
}
