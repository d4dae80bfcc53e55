internal import Glibc
internal import Platform

/// The directory of caches and of columns that do not fit into memory.
enum CacheDirectory {
  /// Makes a directory, and those that it is in, where they are not there.
  ///
  /// - Throws: ``FileProblem`` of the first that cannot be made.
  static func make(_ path: String) throws(FileProblem) {
    guard access(path, F_OK) != 0 else { return }
    var place = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      place += part + "/"
      guard access(place, F_OK) != 0, mkdir(place, 0o777) != 0 else { continue }
      // Another process may make it at the same time.
      guard errno == EEXIST else { throw FileProblem() }
    }
  }
}
