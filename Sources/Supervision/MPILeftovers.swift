internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// What an mpirun that was killed leaves on this machine: its session's directory, and the ranks' memory in `/dev/shm`.
///
/// Open MPI 4.1 names the first `TMPDIR/ompi.HOST.UID/pid.PID` after mpirun's process, writes the job's number into
/// `contact.txt` there, and names the second `vader_segment.HOST.UID.JOB.RANK` after that number (hexadecimal, the
/// number of the run within the job in its low 16 bits). Nobody else removes them, and `/dev/shm` is memory.
package struct MPILeftovers {
  /// Where session directories may be.
  private let places: [String]
  private let shared: String

  /// - Parameters:
  ///   - environment: that of mpirun.
  ///   - shared: where ranks share memory.
  init(environment: [String: String], shared: String = "/dev/shm") {
    let keys = ["OMPI_MCA_orte_tmpdir_base", "TMPDIR", "TEMP", "TMP"]
    places = keys.compactMap { environment[$0] } + ["/tmp"]
    self.shared = shared
  }

  /// Refuses a directory in which mpirun cannot have its session's.
  ///
  /// Open MPI 4.1 takes the first that is named, and ends with code 1 where it has no room for two files of 4.2 MB
  /// there.
  package static func requirePlace(_ environment: [String: String]) throws {
    let keys = ["OMPI_MCA_orte_tmpdir_base", "TMPDIR", "TEMP", "TMP"]
    let place = keys.lazy.compactMap { environment[$0] }.first ?? "/tmp", needed = 9e6
    let wayOut = "mpirun keeps its session there; set TMPDIR to another directory, or free space"
    guard let room = FileRoom(for: place) else {
      throw RunError(.inputOutput, "\(place): not a directory one can write to, and \(wayOut)")
    }
    guard room.free >= needed, room.freeFiles.map({ $0 >= 64 }) ?? true else {
      throw RunError(
        .inputOutput,
        "\(place): \(FileRoom.words(room.free, isRoom: true)) and \(room.freeFiles.map { "\($0)" } ?? "any") new files are free, "
          + "\(FileRoom.words(needed)) and 64 files are needed: \(wayOut)")
    }
  }

  /// Removes what the mpirun with this process number has left; it and its ranks must have ended.
  func remove(of process: Int32) {
    for session in Set(places.flatMap { sessions(in: $0, of: process) }) {
      if let family = family(of: session) { removeMemory(of: family) }
      try? FileManager.default.removeItem(atPath: session)
    }
  }

  private func sessions(in place: String, of process: Int32) -> [String] {
    names(in: place, prefix: "ompi.").filter { $0.hasSuffix(".\(geteuid())") }.map { "\(place)/\($0)/pid.\(process)" }
      .filter(isOwn)
  }

  /// The job's number without that of the run within it.
  private func family(of session: String) -> UInt32? {
    guard let data = try? RegularFile.contents(session + "/contact.txt", remedy: "", limit: 1 << 16) else { return nil }
    let number = String(decoding: data.prefix(64), as: UTF8.self).prefix { $0.isNumber }
    return UInt32(number).map { $0 >> 16 }
  }

  private func removeMemory(of family: UInt32) {
    for name in names(in: shared, prefix: "vader_segment.") {
      let parts = name.split(separator: ".")
      guard parts.count >= 5, parts[parts.count - 3] == "\(geteuid())",
        let job = UInt32(parts[parts.count - 2], radix: 16), job >> 16 == family, isOwn("\(shared)/\(name)")
      else { continue }
      unlink("\(shared)/\(name)")
    }
  }

  private func names(in folder: String, prefix: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix(prefix) }
  }

  /// Whether a file or directory, itself and not what a link points to, is this user's.
  private func isOwn(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 && info.st_uid == geteuid() && info.st_mode & S_IFMT != S_IFLNK
  }
}
