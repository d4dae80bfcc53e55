internal import Glibc
internal import Platform
internal import Specs

/// Where columns, and the rows that they become, go that would take too much memory: files without a name, which go
/// with the process.
package struct ColumnOverflow: Sendable, Equatable {
  /// The directory of the files.
  package var directory: String
  /// Bytes of a block of columns, or of all rows, from which on it is in a file.
  package var limit: Int

  /// - Parameter limit: nil: a quarter of the memory.
  package init(directory: String, limit: Int? = nil) {
    self.directory = directory
    self.limit = limit ?? MachineMemory.ofProcess / 4
  }
}

/// A block of bytes in a file without a name, mapped: the system writes its pages back, and takes them away, as it
/// needs memory.
final class ColumnSpill: @unchecked Sendable {
  private let overflow: ColumnOverflow
  private let descriptor: Int32
  /// Bytes whose space is taken.
  private var taken = 0
  private var isHeld = false

  /// Space is taken in steps: without it the system could write a page nowhere, which ends the process.
  private static let step = 1 << 26

  init(_ overflow: ColumnOverflow, file: String) throws(DataError) {
    self.overflow = overflow
    do throws(FileProblem) { descriptor = try NamelessFile.make(in: overflow.directory) } catch {
      throw .noRoomForColumns(file: file, directory: overflow.directory, problem: error)
    }
  }

  deinit { close(descriptor) }

  private func failure(_ file: String, _ problem: FileProblem = FileProblem()) -> DataError {
    .noRoomForColumns(file: file, directory: overflow.directory, problem: problem)
  }

  /// Takes space for so many bytes.
  func take(_ byteCount: Int, file: String) throws(DataError) {
    guard byteCount > taken else { return }
    let wanted = (byteCount + Self.step - 1) / Self.step * Self.step
    let problem = FileSpace.take(Int64(wanted), of: descriptor)
    guard problem == 0 else { throw failure(file, FileProblem(problem)) }
    taken = wanted
  }

  /// Makes room for bytes, and brings those that there are to it the first time.
  ///
  /// - Parameters:
  ///   - base: where they are, in pages of their own.
  ///   - capacity: bytes of these pages, which are given back.
  ///   - count: bytes that count.
  /// - Returns: where they are now.
  func hold(
    _ base: UnsafeMutableRawPointer, from capacity: Int, count: Int, to larger: Int, file: String
  ) throws(DataError) -> UnsafeMutableRawPointer {
    if let limit = FileSpace.sizeLimit, Double(larger) > limit { throw failure(file, FileProblem(EFBIG)) }
    guard ftruncate(descriptor, off_t(larger)) == 0 else { throw failure(file) }
    if isHeld {
      guard let moved = Pages.move(base, from: capacity, to: larger) else { throw failure(file) }
      return moved
    }
    try take(count, file: file)
    guard let memory = mmap(nil, larger, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
      throw failure(file)
    }
    // What was copied is given back at once, so that it is hardly ever there twice.
    let piece = 1 << 24
    for start in stride(from: 0, to: count, by: piece) {
      let length = min(piece, count - start)
      (memory + start).copyMemory(from: base + start, byteCount: length)
      if length == piece { madvise(base + start, piece, MADV_DONTNEED) }
    }
    munmap(base, capacity)
    isHeld = true
    return memory
  }
}
