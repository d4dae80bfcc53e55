internal import Foundation
internal import Glibc

/// A folder for files that readers open by path; in memory where the system has such a place.
struct ScratchFolder {
  let path: String

  /// Where such folders are made.
  static let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()

  init(_ path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file in the folder and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path + "/" + name
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FuzzError(sentence: "\(file): cannot be written") }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw FuzzError(sentence: "\(file): cannot be written")
    }
    return file
  }
}

/// What is wrong with the fuzzing itself.
struct FuzzError: Error {
  var sentence: String
}

/// Prints a line at once, also where the output is a file that somebody watches.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
