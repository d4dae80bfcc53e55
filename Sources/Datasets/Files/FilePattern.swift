internal import Glibc
internal import Platform

/// A path with `*` (any characters) and `?` (one character) in the names of its files and directories; neither stands
/// for `/`.
///
/// A name that is there as it is written is meant, whatever signs are in it; names that begin with a point are found
/// only where the pattern does too.
struct FilePattern {
  private let parts: [Substring]
  /// Whether it has `**`, which stands for directories in other programs.
  var hasDoubleStar: Bool { parts.contains { $0.contains("**") } }
  private let isAbsolute: Bool

  /// - Returns: nil where the path has no such signs.
  init?(_ path: String) {
    guard path.contains(where: { $0 == "*" || $0 == "?" }) else { return nil }
    isAbsolute = path.hasPrefix("/")
    parts = path.split(separator: "/").filter { $0 != "." }
  }

  /// The paths that fit, ordered by their bytes.
  ///
  /// - Parameter resolve: the path to open for one of these paths; `""` is where relative ones begin.
  /// - Returns: the paths as the pattern has them, relative where it is; links that lead nowhere too, which opening
  ///   tells.
  /// - Throws: ``DataError/unreadable(file:problem:)`` for a directory that cannot be looked into.
  func matches(resolve: (String) -> String) throws(DataError) -> [String] {
    var found = [isAbsolute ? "/" : ""]
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      var next: [String] = []
      for base in found {
        let names =
          !part.contains { $0 == "*" || $0 == "?" } || access(resolve(base + part), F_OK) == 0
          ? [String(part)] : try Self.names(in: resolve(base), base).filter { Self.fits($0, part) }
        next += names.map { base + $0 + (isLast ? "" : "/") }
      }
      found = next
    }
    return found.filter { Self.isThere(resolve($0)) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a path leads to something, if only to a link that leads nowhere, or to where nobody may look.
  private static func isThere(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 || errno != ENOENT && errno != ENOTDIR
  }

  /// - Parameter stated: the directory as the pattern has it.
  private static func names(in directory: String, _ stated: String) throws(DataError) -> [String] {
    func failure() -> DataError { .unreadable(file: stated.isEmpty ? directory : stated, problem: FileProblem()) }
    guard let stream = opendir(directory.isEmpty ? "." : directory) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw failure()
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw failure() }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Whether a name fits a pattern.
  static func fits(_ name: String, _ pattern: some StringProtocol) -> Bool {
    let name = Array(name.unicodeScalars), pattern = Array(pattern.unicodeScalars)
    if name.first == ".", pattern.first != "." { return false }
    // The last star takes ever more, where what follows it does not fit.
    var (place, sign) = (0, 0), star: (sign: Int, place: Int)?
    while place < name.count {
      if sign < pattern.count, pattern[sign] == "*" {
        star = (sign, place)
        sign += 1
      } else if sign < pattern.count, pattern[sign] == "?" || pattern[sign] == name[place] {
        (place, sign) = (place + 1, sign + 1)
      } else if let last = star {
        star = (last.sign, last.place + 1)
        (place, sign) = (last.place + 1, last.sign + 1)
      } else {
        return false
      }
    }
    return pattern[sign...].allSatisfy { $0 == "*" }
  }
}
