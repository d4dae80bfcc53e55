internal import Foundation
internal import Glibc
internal import Platform
package import Specs
internal import Training

/// The trainings of a directory that are finished: a file of lines for each rank that has written there,
/// `trainings-RANK.jsonl`.
///
/// A line is appended in one call of the system when a training is over, so that a process may end at any instant: a
/// line is whole, or it is none (``TrialLine``), and its training is made once more.
package final class TrialLog {
  private let file: LineFile
  private let identity: String

  private static let prefix = "trainings-"
  private static let suffix = ".jsonl"
  /// Bytes of a file that is read: a million trainings and more.
  private static let limit = 1 << 30

  /// The log that a rank appends to.
  package init(directory: String, identity: String, rank: Int) throws {
    let path = directory + "/" + Self.prefix + "\(rank)" + Self.suffix
    file = try LineFile(path)
    self.identity = identity
    // What stands behind a torn line would be torn with it.
    if try Self.endsTorn(path) { try file.append("") }
  }

  /// Appends a training that is over.
  package func append(key: String, result: TrialResult) throws {
    try file.append(TrialLine(identity: identity, key: key, result: result).text)
  }

  private static func endsTorn(_ path: String) throws -> Bool {
    let descriptor = try RegularFile.openToRead(path, remedy: "choose another --output")
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    var last: UInt8 = 0
    return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
  }

  /// The trainings of a directory that are finished, by key.
  ///
  /// - Throws: ``RunError`` of exit code 78 where they are another comparison's.
  package static func read(
    _ directory: String, identity: String, of whole: String = "comparison"
  ) throws -> [String: TrialResult] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter {
      $0.hasPrefix(prefix) && $0.hasSuffix(suffix)
    }
    var results: [String: TrialResult] = [:]
    for name in names.sorted() {
      let path = directory + "/" + name
      let bytes = try RegularFile.contents(path, remedy: "choose another --output", limit: limit)
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let line = TrialLine(String(decoding: line, as: UTF8.self)) else { continue }
        guard line.identity == identity else { throw foreign(path, of: whole) }
        results[line.key] = line.result
      }
    }
    return results
  }

  /// What is there belongs to something else.
  package static func foreign(_ path: String, of whole: String = "comparison") -> RunError {
    let parts = whole == "comparison" ? "candidates, folds or metrics" : "space, budgets, folds or metric"
    return RunError(
      .config,
      "\(path): belongs to another \(whole): of another config, data, \(parts), or of a build with another "
        + "arithmetic; choose another --output, or remove that directory")
  }
}
