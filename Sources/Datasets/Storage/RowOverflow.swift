internal import Glibc
internal import Platform
internal import Specs

extension ColumnOverflow {
  /// Where columns and rows of sources go that take much memory: the one decision of all commands that read data.
  ///
  /// - Parameters:
  ///   - formats: the sources; a file goes beside the first text among them.
  ///   - cache: what the config says of files of rows.
  ///   - directory: another directory for it, whole; nil: beside the text.
  ///   - limit: nil: a quarter of the memory.
  /// - Returns: nil where the config wants no such files, or there is no text with a directory.
  package init?(
    _ formats: [any DataFormat], cache: CacheMode, directory: String?, in context: DataContext, limit: Int? = nil
  ) {
    guard cache != .off else { return nil }
    for format in formats {
      guard let files = try? format.textFiles(in: context), let first = files.first else { continue }
      // What comes from a pipe lies in memory, and is beside nothing.
      guard let place = directory ?? (context.place == nil ? Self.directory(of: context.resolve(first)) : nil) else {
        continue
      }
      self.init(directory: place, limit: limit)
      return
    }
    return nil
  }

  /// The directory that a file is in.
  static func directory(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast(),
      text = parts.joined(separator: "/")
    return parts.isEmpty ? "." : text.isEmpty ? "/" : text
  }
}

extension DataSection {
  /// Where columns and rows of a config's sources go that take much memory.
  package func overflow(in context: DataContext, limit: Int? = nil) -> ColumnOverflow? {
    var formats = [train]
    for case .source(let format)? in [validation, test] { formats.append(format) }
    return ColumnOverflow(
      formats, cache: cache, directory: cacheDirectory.map { context.resolve($0) }, in: context, limit: limit)
  }
}

extension DataPreparation {
  /// Writes rows that take much memory to a file without a name, and takes them from there; what was read is given
  /// back meanwhile.
  ///
  /// - Throws: ``CacheWritingProblem``; where it has not begun the rows can still be written to memory.
  package func writeRows(
    to overflow: ColumnOverflow, for use: DataUse, progress: @escaping () -> Void
  ) throws(CacheWritingProblem) -> MappedRows {
    let descriptor: Int32
    do throws(FileProblem) { descriptor = try NamelessFile.make(in: overflow.directory) } catch {
      throw CacheWritingProblem(problem: error, hasBegun: false)
    }
    defer { close(descriptor) }
    let memory: UnsafeMutableRawBufferPointer
    do throws(FileProblem) { memory = try NamelessFile.map(descriptor, byteCount: layout.byteCount) } catch {
      throw CacheWritingProblem(problem: error, hasBegun: false)
    }
    write(into: memory, givesBack: true, progress: progress)
    munmap(memory.baseAddress, memory.count)
    guard let rows = MappedRows(nameless: descriptor, count: layout.byteCount, use: use) else {
      throw CacheWritingProblem(problem: FileProblem(), hasBegun: true)
    }
    return rows
  }
}
