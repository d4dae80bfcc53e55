internal import Foundation
internal import Glibc

/// A program that a test runs as a user would, under a time limit.
package struct Command: Sendable {
  /// What a finished program left behind.
  package struct Outcome: Sendable {
    package var status: Int32
    package var output: String
    package var errors: String
    /// The lines of standard error that ptrain wrote.
    package var complaints: [String] {
      errors.split(separator: "\n").filter { $0.hasPrefix("ptrain: ") }.map(String.init)
    }
  }

  /// The root of the package.
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The built program: `PTRAIN_BINARY`, or the release build.
  package static let ptrain =
    ProcessInfo.processInfo.environment["PTRAIN_BINARY"] ?? root + "/.build/release/ptrain"

  /// Runs ptrain on some ranks; 0 ranks: without mpirun.
  package static func ptrain(
    _ arguments: [String], ranks: Int = 0, environment: [String: String] = [:], seconds: Int = 120
  ) throws -> Outcome {
    let launch = ranks == 0 ? [ptrain] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none", ptrain]
    return try run(launch + arguments, environment: environment, seconds: seconds)
  }

  /// Runs ptrain where it ends after little work: up to twelve of these at a time, beside the tests that keep the cores
  /// busy.
  ///
  /// mpirun spends a second or two of such a run asleep, so they are not worth a test thread each.
  package static func mostlyWaiting(_ arguments: [String], ranks: Int, seconds: Int) async throws -> Outcome {
    await places.take()
    let outcome = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(returning: Result { try ptrain(arguments, ranks: ranks, seconds: seconds) })
      }
    }
    await places.giveBack()
    return try outcome.get()
  }

  private static let places = Places(free: 12)

  /// A counting semaphore that blocks no thread.
  private actor Places {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(free: Int) { self.free = free }

    func take() async {
      guard free == 0 else { return free -= 1 }
      await withCheckedContinuation { waiting.append($0) }
    }

    func giveBack() {
      if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
  }

  /// Runs a command line; it is killed after the time limit, with status 124.
  package static func run(
    _ line: [String], environment: [String: String] = [:], seconds: Int = 120
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "-k", "5", "\(seconds)"] + line
    process.currentDirectoryURL = URL(fileURLWithPath: root)
    var all = ProcessInfo.processInfo.environment
    all["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    all["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    all["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
    all["PRTE_MCA_rmaps_default_mapping_policy"] = ":oversubscribe"
    // Files instead of pipes: a program that prints much never waits for a reader.
    let folder = try TemporaryFolder()
    // Every mpirun has its sessions in a place of its own: Open MPI 4.1 fails where two of one user make and remove
    // theirs at once.
    all["TMPDIR"] = folder.path
    all.merge(environment) { $1 }
    process.environment = all
    let outputPath = folder.path + "/output", errorPath = folder.path + "/errors"
    for path in [outputPath, errorPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let output = FileHandle(forWritingAtPath: outputPath), errors = FileHandle(forWritingAtPath: errorPath)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    // Threads of libdispatch block signals, and a child inherits that; a shell's children do not.
    var none = sigset_t(), before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
    process.waitUntilExit()
    try output?.close()
    try errors?.close()
    func text(_ path: String) -> String {
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
    return Outcome(status: process.terminationStatus, output: text(outputPath), errors: text(errorPath))
  }
}
