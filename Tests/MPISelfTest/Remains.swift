import Collectives
import Foundation
import Glibc
import MPI
import Platform

/// What this process holds of the machine and of MPI.
struct Remains {
  var files = 0
  var threads = 0
  /// Memory of this run in `/dev/shm`, and what this process sees of it, also where it has no name any more.
  var shared = 0
  var mappings = 0
  var kilobytes = 0
  /// Those that this program has made; windows have their own beside them, which go with what they map.
  var communicators = 0

  /// Kilobytes that may be more in the end: MPI and the C library keep what they once needed, in pieces of some
  /// hundred; of trainings on several threads it was 3 MB once, after 9 trainings, and nothing more in the next
  /// thousand.
  static let trainingAllowance = 8192
  /// The same where nothing is trained.
  static let allowance = 1024

  /// This run's number, which stands in the names of all its files: `vader_segment.HOST.UID.JOB.RANK`,
  /// `osc_sm.HOST.JOB.RANK.NUMBER`.
  private static let job = read("/proc/self/maps").firstMatch(of: /\/dev\/shm\/vader_segment\.\S*\.([0-9a-f]+)\.\d+\n/)?
    .1

  static func now() -> Remains {
    let maps = read("/proc/self/maps").split(separator: "\n").filter { $0.contains("/dev/shm/") }
    let names = list("/dev/shm")
    return Remains(
      files: list("/proc/self/fd").count, threads: list("/proc/self/task").count,
      shared: names.count { name in job.map { name.contains(".\($0).") } ?? false }, mappings: maps.count,
      kilobytes: (read("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4,
      communicators: Communicator.openCount)
  }

  /// What there is while no rank does anything; collective.
  ///
  /// Files are of all ranks, so they are counted between two meetings.
  /// - Parameter before: threads that are more than then get time to end: one that has returned is there for a moment,
  ///   and those of Dispatch's pool end after 5 s without work.
  static func now(_ cluster: any Cluster, since before: Remains? = nil) throws -> Remains {
    try cluster.barrier()
    var now = Remains.now()
    for _ in 0..<800 where now.threads > before?.threads ?? now.threads {
      usleep(10_000)
      now = .now()
    }
    try cluster.barrier()
    return now
  }

  var words: String {
    "\(files) files, \(threads) threads, \(shared) in /dev/shm, \(mappings) mappings, \(communicators) communicators, \(kilobytes) KB"
  }

  /// What there is more of than before; empty where that is nothing.
  func excess(over before: Remains, allowing kilobytes: Int = allowance) -> String {
    let isMore =
      files > before.files || threads > before.threads || shared > before.shared || mappings > before.mappings
      || communicators > before.communicators || self.kilobytes > before.kilobytes + kilobytes
    return isMore ? "\(before.words) became \(words)" : ""
  }

  private static func list(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// The system gives such a file in pieces.
  private static func read(_ path: String) -> String {
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4096)
    while case let count = Glibc.read(file, &piece, piece.count), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
