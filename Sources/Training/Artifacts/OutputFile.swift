internal import Glibc
internal import Platform
internal import Specs

/// A file or directory that an option of the command line names, to be written when the work is done.
///
/// What can be known of it is known before the work begins, and what is there stays as it is until the new file is
/// whole.
package struct OutputFile: Sendable {
  package let path: String
  /// As in `--trace`.
  private let option: String

  package init(_ path: String, option: String) { (self.path, self.option) = (path, option) }

  /// Makes sure that the file can be written, and leaves what is there as it is.
  ///
  /// - Throws: ``RunError``, exit code 74.
  package func probe() throws {
    var info = stat()
    if lstat(path, &info) == 0 {
      switch info.st_mode & S_IFMT {
      case S_IFREG, S_IFLNK: break
      case S_IFDIR: throw failure("is a directory; give the path of a file")
      default: throw failure("is not a regular file, and would be replaced by one; give another path")
      }
    }
    let beside = path + ".partial", descriptor = RegularFile.create(beside)
    guard !path.isEmpty, descriptor >= 0 else {
      throw failure(FileProblem())
    }
    // A full disk may have room for a name.
    let block = [UInt8](repeating: 0, count: 4096)
    let written = Glibc.write(descriptor, block, block.count), problem = written < 0 ? errno : ENOSPC
    close(descriptor)
    unlink(beside)
    guard written == block.count else {
      throw failure(FileProblem(problem))
    }
  }

  /// Writes the whole file in the place of what is there.
  ///
  /// - Parameter consequence: the end of an error's sentence; nil: the way out.
  package func write(_ bytes: [UInt8], consequence: String? = nil) throws {
    try AtomicFile.write(bytes, to: path, failure: { failure(FileProblem($0), consequence: consequence) })
  }

  /// Makes the directory at the path, and makes sure that files can be written there.
  package func makeDirectory() throws {
    do { try AtomicFile.createDirectory(path) } catch {
      throw failure("is no directory one can write to, and cannot be made one; give another path")
    }
    do { try OutputFile(path + "/.probe", option: option).probe() } catch let error as RunError {
      throw RunError(.inputOutput, error.sentence.replacing("/.probe", with: ""))
    }
  }

  private func failure(_ problem: String) -> RunError { RunError(.inputOutput, "\(option) \(path): \(problem)") }

  private func failure(_ problem: FileProblem, consequence: String? = nil) -> RunError {
    failure("cannot be written (\(problem.words)); \(consequence ?? problem.wayOut(or: "give another path"))")
  }
}
