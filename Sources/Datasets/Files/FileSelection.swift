internal import Glibc
internal import Specs

/// The files of one source: a path, a pattern, or a list of these.
package struct FileSelection: Sendable, Equatable {
  /// As the config states them.
  package var stated: [String]

  package init(_ stated: [String]) { self.stated = stated }

  /// What stands for all of them in messages.
  package var name: String {
    stated.count <= 3 ? stated.joined(separator: ", ") : "\(stated[0]) and \(stated.count - 1) others"
  }

  /// The files in their order, those of a pattern by the bytes of their names; nil where there is one path without a
  /// pattern.
  ///
  /// - Throws: ``DataError`` where nothing fits a pattern, or one file would be read twice.
  func several(in context: DataContext) throws(DataError) -> [String]? {
    var files: [String] = [], hasPattern = false
    for path in stated {
      // A file whose name has such signs is that file.
      guard let pattern = FilePattern(path), access(context.resolve(path), F_OK) != 0 else {
        files.append(path)
        continue
      }
      hasPattern = true
      guard !pattern.hasDoubleStar else { throw .doubleStar(pattern: path) }
      let found = try pattern.matches { $0.isEmpty ? context.baseDirectory : context.resolve($0) }
      guard !found.isEmpty else { throw .noMatch(pattern: path, lookedFor: context.resolve(path)) }
      files += found
    }
    guard hasPattern || stated.count > 1 else { return nil }
    // By what is there: links and paths of another spelling lead to one file.
    var seen: [FileNumber: String] = [:]
    for file in files {
      guard let number = FileNumber(context.resolve(file)) else { continue }
      if let first = seen.updateValue(file, forKey: number) { throw .fileTwice(file: file, first: first) }
    }
    return files
  }
}

/// The number of a file on its device.
private struct FileNumber: Hashable {
  var device, inode: UInt

  /// - Returns: nil for a path that leads nowhere, which opening tells.
  init?(_ path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    (device, inode) = (UInt(info.st_dev), UInt(info.st_ino))
  }
}

extension FieldReader {
  /// A path, a pattern with `*` and `?`, or a list of these.
  func files(_ key: String, _ summary: String) throws(ConfigError) -> FileSelection {
    try read(
      key, schema: .anyOf([.text, .list(.text)]), default: nil, example: FileSelection(["text"]), summary: summary
    ) { value, path throws(ConfigError) in
      guard case .array(let entries) = value else {
        guard case .string = value else {
          throw ConfigError(
            "expected a path or a list of paths, found \(value.kindName) (\(value.excerpt))", path: path)
        }
        return (FileSelection([try Self.text(value, path: path)]), value)
      }
      guard !entries.isEmpty else { throw ConfigError("expected at least one path, found an empty list", path: path) }
      var paths: [String] = []
      for (index, entry) in entries.enumerated() {
        let text = try Self.text(entry, path: "\(path)[\(index)]")
        guard !paths.contains(text) else {
          throw ConfigError("'\(text.excerpt(60))' is named twice", path: "\(path)[\(index)]")
        }
        paths.append(text)
      }
      return (FileSelection(paths), value)
    }
  }
}
