internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// How far a run has come, as the files of its directory say.
package struct RunProgress: Sendable, Equatable {
  /// The step of the newest checkpoint, from which a restart goes on.
  package var checkpoint: Int?
  /// The last step that the log knows of.
  package var loggedStep: Int

  /// Whether `stopped.json` is there: the run has saved its state on request, and has not been started since.
  package var isStopped: Bool

  package init(checkpoint: Int?, loggedStep: Int, isStopped: Bool = false) {
    self.checkpoint = checkpoint
    self.loggedStep = loggedStep
    self.isStopped = isStopped
  }

  /// Looks at a run.
  ///
  /// - Parameter checkpoint: the step of its newest checkpoint.
  package init(run: String, checkpoint: Int?) {
    self.checkpoint = checkpoint
    loggedStep = Self.lastStep(of: run + "/metrics.jsonl")
    isStopped = access(run + "/stopped.json", F_OK) == 0
  }

  /// The last step of a log whose last line may be half written; 0 without one.
  private static func lastStep(of path: String) -> Int {
    guard let descriptor = try? RegularFile.openToRead(path, remedy: "") else { return 0 }
    defer { close(descriptor) }
    // Lines are short: the last ones are in here.
    var tail = [UInt8](repeating: 0, count: 65536)
    let size = lseek(descriptor, 0, SEEK_END)
    let count = pread(descriptor, &tail, tail.count, max(0, size - tail.count))
    tail.removeLast(tail.count - max(0, count))
    for line in tail.split(separator: 0x0A).reversed() {
      if let value = try? ConfigValue.parse(Data(line), file: path), case .integer(let step)? = value["step"] {
        return step
      }
    }
    return 0
  }
}

/// Which run a directory holds: another one has another mark.
package struct RunMark: Sendable, Equatable {
  private var inode: UInt64 = 0
  private var seconds = 0
  private var nanoseconds = 0

  /// Looks at the config that every start of a run writes anew.
  package init(run: String) {
    var info = stat()
    guard stat(run + "/config.json", &info) == 0 else { return }
    inode = UInt64(info.st_ino)
    seconds = info.st_mtim.tv_sec
    nanoseconds = info.st_mtim.tv_nsec
  }
}
